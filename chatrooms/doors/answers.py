"""What both doors answer: ``{"ok": true, "result": ...}``, or ``{"ok": false, "error": ...}`` with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import orjson
from starlette.responses import Response
from typing_extensions import TypedDict

from chatrooms.errors import Error, Internal, NotFound, Refusal
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


def response(value: Any, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return an answer over HTTP, which no cache may keep, as it is for one person."""
    sent = {"Cache-Control": "no-store", **headers}
    return Response(orjson.dumps(value), status, sent, media_type="application/json")


def require_name(*given: str) -> None:
    """Raise `NotFound` for what can be the name or the id of nothing: PostgreSQL cannot even be asked for a NUL."""
    if any("\0" in each for each in given):
        raise NotFound


def refusal_response(refusal: Refusal, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Return a refusal over HTTP."""
    retry_after = refusal.details.get("retry_after")
    waiting = {"Retry-After": str(retry_after)} if retry_after else {}
    return response(failed(refusal), refusal.status, {**waiting, **headers})
