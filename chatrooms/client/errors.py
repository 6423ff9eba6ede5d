"""What can go wrong for those who use the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPORARY = frozenset({"rate_limited", "unavailable"})


class ClientError(Exception):
    """Everything that the client raises by itself."""


class Refused(ClientError):
    """The server said no, to a command or to the connection.

    ``code`` is one of the wire contract's (``not_a_member``, ``name_taken`` ...), ``message`` is for people,
    ``details`` what helps to mend it, such as ``{"field": "text"}``.
    """

    def __init__(self, code: str, message: str = "", details: Mapping[str, Any] | None = None) -> None:
        self.code, self.message, self.details = code, message, dict(details or {})
        super().__init__(f"{code}: {message} {self.details or ''}".strip())

    @property
    def temporary(self) -> bool:
        """Whether asking again, later, can help."""
        return self.code in TEMPORARY

    @property
    def retry_after(self) -> float:
        """Seconds that the server wants us to wait before asking again; 0 if it did not say."""
        return float(self.details.get("retry_after", 0))


class Unanswered(ClientError):
    """The connection was lost, or time ran out, before the answer came: the command may have been done or not."""


class Closed(ClientError):
    """The client was closed."""


class Lagging(ClientError):
    """A stream was read too slowly, and ``missed`` items were dropped.

    The stream goes on: read the state anew (``client.rooms``) before asking it for more, and nothing is lost.
    """

    def __init__(self, missed: int) -> None:
        self.missed = missed
        super().__init__(f"{missed} were dropped, read the state anew")
