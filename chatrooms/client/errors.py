"""The client's exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPORARY = frozenset({"rate_limited", "unavailable"})


class ClientError(Exception):
    """The base of the client's exceptions."""


class Refused(ClientError):
    """The server refused a command or the connection.

    ``code`` is one of the error codes (``not_a_member``, ``name_taken``, …), ``message`` is for people, and ``details``
    helps to fix the request, such as ``{"field": "text"}``.
    """

    def __init__(self, code: str, message: str = "", details: Mapping[str, Any] | None = None) -> None:
        self.code, self.message, self.details = code, message, dict(details or {})
        super().__init__(f"{code}: {message} {self.details or ''}".strip())

    @property
    def temporary(self) -> bool:
        """Return whether trying again later can help."""
        return self.code in TEMPORARY

    @property
    def retry_after(self) -> float:
        """Return the seconds to wait before trying again; 0 if the server did not say."""
        return float(self.details.get("retry_after", 0))


class Unanswered(ClientError):
    """The connection was lost, or time ran out, before the response arrived: the command may or may not have run."""


class Closed(ClientError):
    """The client was closed."""


class Lagging(ClientError):
    """A stream was read too slowly, so ``missed`` items were dropped.

    The stream continues. Read the state (``client.rooms``) before you continue iterating, and nothing is lost.
    """

    def __init__(self, missed: int) -> None:
        self.missed = missed
        super().__init__(f"{missed} items were dropped: read the state again")
