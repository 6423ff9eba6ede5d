"""Real proxies and tools for the tests, which ``pytest --install`` installs where they are missing."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from .chromium import Unavailable, alone, install_packages

PACKAGES = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "haproxy": "haproxy",
    "openssl": "openssl",
    "pgbouncer": "pgbouncer",
    "systemd-analyze": "systemd",
}
START_SECONDS = 20
WITH_ROOT = ("/usr/sbin", "/usr/local/sbin")
"""Where Debian has servers, which is not on every user's PATH."""


@cache
def program(name: str, *, install: bool) -> str:
    """Return the path of a program; raises ``RuntimeError`` if it is missing and cannot be installed."""
    with alone():
        found = _find(name)
        if found is None and install:
            try:
                install_packages(PACKAGES[name])
            except Unavailable as failure:
                raise RuntimeError(f"{name} cannot be installed: {failure}") from failure
            found = _find(name)
    if found is None:
        raise RuntimeError(f"{name} is missing: run `pytest --install`, which installs it on Debian")
    return found


def _find(name: str) -> str | None:
    return shutil.which(name) or next((f"{folder}/{name}" for folder in WITH_ROOT if Path(folder, name).exists()), None)


@cache
def certificate(folder: Path, openssl: str) -> Path:
    """Make a certificate for the names in the documentation; return the file with it and its key."""
    folder.mkdir(exist_ok=True)
    made = folder / "combined.pem"
    names = "subjectAltName=DNS:chat.example.org,DNS:example.org,DNS:localhost"
    key, public = folder / "key.pem", folder / "public.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=chat.example.org"]
    subprocess.run([*command, "-addext", names, "-keyout", key, "-out", public], check=True, capture_output=True)
    made.write_bytes(public.read_bytes() + key.read_bytes())
    return made


@asynccontextmanager
async def started(*command: str, port: int, log: Path, trust: Path) -> AsyncIterator[None]:
    """Run a proxy in the foreground, and wait until it accepts TLS connections."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await _answers(port, trust):
                if process.returncode is not None:
                    raise RuntimeError(f"{command[0]} ended: see {log}")
                await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(port: int, trust: Path) -> bool:
    context = ssl.create_default_context(cafile=str(trust))
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="chat.example.org")
    except OSError:
        return False
    writer.close()
    return True
