"""The types of command parameters: each normalizes its value, or explains why it is invalid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field

from chatrooms import clock, names

T = TypeVar("T")

MAX_TEXT = 10_000
MAX_PAGE = 100
MAX_FILES = 10
MAX_BYTES = 256 * 1024
"""About how many bytes of text fit into one response, so that it stays within a socket's send queue."""
MAX_SIGNAL = 64 * 1024
MAX_DETAILS = 16 * 1024
MAX_MISSED = 200
MAX_SYNC = 240 * 1024
MAX_SEQ = names.MAX_SEQ

BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Letters and symbols that render as blank."""
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Mn", "Mc", "Me", "Cc", "Cf", "Cs"})
"""Categories without a shape of their own. Unassigned characters have one, as they may be newer than `unicodedata`."""
_IGNORABLE = re.compile("[\u2065\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff\U000e0000-\U000e0fff]")
"""Unassigned code points that render as nothing (UAX #44, Default_Ignorable_Code_Point), and noncharacters."""
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_VISIBLE = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"
"""Not blank, and no control characters except tabs and line breaks; pydantic's own regular expressions check it."""
_unprintable = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")
_written = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A UUID as it is stored."""
_turning = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of the text around them (UAX #9); RFC 8266 bans them from nicknames too."""


def fitting(rows: Sequence[T], sent: Callable[[T], Any] = lambda row: row) -> Sequence[T]:
    """Return as many of the first rows as fit into `MAX_BYTES` by what is ``sent`` of each, but at least one."""
    sizes = accumulate(size_of(sent(row)) for row in rows)
    return rows[: max(1, sum(size <= MAX_BYTES for size in sizes))]


def size_of(value: Any) -> int:
    """Return the size of ``value`` as JSON, in bytes; a character can take several."""
    return len(orjson.dumps(value))


def _clean(value: str) -> str:
    if _unprintable.search(value):
        raise ValueError("Control characters are not allowed.")
    return value


def line(value: str) -> str:
    """Return one line without spaces at its ends; raises ``ValueError`` if people would not see it as one."""
    if "\n" in value or "\r" in value:
        raise ValueError("Line breaks are not allowed.")
    if _turning.search(value):
        raise ValueError("Text-direction characters are not allowed.")
    return _clean(_visible(value).strip()) if value else value


def _visible(value: str) -> str:
    if not any(map(_is_seen, value)):
        raise ValueError("This has no visible characters.")
    return value


@lru_cache(maxsize=1000)
def _is_seen(character: str) -> bool:
    is_blank = unicodedata.category(character) in _UNSEEN or character in BLANK or _IGNORABLE.match(character)
    return not is_blank


def _uuid(value: str) -> str:
    if _written.fullmatch(value):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("An id must be a UUID.") from None


def _future(value: str) -> str:
    try:
        moment = clock.utc(value)
    except ValueError:
        raise ValueError("A time must be ISO 8601 with an offset, such as `2027-01-31T09:00:00Z`.") from None
    if moment <= clock.now():
        raise ValueError("This time has passed.")
    return moment


def _details(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = size_of(value)
    except TypeError as error:
        raise ValueError(f"This is not JSON: {error}") from None
    if size > MAX_DETAILS:
        raise ValueError(f"At most {MAX_DETAILS // 1024} KiB of data are allowed.")
    return value


CLEAN = rf"^[^{_CONTROLS}]*$"
"""No control characters except tabs and line breaks; PostgreSQL stores no NUL."""
MAPPED = object()
"""Marks a type whose values are names, so that `weights` counts the cost of parsing them."""


def _name(max_length: int, format: str, description: str) -> Any:
    """Describe a name or an id by its ``format``, because ``max_length`` applies before normalization."""
    return Field(max_length=max_length, description=description, json_schema_extra={"format": format})


_person = _name(
    200,
    "username",
    "A username: 2 to 32 letters, digits, `.`, `-` or `_`, with at least one letter or digit; stored in lower case.",
)
_shared = _name(200, "shared-room", "A shared room; the `#` is optional.")
_any = _name(
    400,
    "room",
    "A room: `#lobby`, a conversation such as `alice+bob`, your username for your own room, or the thread `#lobby/42` "
    "under the message there whose `seq` is 42.",
)

Username = Annotated[str, _person, AfterValidator(names.username), MAPPED]
SharedRoom = Annotated[str, _shared, AfterValidator(names.shared), MAPPED]
AnyRoom = Annotated[str, _any, AfterValidator(names.durable), MAPPED]
MessageText = Annotated[
    str,
    Field(max_length=MAX_TEXT, pattern=rf"^$|{_VISIBLE}", description="Markdown source; blank only if it is empty."),
    AfterValidator(lambda value: _visible(value) if value else value),
]
"""The text of a message that need not have any."""
Confirmed = Annotated[
    bool,
    Field(
        description="Whether its author has confirmed what is otherwise `unconfirmed`: that `@room` or `@here` "
        "notifies more than 20 people."
    ),
]
Details = Annotated[dict[str, Any], AfterValidator(_details)]
"""An object of the application's own, at most 16 KiB of JSON."""
Title = Annotated[str, Field(max_length=80), AfterValidator(line)]
Topic = Annotated[str, Field(max_length=250), AfterValidator(line)]
Search = Annotated[str, Field(max_length=80), AfterValidator(_clean)]
Id = Annotated[str, _name(36, "uuid", "A UUID."), AfterValidator(_uuid)]
Future = Annotated[str, _name(40, "date-time", "A time in the future; ISO 8601."), AfterValidator(_future)]
Seq = Annotated[int, Field(ge=0, le=MAX_SEQ)]
RequiredOf = Literal["nobody", "admins", "everybody"]
REQUIRED_OF = "Of nobody, of admins and owners (`admins`), or of `everybody`."
SignUp = Literal["open", "invite", "approval", "closed"]
SIGN_UP = (
    "By themselves (`open`), with an invitation (`invite`), with an admin's approval or invitation (`approval`), or "
    "not at all (`closed`)."
)
