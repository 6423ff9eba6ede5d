"""The types that parameters are made of: each brings what it is given to its one form, or says why not."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field

from chatrooms import names

MAX_TEXT = 10_000
MAX_PAGE = 100
MAX_BYTES = 256 * 1024
"""About how much text one answer may hold, so that it fits into what may wait for one socket."""
MAX_SEQ = 2**31 - 1

_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that leave no mark."""
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_VISIBLE = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"
"""Not blank, and no control characters but tabs and line ends; checked by pydantic's own regular expressions."""
_unprintable = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
_turning = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of the text around it (UAX #9); RFC 8266 has it in no nickname either."""


def size_of(text: str | None) -> int:
    """How many bytes JSON makes of a text, which can be several for a character."""
    return len(orjson.dumps(text or ""))


def _clean(value: str) -> str:
    if _unprintable.search(value):
        raise ValueError("Control characters are not allowed.")
    return value


def _line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueError("Line breaks are not allowed.")
    if _turning.search(value):
        raise ValueError("Text-direction characters are not allowed.")
    if value and not any(map(_seen, value)):
        raise ValueError("This has no visible characters.")
    return _clean(value.strip())


def _seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK


def _uuid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("An id must be a UUID.") from None


MAPPED = object()
"""Marks a type whose values are names: what it costs to parse them is counted before (`weights`)."""


def _name(max_length: int, format: str, description: str) -> Any:
    """Describe a name or an id: ``format`` says which, as the length given is not that of its one form."""
    return Field(max_length=max_length, description=description, json_schema_extra={"format": format})


_person = _name(
    200,
    "username",
    "A username: 2 to 32 letters, digits, `.`, `-` or `_`, with at least one letter or digit; stored in lower case.",
)
_shared = _name(200, "shared-room", "A shared room; its `#` may be left out.")
_any = _name(400, "room", "A room: `#lobby`, a conversation such as `alice+bob`, or your username for your own room.")

Username = Annotated[str, _person, AfterValidator(names.username), MAPPED]
SharedRoom = Annotated[str, _shared, AfterValidator(names.shared), MAPPED]
AnyRoom = Annotated[str, _any, AfterValidator(names.durable), MAPPED]
MessageText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_TEXT, pattern=_VISIBLE, description="Markdown source; not only white space."),
]
Title = Annotated[str, Field(max_length=80), AfterValidator(_line)]
Topic = Annotated[str, Field(max_length=250), AfterValidator(_line)]
Search = Annotated[str, Field(max_length=80), AfterValidator(_clean)]
Id = Annotated[str, _name(36, "uuid", "A UUID."), AfterValidator(_uuid)]
Seq = Annotated[int, Field(ge=0, le=MAX_SEQ)]
