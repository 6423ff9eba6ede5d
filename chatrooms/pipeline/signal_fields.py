"""The fields of a signal that people and applications choose, its type and data, and what these can be."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field

from chatrooms.events import OWN_TYPES, RESERVED
from chatrooms.pipeline.commands import Params
from chatrooms.types import MAX_SIGNAL
from chatrooms.wire import packets

MAX_DEPTH = 16


def _unreserved(type: str) -> str:
    if type in OWN_TYPES:
        raise ValueError("This type is reserved for the server.")
    return type


def _small(data: object) -> object:
    try:
        text = orjson.dumps(data)
    except TypeError as error:
        raise ValueError(f"This is not JSON: {error}") from None
    if len(text) > MAX_SIGNAL:
        raise ValueError("At most 64 KiB of data are allowed.")
    if packets.depth(text.decode()) > MAX_DEPTH:
        raise ValueError(f"At most {MAX_DEPTH} levels of nesting are allowed.")
    return data


SignalType = Annotated[
    str,
    AfterValidator(_unreserved),
    Field(
        min_length=1,
        max_length=64,
        description=f"Your name for this kind of signal; {RESERVED}",
    ),
]
SignalData = Annotated[
    Any, AfterValidator(_small), Field(description="Any JSON up to 64 KiB, nested up to 16 levels deep.")
]


class SignalFields(Params):
    """The fields by themselves, to check them where no command does."""

    type: SignalType
    data: SignalData = None
