"""The session cookies of browsers: one for each username, so that two windows of a browser can be two people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

PREFIX = "chatrooms-"
SECURE = "__Host-"
"""Begins the name of a cookie that only this host, at any path, can set over https (RFC 6265bis)."""


@dataclass(frozen=True)
class SessionCookie:
    """A cookie for a browser to keep for ``max_age`` seconds; 0 removes it. Scripts and other sites cannot use it."""

    name: str
    value: str
    max_age: int
    secure: bool


def name(username: str, *, secure: bool) -> str:
    """Return the name of the cookie that proves ``username``; ``secure`` says whether the connection is encrypted."""
    return (SECURE if secure else "") + PREFIX + quote(username, safe="")


def only_username(cookies: Mapping[str, str]) -> str | None:
    """Return whose session cookie is among ``cookies``; None if there are several, or none."""
    ours = [each for each in cookies if each.removeprefix(SECURE).startswith(PREFIX)]
    return unquote(ours[0].removeprefix(SECURE).removeprefix(PREFIX)) if len(ours) == 1 else None
