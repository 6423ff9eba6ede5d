"""Which sessions are used, and which were ended: their commands are rejected from the commit on.

People who are barred count as ended too, by their usernames, which are shorter than ids of sessions: where a host
application signs people in, they have no sessions.
"""

from __future__ import annotations

from collections.abc import Iterable

from chatrooms.errors import Unauthorized
from chatrooms.pipeline.act import Caller

MOST = 10_000
"""How many ended sessions are remembered; their sockets are closed soon after they end."""


class SessionUse:
    """The sessions of one chat; safe in any thread."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._ended: dict[str, int] = {}
        self._endings = 0

    def note(self, me: Caller) -> None:
        """Note that a command came by the caller's session, if any; raises `Unauthorized` if it was ended."""
        self.require(me)
        if me.session is not None:
            self._used.add(me.session)

    def require(self, me: Caller) -> None:
        """Raise `Unauthorized` if the caller's session was ended, or the caller was barred."""
        if self._ended and (me.session in self._ended or me.username in self._ended):
            raise Unauthorized("This session was ended.")

    def end(self, sessions: Iterable[str]) -> None:
        """Reject commands of these sessions or people from now on."""
        for session in sessions:
            self._ended[session] = self._endings = self._endings + 1
            if len(self._ended) > MOST:
                del self._ended[next(iter(self._ended))]

    def now(self) -> int:
        """Return a moment, for `find_again`: how many sessions have ended."""
        return self._endings

    def find_again(self, session: str, since: int) -> None:
        """Accept a session or person that the database had at ``since``, because their end before was undone."""
        if self._ended.get(session, since + 1) <= since:
            del self._ended[session]

    def take_used(self) -> set[str]:
        """Return the sessions that were used since the last call."""
        used, self._used = self._used, set()
        return used
