"""Where a chat is to run, as the options of `chatrooms deploy` say; each value can stand in any of the files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
PATH = re.compile(r"/([\w.~-]+/)*", re.ASCII)
FILE = re.compile(r"/[\w./@+-]+", re.ASCII)
SERVER = re.compile(r"(\[[0-9a-f:]+\]|[\w.-]+):([0-9]{1,5})", re.ASCII | re.IGNORECASE)
HIGHEST_PORT = 65_535
MOST_NODES = 64


class Mistake(ValueError):
    """An option that no file could work with; the message says which, and what to do."""


@dataclass(frozen=True)
class Site:
    """A chat at ``https://domain/path``, whose nodes listen at successive ports of ``host``."""

    domain: str
    path: str = "/"
    nodes: int = 1
    port: int = 8000
    host: str = "127.0.0.1"
    database: str = ""
    servers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values; raises `Mistake`."""
        if not DOMAIN.fullmatch(self.domain):
            raise Mistake("--domain is a name such as chat.example.org, without https:// and without a path")
        if not PATH.fullmatch(self.path):
            raise Mistake("--path begins and ends with a slash, such as /chat/")
        if not 1 <= self.nodes <= MOST_NODES:
            raise Mistake(f"--nodes is a number from 1 to {MOST_NODES}")
        if not 1 <= self.port <= HIGHEST_PORT + 1 - self.nodes:
            raise Mistake(f"--port: the ports of all nodes are from 1 to {HIGHEST_PORT}")
        for server in self.servers:
            if not SERVER.fullmatch(server):
                raise Mistake(f"--server is an address with a port, such as 10.0.0.1:8000, not {server}")
        if self.servers and self.nodes > 1:
            raise Mistake("--nodes counts those of this machine: with --server, name each node")
        self._require_database()

    def _require_database(self) -> None:
        if not self.database:
            return
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            kind = make_url(self.database).get_backend_name()
        except ArgumentError as error:
            raise Mistake("--database is a URL such as postgresql+psycopg://name:password@127.0.0.1/name") from error
        if kind == "sqlite" and self.nodes > 1:
            raise Mistake("--nodes: SQLite has one server; for several nodes, use PostgreSQL")
        if kind not in ("sqlite", "postgresql"):
            raise Mistake("--database is a SQLite file or PostgreSQL")

    @property
    def url(self) -> str:
        """The address that people type."""
        return f"https://{self.domain}{self.path}"

    @property
    def ports(self) -> range:
        """The ports of the nodes on this machine."""
        return range(self.port, self.port + self.nodes)

    @property
    def addresses(self) -> list[str]:
        """Where a proxy finds the nodes, on this machine or on those of ``servers``."""
        return list(self.servers) or [f"127.0.0.1:{port}" for port in self.ports]

    @property
    def count(self) -> str:
        """How many nodes there are, in words."""
        nodes = len(self.addresses)
        return "one node" if nodes == 1 else f"{nodes} nodes"


def quoted(option: str, value: str) -> str:
    """Return a value that a file of variables can hold between single quotes; raises `Mistake`."""
    if "'" in value or not value.isprintable():
        raise Mistake(f"{option} has no ' and no control characters; in a URL, write ' as %27")
    return value


def checked(option: str, check: Callable[[str], object], value: str) -> None:
    """Check a value as the setting is checked; raises `Mistake`."""
    try:
        check(value)
    except ValueError as error:
        raise Mistake(f"{option}: {error}") from error


def file(option: str, path: str) -> str:
    """Return the path of a file if a configuration can name it as it is; raises `Mistake`."""
    if not FILE.fullmatch(path):
        raise Mistake(f"{option} is an absolute path without spaces")
    return path
