"""Both doors, HTTP and Socket.IO, so that the same test can run commands through each."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.people import PATIENCE, Person

Answer = dict[str, Any]
Door = Callable[[Person, str, Any], Awaitable[Answer]]


async def by_socket(person: Person, command: str, params: Any) -> Answer:
    """Run a command over the person's socket and return the acknowledgement."""
    return await person.client.call(command, params, timeout=PATIENCE)


async def by_http(person: Person, command: str, params: Any) -> Answer:
    """Run the command over HTTP and return the response's body."""
    headers = {"Authorization": f"Bearer {person.token}"} if person.token else {}
    status, answer, _ = await post(person.url, f"/api/{command}", params, headers=headers)
    assert (status == 200) == answer["ok"]
    return answer


DOORS: dict[str, Door] = {"socket": by_socket, "http": by_http}


async def post(
    url: str, path: str, body: Any = None, *, headers: Any = None, cookies: Any = None
) -> tuple[int, Any, Any]:
    """POST and return status, JSON and headers; ``body`` is sent as JSON unless it is bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.post(url + path, data=data, headers=headers, cookies=cookies) as response,
    ):
        return response.status, await response.json(), response.headers


async def get(url: str, path: str, **how: Any) -> tuple[int, str, Any]:
    """GET and return status, text and headers."""
    async with aiohttp.ClientSession() as session, session.get(url + path, **how) as response:
        return response.status, await response.text(), response.headers
