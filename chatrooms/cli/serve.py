"""The standalone server, on uvicorn."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from chatrooms.addresses import Hosts
from chatrooms.app import Chatrooms
from chatrooms.cli import logs, readiness
from chatrooms.cli.gc_tuning import collected_in_parts
from chatrooms.cli.opening import Unable, opening
from chatrooms.doors.allowed_hosts import AllowedHosts
from chatrooms.identity.setups import Start
from chatrooms.lifetime import NotRunning
from chatrooms.settings import Settings
from chatrooms.wire import descriptors, fastpath
from chatrooms.wire.connection_limits import ConnectionLimits, Slot, exempt
from chatrooms.wire.limits import MAX_PACKET
from chatrooms.wire.listener import Listener

GRACE_SECONDS = 5
SECONDS_TO_LOOK = 0.1
BACKLOG = 2048
SECONDS_TO_SWITCH = 0.0005
"""How long a thread keeps the interpreter while others wait for it, instead of Python's 5 ms.

The writer waits for it after each of its statements, while the threads of readers are busy.
"""


@dataclass(frozen=True)
class Worker:
    """One of several processes: ``parent`` is a pipe that ends with the process that started them.

    ``ready`` is called once it runs; it alone prints where the chat is.
    """

    parent: int
    ready: Callable[[], object] | None


async def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; raises `Unable`."""
    with closing(listen(settings.host, settings.port)) as listening:
        await serve_on(listening, settings)


async def serve_on(listening: socket.socket, settings: Settings, worker: Worker | None = None) -> None:
    """Do what `serve` does with a socket, perhaps as a worker."""
    logs.configure(settings)
    asyncio.get_running_loop().set_exception_handler(logs.unhandled)
    with opening(settings):
        await _run(settings, listening, worker)


async def _run(settings: Settings, listening: socket.socket, worker: Worker | None) -> None:
    chat = Chatrooms(settings)
    async with chat.lifespan():
        start = await chat.owned()
        sys.setswitchinterval(SECONDS_TO_SWITCH)
        with collected_in_parts():
            server = _Uvicorn(chat, settings, named(chat, settings, listening))
            if worker:
                server.end_with(worker.parent)
            if worker is None or worker.ready:
                print(f"{chat.name} is at {_address(settings, listening)}", flush=True)  # noqa: T201
                _print_how_to_own(start, _page(settings, listening))
            if worker is None:
                readiness.tell()
            elif worker.ready:
                worker.ready()
            await server.serve(sockets=[listening])
    if chat.lost:
        raise Unable(chat.lost)


def _print_how_to_own(start: Start, page: str) -> None:
    """Print the link that makes the owner of a new server, or how to get one for a server without an owner."""
    if start.code:
        print(f"To own this server, open this once, within a day: {page}#/setup/{start.code}", flush=True)  # noqa: T201
    elif not start.has_owner:
        print("This server has no owner: `chatrooms setup` prints a link that makes one.", flush=True)  # noqa: T201


def uvicorn_options() -> dict[str, Any]:
    """Return uvicorn's options for chatrooms, here or in a host application: bounded packets and no compression."""
    return {
        **fastpath.options(),
        "ws_max_size": MAX_PACKET,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


class _Uvicorn(uvicorn.Server):
    """A uvicorn that drains the chat before it shuts down, and returns on a signal instead of raising it again."""

    def __init__(self, chat: Chatrooms, settings: Settings, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                proxy_headers=bool(settings.proxies),
                forwarded_allow_ips=list(settings.proxies),
                **uvicorn_options(),
            )
        )
        self._chat, self._seconds_to_drain = chat, settings.drain_seconds
        exempted = exempt(",".join(settings.proxies))
        self._limits = ConnectionLimits(descriptors.for_connections(), settings.connections, exempted)
        self._listeners: list[Listener] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections, by uvicorn itself if our protocols do not run: only ours free their slots."""
        if fastpath.missing():
            await super().startup(sockets)
            return
        await super().startup(sockets=[])
        self._listeners = [Listener(listening, self._limits, self._protocol) for listening in sockets or []]

    def _protocol(self, slot: Slot) -> asyncio.Protocol:
        ours: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = ours(self.config, self.server_state, self.lifespan.state)
        protocol.slot = slot  # type: ignore[attr-defined] # see `wire.http_protocol`
        return protocol

    def end_with(self, parent: int) -> None:
        """End once a pipe has ended."""
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.remove_reader(parent)
            self.handle_exit(signal.SIGTERM, None)

        loop.add_reader(parent, end)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End the server on SIGINT or SIGTERM, and at once on a second SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def on_tick(self, counter: int) -> bool:
        """Return whether to end, which is also if another server has the database."""
        return await super().on_tick(counter) or bool(self._chat.lost)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End soon, and say so to load balancers at once."""
        self._chat.retire()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the chat's connections, such as waiting polls, before uvicorn waits for them."""
        await self._let_others_notice()
        for listener in self._listeners:
            await listener.close()
        with suppress(NotRunning):  # it drains by itself if another server has the database
            await self._chat.drain()
        await super().shutdown(sockets)

    async def _let_others_notice(self) -> None:
        """Go on for the time of the settings, unless there is another SIGINT, or another server has the database."""
        until = time.monotonic() + self._seconds_to_drain
        while time.monotonic() < until and not (self.force_exit or self._chat.lost):  # noqa: ASYNC110 - as uvicorn
            await asyncio.sleep(SECONDS_TO_LOOK)


def named(chat: Chatrooms, settings: Settings, listening: socket.socket) -> ASGIApp:
    """Return a chat that answers to names of this machine only, if it listens there alone and no setting names others.

    A page anywhere could have its own name lead to 127.0.0.1 and become the first person (DNS rebinding).
    """
    is_local = ip_address(listening.getsockname()[0]).is_loopback
    return AllowedHosts(chat, Hosts(()), local=True) if is_local and not (settings.url or settings.hosts) else chat


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a socket that listens; several can be ``shared`` by one port. Raises `Unable`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        raise Unable(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listening


def _page(settings: Settings, listening: socket.socket) -> str:
    return settings.url or _here(settings, listening)


def _here(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}/"


def _address(settings: Settings, listening: socket.socket) -> str:
    here = _here(settings, listening)
    return f"{settings.url}, for proxies at {here}" if settings.url else here
