"""Parsing the parameters of a command, and how much work that will be."""

from __future__ import annotations

from functools import cache
from itertools import islice
from threading import Lock
from typing import Any, TypeAlias, TypeVar, cast, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from chatrooms.errors import Invalid
from chatrooms.pipeline import weights
from chatrooms.pipeline.commands import Command, Params
from chatrooms.pipeline.mistakes import invalid

P = TypeVar("P", bound=Params)
M = TypeVar("M", bound=BaseModel)

ON_LOOP = 200
"""How many characters of names may be normalized on the event loop; this takes at most a millisecond."""
PIECE = 500
"""Entries of a map that are validated at once."""
_building = Lock()
_Maps: TypeAlias = dict[str, tuple[int, TypeAdapter[Any]]]


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
    """Return the names of the fields, which takes pydantic longer; first build the validator, which few commands need.

    Threads parse too, and pydantic 2.11 would build it in each of those that come while another one does.
    """
    with _building:
        params.model_rebuild()
    return frozenset(params.model_fields)


def parse(command: Command[P], given: Any) -> P:
    """Parse ``given``; raises `Invalid` naming the first invalid field."""
    return parsed(command.params, given)


def parsed(params: type[M], given: Any) -> M:
    """Parse ``given`` as parameters of a kind; raises `Invalid` naming the first invalid field."""
    if not isinstance(given, dict):
        raise Invalid("Parameters must be a single JSON object.", field="")
    if not given.keys() <= (fields := _fields(params)):
        raise Invalid("Unknown parameter.", field=str(next(name for name in given if name not in fields))[:100])
    large = _large(given, maps) if (maps := _maps(params)) else None
    try:
        p = params.model_validate(given | {name: {} for name in large} if large else given)
    except ValidationError as error:
        raise invalid(error) from None
    return p.model_copy(update=large) if large else p


def _large(given: dict[str, Any], maps: _Maps) -> dict[str, Any]:
    """Return those of the maps that are large, as parsed; raises `Invalid`."""
    return {
        name: _validated(name, given[name], *kind)
        for name, kind in maps.items()
        if isinstance(given.get(name), dict) and len(given[name]) > PIECE
    }


@cache
def _maps(params: type[BaseModel]) -> _Maps:
    """Return the fields that are maps, with how many entries they may have, and what validates some of these."""
    fields = params.model_fields.items()
    maps = {name: field for name, field in fields if get_origin(field.annotation) is dict}
    return {name: (weights.most(field), TypeAdapter[Any](cast(Any, field.annotation))) for name, field in maps.items()}


def _validated(name: str, value: dict[Any, Any], most: int, pieces: TypeAdapter[Any]) -> dict[Any, Any]:
    """Return a large map as parsed piece by piece; raises `Invalid`.

    pydantic lists the mistakes of all entries, and does so before it counts them: of 10,000, that takes 10 ms.
    """
    if 0 < most < len(value):
        raise Invalid(f"At most {most:,} entries are allowed.", field=name)
    entries, whole = iter(value.items()), dict[Any, Any]()
    try:
        while piece := dict(islice(entries, PIECE)):
            whole |= pieces.validate_python(piece)
    except ValidationError as error:
        raise invalid(error, name) from None
    return whole
