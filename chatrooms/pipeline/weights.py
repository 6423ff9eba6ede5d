"""What it costs to parse the parameters of a command, told from their declaration before they are parsed.

Almost all of it is bringing names to their one form (RFC 8264), some 3 microseconds a character where that needs the
library. So names are counted, wherever the declaration has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chatrooms import names
from chatrooms.types import MAPPED

CHARACTERS = 50
NAMES = 20
"""So many characters to be mapped, or names in a list, weigh as much as a command."""


@dataclass(frozen=True)
class Weight:
    """What is given: how many ``names`` in lists, and how many ``characters`` of names have to be mapped."""

    names: int = 0
    characters: int = 0

    @property
    def commands(self) -> int:
        """How many ordinary commands it is worth."""
        return 1 + self.names // NAMES + self.characters // CHARACTERS


def weigh(names: tuple[tuple[str, int], ...], given: Mapping[str, Any]) -> Weight:
    """Return what parsing the ``names`` in ``given`` costs; a list is parsed up to the first name too many."""
    values = [(given.get(name), most) for name, most in names]
    listed = sum(min(len(value), most) for value, most in values if isinstance(value, list))
    return Weight(listed, sum(_slow(value, most) for value, most in values))


def named(params: type[BaseModel]) -> tuple[tuple[str, int], ...]:
    """Return the parameters that are names, or lists of at most so many."""
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
        return sum(_slow(each, 0) for each in value[: most + 1] if isinstance(each, str))
    if not isinstance(value, str) or value.isascii():
        return 0
    return sum(map(names.slow, names.people(value.removeprefix("#"))))
