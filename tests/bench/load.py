"""The load: many sockets in one thread without asyncio, so that reading is one system call and one comparison."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable
from typing import Self

from tests.bench import texts
from tests.bench.frames import CLOSE, PING, PONG, TEXT, UPGRADE, cut, frame
from tests.bench.wires import Wire

READ = 1 << 18
AT_ONCE = 64
"""How many connections are opened at the same time."""
EVENTS = 512
Private = Callable[[int, bytes], None]


class Late(Exception):
    """Something did not happen in time."""


class Lost(Exception):
    """The server ended a connection."""


class Connection:
    """One client's socket. What arrives goes to ``feed``; ``heard`` gets what is no delivery of a message."""

    def __init__(self, address: tuple[str, int], wire: Wire, username: str) -> None:
        self.wire, self.username = wire, username
        self.socket = socket.create_connection(address)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.feed: Callable[[memoryview], None] = self._shaken
        self.heard: Callable[[bytes], None] = self._open
        self.ready = False
        self._rest = b""

    def shake_hands(self, address: tuple[str, int]) -> None:
        """Ask for a WebSocket; the rest follows by itself until this is ``ready``."""
        self.socket.send(UPGRADE.format(host=address[0], port=address[1]).encode())

    @property
    def quiet(self) -> bool:
        """Whether no frame is only half there."""
        return not self._rest

    def send(self, payload: bytes, opcode: int = TEXT) -> None:
        """Send one frame; clients here never have so much under way that it would not go at once."""
        data = frame(payload, opcode)
        if self.socket.send(data) != len(data):
            raise Lost(f"{self.username}: the server does not read")

    def private(self, opcode: int, payload: bytes) -> None:
        """Take in what is for this socket alone; pings are answered."""
        if opcode == TEXT and payload == b"2":
            self.send(b"3")
        elif opcode == PING:
            self.send(payload, PONG)
        elif opcode == CLOSE:
            raise Lost(f"{self.username}: closed by the server {payload!r}")
        elif opcode == TEXT:
            self.heard(payload)

    def apart(self, chunk: memoryview | bytes) -> None:
        """Take in frames one by one, none of which is compared with anything."""
        data, done = self._rest + bytes(chunk), 0
        for opcode, _, body, done in cut(data):
            self.private(opcode, data[body:done])
        self._rest = data[done:]

    def close(self) -> None:
        """Close at once; the port is free again at once, too."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def _shaken(self, chunk: memoryview) -> None:
        self._rest += bytes(chunk)
        head, end, self._rest = self._rest.partition(b"\r\n\r\n")
        if not end:
            self._rest = head
            return
        if not head.startswith(b"HTTP/1.1 101"):
            raise Lost(f"{self.username}: {head[:200]!r}")
        self.feed = self.apart
        self.apart(b"")

    def _open(self, payload: bytes) -> None:
        if payload.startswith(b"0"):
            self.send(self.wire.join(self.username))
        elif self.wire.joined(payload):
            self.ready = True
            self.heard = _ignore


class Load:
    """All sockets of a workload; closed at its end."""

    def __init__(self, address: tuple[str, int], wire: Wire) -> None:
        self.address, self.wire = address, wire
        self.connections: list[Connection] = []
        self.arrivals = 0
        self._poll = select.epoll()
        self._by_fd: dict[int, Connection] = {}
        self._buffer = bytearray(READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.close()
        self._poll.close()

    def connect(self, usernames: Iterable[str], seconds: float = 120) -> list[Connection]:
        """Connect people, some at a time, until each can begin."""
        waiting, new = list(usernames)[::-1], []
        until = time.perf_counter() + seconds
        under_way: list[Connection] = []
        while waiting or under_way:
            while waiting and len(under_way) < AT_ONCE:
                under_way.append(self.bare(waiting.pop()))
                under_way[-1].shake_hands(self.address)
                new.append(under_way[-1])
            self.step(until)
            under_way = [connection for connection in under_way if not connection.ready]
        return new

    def connect_many(self, count: int) -> list[Connection]:
        """Connect the next ``count`` people."""
        first = len(self.connections)
        return self.connect(map(texts.name, range(first, first + count)))

    def run(self, done: Callable[[], bool], seconds: float) -> None:
        """Read until ``done``; raises `Late`."""
        until = time.perf_counter() + seconds
        while not done():
            self.step(until)

    def rest(self, seconds: float = 0.3, most: float = 60) -> None:
        """Read until nothing has arrived for a while and no frame is half there."""
        until = time.perf_counter() + most
        quiet_since = time.perf_counter()
        while time.perf_counter() - quiet_since < seconds:
            if self.step(until, wait=0.05) or not all(connection.quiet for connection in self.connections):
                quiet_since = time.perf_counter()

    def step(self, until: float, wait: float = 0.2) -> int:
        """Read what is there, or wait a little for it; gives how much there was to do."""
        if time.perf_counter() > until:
            raise Late("it did not end in its time")
        events = self._poll.poll(wait, EVENTS)
        for number, _ in events:
            self._receive(self._by_fd[number])
        self.arrivals += len(events)
        return len(events)

    def _receive(self, connection: Connection) -> None:
        try:
            size = connection.socket.recv_into(self._buffer)
        except BlockingIOError:
            return
        except OSError as error:
            raise Lost(f"{connection.username}: {error}") from error
        if size == 0:
            raise Lost(f"{connection.username}: closed by the server")
        connection.feed(memoryview(self._buffer)[:size])

    def bare(self, username: str = "nobody") -> Connection:
        """Add a socket."""
        connection = Connection(self.address, self.wire, username)
        self.connections.append(connection)
        self._by_fd[connection.socket.fileno()] = connection
        self._poll.register(connection.socket, select.EPOLLIN)
        return connection


def _ignore(_payload: bytes) -> None:
    return
