"""The types that parameters are made of: each brings what it is given to its one form, or says why not."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
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
_unprintable = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


_turning = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of the text around it (UAX #9); RFC 8266 has it in no nickname either."""


def size_of(text: str | None) -> int:
    """How many bytes JSON makes of a text, which can be several for a character."""
    return len(orjson.dumps(text or ""))


def _clean(value: str) -> str:
    if _unprintable.search(value):
        raise ValueError("Control characters are not taken.")
    return value


def _line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueError("That has to be one line.")
    if _turning.search(value):
        raise ValueError("Characters that turn the direction of writing are not taken.")
    if value and not any(map(_seen, value)):
        raise ValueError("That cannot be seen.")
    return _clean(value.strip())


def _seen(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in _BLANK


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("A message says something.")
    return _clean(value)


def _uuid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError("An id is a UUID.") from None


MAPPED = object()
"""Marks a type whose values are names: what it costs to parse them is counted before (`weights`)."""

Username = Annotated[str, Field(max_length=200), AfterValidator(names.username), MAPPED]
Claim = Annotated[str, Field(max_length=200), AfterValidator(names.claimable), MAPPED]
SharedRoom = Annotated[str, Field(max_length=200), AfterValidator(names.shared), MAPPED]
AnyRoom = Annotated[str, Field(max_length=400), AfterValidator(names.durable), MAPPED]
MessageText = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_said)]
Title = Annotated[str, Field(max_length=80), AfterValidator(_line)]
Topic = Annotated[str, Field(max_length=250), AfterValidator(_line)]
Search = Annotated[str, Field(max_length=80), AfterValidator(_clean)]
Id = Annotated[str, Field(max_length=36), AfterValidator(_uuid)]
Seq = Annotated[int, Field(ge=0, le=MAX_SEQ)]
