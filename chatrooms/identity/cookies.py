"""The session cookies of browsers: one for each username, so that two windows of a browser can be two people.

Cookies belong to a host whatever the port, so their names hold the chat's own random id, and their path is that of the
chat: two chats on one host never meet. Versions before 0.1 named them by the username alone; those still count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

OLD = "chatrooms-"
HOST, SECURE = "__Host-", "__Secure-"
"""Begin the name of a cookie that only this host can set over https, for all paths or for one (RFC 6265bis)."""


@dataclass(frozen=True)
class SessionCookie:
    """A cookie for a browser to keep for ``max_age`` seconds; 0 removes it. Scripts and other sites cannot use it."""

    name: str
    value: str
    max_age: int
    secure: bool
    path: str


@dataclass(frozen=True)
class Jar:
    """The names of the cookies of the chat with the id ``instance`` at ``path``; ``secure`` if it has https."""

    instance: str
    path: str
    secure: bool

    def name(self, username: str) -> str:
        """Return the name of the cookie that proves ``username``."""
        return f"{self._before}chatrooms_{self.instance}_{quote(username, safe='')}"

    def old_name(self, username: str) -> str:
        """Return its name in earlier versions, whose path was ``/``."""
        return f"{HOST if self.secure else ''}{OLD}{quote(username, safe='')}"

    @property
    def mark_name(self) -> str:
        """The name of the cookie that tells a browser from others while somebody signs in there."""
        return f"{self._before}browser_{self.instance}"

    def token(self, cookies: Mapping[str, str], username: str) -> str | None:
        """Return the token in a cookie of ``username``, if there is one."""
        names = (begin + quote(username, safe="") for begin in (*self._begins, *self._old_begins))
        return next((cookies[name] for name in names if cookies.get(name)), None)

    def only_username(self, cookies: Mapping[str, str]) -> str | None:
        """Return whose session cookie is among ``cookies``; None if there are several, or none."""
        for begins in (self._begins, self._old_begins):
            ours = {name.removeprefix(begin) for name in cookies for begin in begins if name.startswith(begin)}
            if ours:
                return unquote(ours.pop()) if len(ours) == 1 else None
        return None

    @property
    def _before(self) -> str:
        if not self.secure:
            return ""
        return HOST if self.path == "/" else SECURE

    @property
    def _readable(self) -> tuple[str, ...]:
        """What may be before the names. Over https, anybody on the network could have set a cookie without it.

        Another name below the same domain could have set one that is `SECURE` alone, which only a path takes.
        """
        if not self.secure:
            return HOST, SECURE, ""
        return (HOST,) if self.path == "/" else (HOST, SECURE)

    @property
    def _begins(self) -> tuple[str, ...]:
        return tuple(f"{before}chatrooms_{self.instance}_" for before in self._readable)

    @property
    def _old_begins(self) -> tuple[str, ...]:
        return tuple(before + OLD for before in self._readable)
