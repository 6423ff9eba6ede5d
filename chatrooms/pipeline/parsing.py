"""Parsing the parameters of a command, and how much work that will be."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chatrooms.errors import Invalid
from chatrooms.pipeline import weights
from chatrooms.pipeline.commands import Command, Params
from chatrooms.pipeline.mistakes import invalid

P = TypeVar("P", bound=Params)
M = TypeVar("M", bound=BaseModel)

ON_LOOP = 200
"""How many characters of names may be normalized on the event loop; this takes at most a millisecond."""


def weight(command: Command[Any], given: Any) -> weights.Weight | None:
    """Return what parsing costs if it is more than usual; a name in ASCII is as cheap as any text."""
    if not command.names or not isinstance(given, dict):
        return None
    for name, _ in command.names:
        value = given.get(name)
        if value is not None and not (isinstance(value, str) and value.isascii()):
            return weights.weigh(command.names, given)
    return None


@cache
def _fields(params: type[BaseModel]) -> frozenset[str]:
    """Return the names of the fields; pydantic takes longer to."""
    return frozenset(params.model_fields)


def parse(command: Command[P], given: Any) -> P:
    """Parse ``given``; raises `Invalid` naming the first invalid field."""
    return parsed(command.params, given)


def parsed(params: type[M], given: Any) -> M:
    """Parse ``given`` as parameters of a kind; raises `Invalid` naming the first invalid field."""
    if not isinstance(given, dict):
        raise Invalid("Parameters must be a single JSON object.", field="")
    if unknown := given.keys() - _fields(params):
        raise Invalid("Unknown parameter.", field=str(next(name for name in given if name in unknown))[:100])
    try:
        return params.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from None
