"""What it costs to parse the parameters of a command, told from their declaration before they are parsed.

Almost all of it is bringing names to their one form (RFC 8264), some 3 microseconds a character where that needs the
library. So only names that need it are counted, wherever the declaration has a name.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chatrooms import names
from chatrooms.params import MAPPED

CHARACTERS = 50
"""Of names, that weigh as much as a command."""


def characters(params: type[BaseModel], given: dict[Any, Any]) -> int:
    """Return how many characters of names parsing ``given`` has to bring to their one form."""
    return sum(_slow(given.get(field), most) for field, most in _named(params))


@cache
def _named(params: type[BaseModel]) -> tuple[tuple[str, int], ...]:
    """The parameters that are names, or lists of at most so many."""
    return tuple((name, _most(field)) for name, field in params.model_fields.items() if _mapped(field))


def _mapped(field: FieldInfo) -> bool:
    return MAPPED in field.metadata or _mentions(field.annotation)


def _mentions(annotation: Any) -> bool:
    """Whether a name is part of a type, such as ``list[Username] | None``."""
    return MAPPED in getattr(annotation, "__metadata__", ()) or any(map(_mentions, get_args(annotation)))


def _most(field: FieldInfo) -> int:
    return next((part.max_length for part in field.metadata if isinstance(part, MaxLen)), 0)


def _slow(value: Any, most: int) -> int:
    if isinstance(value, list):
        return sum(_slow(each, 0) for each in value[:most] if isinstance(each, str))
    return sum(map(names.slow, names.people(value.removeprefix("#")))) if isinstance(value, str) else 0
