"""Logging of the standalone server: every record of the process becomes one line on standard error, logfmt or JSON.

An application that mounts chatrooms configures logging itself; our loggers are below ``chatrooms``.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from chatrooms import trace
from chatrooms.settings import Settings
from chatrooms.wire import failures

SECONDS = 60.0
BURST = 10
"""How many records of one kind are logged in `SECONDS`; further ones are only counted."""
KINDS = 1000

log = logging.getLogger(__name__)

# C0, DEL, C1, line and paragraph separators, and characters that change the direction of text
_controls = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def configure(settings: Settings) -> None:
    """Log our records from the level of the settings on, and the libraries' warnings and errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings.log_format))
    handler.addFilter(Repeats())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("chatrooms").setLevel(settings.log_level.upper())


def unhandled(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handle an event loop's unhandled exception; the default handler would log texts and arguments."""
    error = context.get("exception")
    if error is None:
        log.error(context["message"])
    else:
        failures.report("a task or a callback failed", error)


def formatter(name: str) -> logging.Formatter:
    """Return what writes a record as a line of this format."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    after: list[Processor] = [meta, _without_values, _traced, *_RENDERED[name]]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=after)


def _without_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Describe the exception of a library's record without values, as `failures` does for ours."""
    error = (event.pop("exc_info", None) or (None, None))[1]
    if error is not None:
        event["exception"] = failures.describe(error)
    return event


def _traced(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add the ids of what the server does at the moment."""
    event.update(trace.plain())
    return event


def _printable(_logger: Any, _method: str, line: Any) -> str:
    """Escape control characters, so that a record is one line and cannot control a terminal."""
    return _controls.sub(_escaped, line)


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


_KEYS = ["timestamp", "level", "logger", "event"]
_RENDERED: dict[str, tuple[Processor, ...]] = {
    "logfmt": (structlog.processors.LogfmtRenderer(key_order=_KEYS), _printable),
    "json": (structlog.processors.JSONRenderer(),),
}


@dataclass
class _Kind:
    """The number of records of one kind ``since`` a time."""

    since: float
    count: int = 0


class Repeats(logging.Filter):
    """Drops and counts repeated records, such as a warning for every request of a client.

    A kind is the first line of a message without its arguments. The number of dropped records is added to the next one
    of the kind that is logged.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record; a handler's lock makes these calls sequential."""
        key, now = (record.name, str(record.msg).partition("\n")[0]), self._now()
        kind = self._kinds.get(key)
        if kind is None or now - kind.since >= SECONDS:
            self._begin(key, now)
            self._add_count(record, kind)
            return True
        kind.count += 1
        return kind.count < BURST

    def _begin(self, key: tuple[str, str], now: float) -> None:
        if len(self._kinds) >= KINDS:
            self._kinds.clear()
        self._kinds[key] = _Kind(now)

    @staticmethod
    def _add_count(record: logging.LogRecord, kind: _Kind | None) -> None:
        left_out = kind.count - BURST + 1 if kind else 0
        if left_out > 0:
            record.msg, record.args = f"[{left_out:,} more before] {record.getMessage()}", ()
