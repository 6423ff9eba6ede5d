"""One Socket.IO connection; to reconnect, open another."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import engineio.base_client
import socketio

from chatrooms.client.errors import Refused, Unanswered

SocketFactory = Callable[..., Any]
Receive = Callable[[str, Any], None]

MAX_PACKET = 128 * 1024
FRAME = 100
MAX_ANSWER = 256 * 1024 * 1024
SECONDS_TO_DISCONNECT = 0.4

quiet = logging.getLogger("chatrooms.client.wire")
quiet.setLevel(logging.ERROR)  # below ERROR, python-engineio logs messages and tokens


@dataclass(frozen=True)
class Address:
    """A server's URL, the transports to use, and the factory of the ``socketio.AsyncClient``."""

    url: str
    transports: tuple[str, ...]
    socket: SocketFactory = socketio.AsyncClient

    def __post_init__(self) -> None:
        if not self.transports or not {"websocket", "polling"}.issuperset(self.transports):
            raise ValueError("transports must be websocket or polling")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{self.url!r} is no address of a chat, such as https://example.org/chat")

    @property
    def path(self) -> str:
        """Return the Socket.IO path, including the prefix where the chat is mounted."""
        return urlsplit(self.url).path.strip("/") + "/socket.io"


class Link:
    """A connection; ``receive`` gets each event and its payload, in order of arrival."""

    def __init__(self, address: Address, receive: Receive) -> None:
        self._address, self._receive = address, receive
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), middlewares=[_whole])
        self._socket = address.socket(
            reconnection=False,
            handle_sigint=False,
            logger=quiet,
            engineio_logger=quiet,
            http_session=self._session,
            websocket_extra_options={"max_msg_size": MAX_ANSWER},
        )
        self._socket.on("*", self._received)
        self._socket.on("connect_error", self._refused)
        self._welcome: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting: set[asyncio.Future[Any]] = {self._welcome}
        self._over = asyncio.Event()

    async def open(self, auth: Mapping[str, Any], transport: str) -> dict[str, Any]:
        """Connect and return the welcome; raises `Refused`, or any other exception if connecting fails."""
        await self._socket.connect(
            self._address.url,
            auth=dict(auth),
            transports=[transport],
            namespaces=["/"],
            socketio_path=self._address.path,
            wait=False,
        )
        self._socket.eio.read_loop_task.add_done_callback(self._ended)
        return await self._welcome

    async def ask(self, command: str, params: Mapping[str, Any], patience: float) -> Any:
        """Run a command; raises `Refused`, or `Unanswered` after ``patience`` seconds or when the connection ends."""
        _sendable(command, params)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(answer)
        try:
            async with asyncio.timeout(patience):
                await self._emit(command, params, answer)
                return _result(await answer)
        except TimeoutError:
            raise Unanswered(f"no answer to {command} within {patience} s") from None
        finally:
            self._waiting.discard(answer)

    async def ended(self) -> None:
        """Wait until the connection ends."""
        await self._over.wait()

    def drop(self) -> None:
        """Abandon a connection that seems to be dead."""
        self._ended(None)

    async def close(self) -> None:
        """Disconnect cleanly if possible, and release everything."""
        with suppress(Exception):
            async with asyncio.timeout(SECONDS_TO_DISCONNECT):
                await self._socket.disconnect()
        await self._session.close()
        await self._stop_tasks()
        self._ended(None)

    async def _emit(self, command: str, params: Mapping[str, Any], answer: asyncio.Future[Any]) -> None:
        def acknowledged(*given: Any) -> None:
            if not answer.done():
                answer.set_result(given[0] if given else None)

        if self._over.is_set():
            raise Unanswered("the connection is lost")
        try:
            await self._socket.emit(command, params, callback=acknowledged)
        except socketio.exceptions.SocketIOError as error:
            raise Unanswered("the connection is lost") from error
        except (TypeError, ValueError) as error:
            raise Refused("invalid", f"This is not JSON: {error}") from None

    def _received(self, event: str, data: Any = None, *_more: Any) -> None:
        if event == "welcome" and not self._welcome.done():
            self._welcome.set_result(data)
        else:
            self._receive(event, data)

    def _refused(self, error: Any = None) -> None:
        data = error.get("data") if isinstance(error, dict) else None
        if isinstance(data, dict) and "code" in data and not self._welcome.done():
            self._welcome.set_exception(Refused(data["code"], str(error.get("message", "")), data))

    def _ended(self, reading: asyncio.Task[None] | None) -> None:
        if reading and not reading.cancelled():
            reading.exception()
        self._over.set()
        for future in self._waiting:
            if not future.done():
                future.set_exception(Unanswered("the connection was lost"))
                future.exception()

    async def _stop_tasks(self) -> None:
        eio = self._socket.eio
        tasks = [task for task in (eio.read_loop_task, eio.write_loop_task) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if eio in engineio.base_client.connected_clients:
            engineio.base_client.connected_clients.remove(eio)


async def _whole(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Read every response to its end; python-engineio does not always, which would keep the connection open."""
    response = await handler(request)
    if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        await response.read()
    return response


def _sendable(command: str, params: Mapping[str, Any]) -> None:
    """Raise `Refused` for a command that is not JSON, or so large that it would end the connection."""
    try:
        size = len(json.dumps([command, params]))
    except (TypeError, ValueError) as error:
        raise Refused("invalid", f"This is not JSON: {error}") from None
    if size > MAX_PACKET - FRAME:
        raise Refused("too_large", "The command is too large.")


def _result(answer: Any) -> Any:
    if not isinstance(answer, dict) or "ok" not in answer:
        raise Refused("internal", "The server's response is invalid.")
    if answer["ok"]:
        return answer["result"]
    error = answer["error"]
    raise Refused(error["code"], error["message"], error.get("details"))
