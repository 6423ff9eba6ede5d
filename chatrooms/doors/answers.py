"""What both doors answer: ``{"ok": true, "result": ...}``, or ``{"ok": false, "error": ...}`` with the reason."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from chatrooms.errors import Error, Internal, Refusal
from chatrooms.wire import failures


class Success(TypedDict):
    """The answer to a command that was carried out."""

    ok: Literal[True]
    result: Any


class Failure(TypedDict):
    """The answer to a command that was refused."""

    ok: Literal[False]
    error: Error


def failed(refusal: Refusal) -> Failure:
    """Return the answer to a command that was refused."""
    return {"ok": False, "error": refusal.as_dict()}


def refusal_of(error: Exception, what: str) -> Refusal:
    """Return ``error`` if it is a refusal; log any other, such as "command failed", and return `Internal`."""
    if isinstance(error, Refusal):
        return error
    failures.report(what, error)
    return Internal()
