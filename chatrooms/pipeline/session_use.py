"""Which sessions are used, and which were ended: their commands are rejected from the commit on."""

from __future__ import annotations

from collections.abc import Iterable

from chatrooms.errors import Unauthorized

MOST = 10_000
"""How many ended sessions are remembered; their sockets are closed soon after they end."""


class SessionUse:
    """The sessions of one chat; safe in any thread."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._ended: dict[str, None] = {}

    def note(self, session: str | None) -> None:
        """Note that a command came by a session; raises `Unauthorized` if it was ended."""
        if session is not None:
            self.require(session)
            self._used.add(session)

    def require(self, session: str | None) -> None:
        """Raise `Unauthorized` if a session was ended."""
        if session in self._ended:
            raise Unauthorized("This session was ended.")

    def end(self, sessions: Iterable[str]) -> None:
        """Reject commands of these sessions from now on."""
        for session in sessions:
            self._ended[session] = None
            if len(self._ended) > MOST:
                del self._ended[next(iter(self._ended))]

    def find_again(self, session: str) -> None:
        """Accept a session that is in the database after all, because its end was undone."""
        self._ended.pop(session, None)

    def take_used(self) -> set[str]:
        """Return the sessions that were used since the last call."""
        used, self._used = self._used, set()
        return used
