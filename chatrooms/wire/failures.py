"""The one place where what failed is logged: which errors and where, without a value of any variable.

The words of messages and tokens hide in the text of an exception (orjson, pydantic and databases quote their input)
and in local variables, which some tracebacks print. So a line here holds types, files, line numbers and source code,
and of the text of an exception only what its library wrote without looking at the data.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

log = logging.getLogger(__name__)

# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, rollback by deadlock, resources,
# object not in prerequisite state, operator intervention and system errors. Other classes may quote a value.
_SQLSTATES = ("08", "40", "53", "55", "57", "58")
# https://www.sqlite.org/rescode.html: the texts of these codes are constants of SQLite.
_SQLITE = ("BUSY", "CANTOPEN", "CORRUPT", "FULL", "IOERR", "LOCKED", "NOMEM", "NOTADB", "READONLY")


def report(what: str, error: BaseException | None = None) -> None:
    """Log ``what`` happened, such as "a handler failed", and ``error``: by default the exception that is handled now.

    A database that is away or full is no fault of the program: that is one line without a traceback.
    """
    error = error or sys.exception()
    if error is not None:
        traced = "" if any(map(_away, _chain(error))) else "\n" + describe(error)
        line = f"{what}: {summary(error)}{traced}"
        log.error(line)


async def reported(what: str, work: Callable[..., Awaitable[Any]], *given: Any) -> None:
    """Call ``work`` in a task that is not awaited: asyncio would log its error with all that it quotes.

    The coroutine is made here: a task that is cancelled before it starts would leave one that is never awaited.
    """
    try:
        await work(*given)
    except Exception:
        report(what)


def summary(error: BaseException) -> str:
    """Return the type of ``error`` and of what caused it, with what is known to be no data in their texts."""
    return " < ".join(_named(each) for each in _chain(error))


def describe(error: BaseException) -> str:
    """Return the tracebacks of ``error`` and of what caused it, the cause first, without their texts."""
    parts = [_frames(each) + _named(each) for each in _chain(error)]
    return "\n\nled to\n\n".join(reversed(parts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error``, then what it came of."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _frames(error: BaseException) -> str:
    grouped = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    members = "".join(f"in the group:\n{describe(each)}\n" for each in grouped)
    return "Traceback (most recent call last):\n" + "".join(traceback.format_tb(error.__traceback__)) + members


def _named(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    reason = _reason(error)
    return f"{name}: {reason}" if reason else name


def _reason(error: Any) -> str:
    """Return what may be logged of the text of an error."""
    if isinstance(error, ssl.SSLError):  # whose number is none of the system
        about = str(getattr(error, "verify_message", "")).partition(",")[0]  # behind the comma it quotes a name
        return ": ".join(filter(None, (error.reason, about)))
    if isinstance(error, socket.gaierror):  # nor is this one's
        return error.strerror or ""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno is not None else ""
    code = _sqlite_code(error) or _sqlstate(error)
    if not _away(error):
        return code
    return f"{code} {error}".strip().partition("\n")[0]


def _away(error: Any) -> bool:
    """Return whether a database cannot be reached or written; then its text holds no data."""
    if _sqlite_code(error):
        return _sqlite_code(error).removeprefix("SQLITE_").startswith(_SQLITE)
    if _sqlstate(error):
        return _sqlstate(error).startswith(_SQLSTATES)
    # psycopg's own, before any statement was sent
    return type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError"


def _sqlite_code(error: Any) -> str:
    return str(getattr(error, "sqlite_errorname", None) or "")


def _sqlstate(error: Any) -> str:
    return str(getattr(error, "sqlstate", None) or "")
