"""What is logged when something failed that should not."""

from __future__ import annotations

import traceback

import structlog

log = structlog.get_logger()


def report(what: str) -> None:
    """Log the exception at hand, its traceback as text.

    A renderer would add the values of variables, which hold the words of messages, and tokens.
    """
    log.error(what, exception=traceback.format_exc())
