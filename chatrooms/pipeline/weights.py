"""The cost of parsing the parameters of a command, estimated from their declaration before parsing.

Almost all of it is normalizing names (RFC 8264), about 3 microseconds per character if it needs the library. So count
the names, wherever the declaration has them.
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
"""This many characters to normalize, or names in lists, count as one more command."""


@dataclass(frozen=True)
class Weight:
    """The number of ``names`` in lists, and of ``characters`` in names that need normalizing."""

    names: int = 0
    characters: int = 0

    @property
    def commands(self) -> int:
        """Return how many ordinary commands this counts as."""
        return 1 + self.names // NAMES + self.characters // CHARACTERS


def weigh(names: tuple[tuple[str, int], ...], given: Mapping[str, Any]) -> Weight:
    """Return the cost of parsing the ``names`` in ``given``; a list is parsed up to the first name too many."""
    values = [(given.get(name), most) for name, most in names]
    listed = sum(min(len(value), most) for value, most in values if isinstance(value, list))
    return Weight(listed, sum(_slow(value, most) for value, most in values))


def named(params: type[BaseModel]) -> tuple[tuple[str, int], ...]:
    """Return the parameters that are names or lists of names, with the maximum length of the list."""
    return tuple((name, most(field)) for name, field in params.model_fields.items() if _mapped(field))


def _mapped(field: FieldInfo) -> bool:
    return MAPPED in field.metadata or _mentions(field.annotation)


def _mentions(annotation: Any) -> bool:
    """Return whether a type contains a name, such as ``list[Username] | None``."""
    return MAPPED in getattr(annotation, "__metadata__", ()) or any(map(_mentions, get_args(annotation)))


def most(field: FieldInfo) -> int:
    """Return how many entries a list or map may have, or how long a text may be; 0 if the declaration does not say."""
    return next((part.max_length for part in field.metadata if isinstance(part, MaxLen)), 0)


def _slow(value: Any, most: int) -> int:
    if isinstance(value, list):
        return sum(_slow(each, 0) for each in value[: most + 1] if isinstance(each, str))
    if not isinstance(value, str) or value.isascii():
        return 0
    return sum(map(names.slow, names.people(value.partition("/")[0].removeprefix("#"))))
