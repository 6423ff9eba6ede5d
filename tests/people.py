"""People for tests: real Socket.IO clients that record the events they receive and can wait for more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import socketio

PATIENCE = 30


class Refused(Exception):
    """A command was refused with ``code``."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.code, self.details = error["code"], error["details"]
        super().__init__(f"{error['code']}: {error['message']} {error['details']}")


class PatientClient(socketio.AsyncClient):
    """A client that waits as long as a busy machine needs; the library takes a second without an answer for a no."""

    async def connect(self, url: str, *args: Any, wait_timeout: float = PATIENCE, **how: Any) -> None:
        """Connect; raises ``socketio.exceptions.ConnectionError`` if refused."""
        await super().connect(url, *args, wait_timeout=wait_timeout, **how)


class Person:
    """A person on one socket; several with the same name are tabs of one person."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.token: str | None = None
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.http = aiohttp.ClientSession()
        self.client = PatientClient(reconnection=False, http_session=self.http)
        self.client.on("*", self._hear)
        self.client.on("disconnect", lambda _reason: self._ended.set())
        self._ended = asyncio.Event()
        self._news = asyncio.Condition()

    async def _hear(self, event: str, data: dict[str, Any]) -> None:
        async with self._news:
            self.heard.append((event, data))
            self._news.notify_all()

    async def run(self, command: str, **params: Any) -> Any:
        """Run a command and return its result; raises `Refused`."""
        return answered(await self.client.call(command, params, timeout=PATIENCE))

    async def say(self, room: str, text: str, **more: Any) -> dict[str, Any]:
        """Post a message and return it."""
        return (await self.run("message.post", room=room, text=text, **more))["message"]

    async def hears(self, wanted: Callable[[str, dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for an event for which ``wanted`` is true, including past ones."""

        def found() -> dict[str, Any] | None:
            return next((data for event, data in self.heard if wanted(event, data)), None)

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: found() is not None)
        return found()

    async def hears_text(self, text: str) -> dict[str, Any]:
        """Wait for the message with the text ``text``."""
        change = await self.hears(lambda _, data: any(m["text"] == text for m in data.get("messages", ())))
        return next(message for message in change["messages"] if message["text"] == text)

    async def disconnected(self) -> None:
        """Wait for the end of the connection."""
        await asyncio.wait_for(self._ended.wait(), PATIENCE)

    async def settled(self) -> None:
        """Wait until everything that was already sent to this socket has arrived, as its order is kept."""
        await self.run("user.me")

    def texts(self, room: str | None = None) -> list[str]:
        """Return the texts of the received messages, in order, without events in timelines."""
        return [m["text"] for m in self.rows("messages") if room in (None, m["room"]) and m["number"] is not None]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the received rows of ``table``, in order."""
        return [row for event, data in self.heard if event == "change" for row in data.get(table, ())]

    def signals(self, type: str) -> list[dict[str, Any]]:
        """Return the received signals of a type, in order."""
        return [data for event, data in self.heard if event == "signal" and data["type"] == type]


def answered(answer: dict[str, Any]) -> Any:
    """Return the result in a response; raises `Refused`."""
    if not answer["ok"]:
        raise Refused(answer["error"])
    return answer["result"]


@asynccontextmanager
async def connect(
    url: str,
    name: str,
    *,
    token: str | None = None,
    transport: str = "websocket",
    auth: Any = None,
    path: str = "",
    headers: Any = None,
) -> AsyncIterator[Person]:
    """Connect a person and wait for the welcome; raises ``socketio.exceptions.ConnectionError`` if refused."""
    person = Person(url, name)
    payload = auth if auth is not None else {"username": name} | ({"token": token} if token else {})
    try:
        await person.client.connect(
            url,
            headers=headers or {},
            auth=payload,
            transports=[transport],
            socketio_path=f"{path}/socket.io",
            wait_timeout=PATIENCE,
        )
        welcome = await person.hears(lambda event, _: event == "welcome")
        person.token = welcome.get("token", token)
        yield person
    finally:
        await leave(person)


async def leave(person: Person) -> None:
    """Close the connection like a closed tab."""
    if person.client.connected:
        polling = person.client.transport() == "polling"  # its reader would wait for the next response
        await person.client.eio.disconnect(abort=polling)
    await person.http.close()
