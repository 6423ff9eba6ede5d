"""Signing in through the HTTP door, as browsers and programs do."""

from __future__ import annotations

from tests.doors import by_http, post
from tests.people import Person


async def enter(url: str, entry: str, **params) -> tuple[int, dict, str]:
    """Run an entry as a browser without cookies; return the status, the answer and the cookie, if one is set."""
    status, answer, headers = await post(url, f"/api/session.{entry}", params)
    return status, answer, headers.get("Set-Cookie", "").split(";")[0]


async def code_of(url: str, entry: str, **params) -> str:
    """Return the code with which an entry is refused."""
    status, answer, cookie = await enter(url, entry, **params)
    assert status >= 400 and not cookie
    return answer["error"]["code"]


async def whose(url: str, cookie: str) -> str | None:
    """Return whom a cookie proves."""
    _, answer, _ = await post(url, "/api/user.me", {}, headers={"Cookie": cookie})
    return answer["result"]["user"]["username"] if answer["ok"] else None


async def run(person: Person, command: str, **params) -> dict:
    """Run a command by HTTP with the person's token, and return the answer."""
    return await by_http(person, command, params)
