"""Where the bus of the nodes is, if it is not PostgreSQL: the grammar of the setting ``bus``.

==========================================  ==============================================
``redis://name:password@host:6379/0``       Redis, or Valkey as ``valkey://…``
``rediss://…``, ``valkeys://…``             the same over TLS
``redis+sentinel://host1,host2/service/0``  the master of a service, as its sentinels say;
                                            ``rediss+sentinel://…`` over TLS
==========================================  ==============================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

EXAMPLE = "redis://name:password@host:6379"
PORT, SENTINEL_PORT = 6379, 26379
CERTIFICATES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
SENTINEL_LOGIN = {"sentinel_username": "username", "sentinel_password": "password"}

_TLS = {"redis": False, "valkey": False, "rediss": True, "valkeys": True}
_host = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)


@dataclass(frozen=True)
class BusAddress:
    """A server of Redis or Valkey, or the sentinels of a ``service``; its ``repr`` has no secrets."""

    hosts: tuple[tuple[str, int], ...]
    service: str = ""
    db: int = 0
    tls: bool = False
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    certificates: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The files for TLS, by their options in redis-py."""
    sentinel_login: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The ``username`` and ``password`` for the sentinels, which are not those for the master."""

    @classmethod
    def read(cls, url: str) -> BusAddress:
        """Return what a URL says; raises ``ValueError`` with a sentence that does not quote it."""
        parts = urlsplit(url)
        kind, plus, sentinel = parts.scheme.partition("+")
        if kind not in _TLS or plus + sentinel not in ("", "+sentinel"):
            raise ValueError(f"This is a URL such as {EXAMPLE} or redis+sentinel://host1,host2/service.")
        given, _, hosts = parts.netloc.rpartition("@")
        if "," in hosts and not sentinel:
            raise ValueError("Several hosts are sentinels: redis+sentinel://host1,host2/service.")
        if "@" in f"{parts.path}{parts.query}{parts.fragment}" or parts.fragment:
            raise ValueError("Write / as %2F, ? as %3F, # as %23 and @ as %40 in the name and the password.")
        username, _, password = given.partition(":")
        options = dict(parse_qsl(parts.query))
        if not options.keys() <= {*CERTIFICATES, *SENTINEL_LOGIN}:
            raise ValueError(f"The options are {', '.join((*CERTIFICATES, *SENTINEL_LOGIN))}.")
        service, db = _path(parts.path, is_sentinel=bool(sentinel))
        return cls(
            hosts=tuple(_hosts(hosts, SENTINEL_PORT if sentinel else PORT)),
            service=service,
            db=db,
            tls=_TLS[kind],
            username=unquote(username),
            password=unquote(password),
            certificates={name: options[name] for name in CERTIFICATES if name in options},
            sentinel_login={key: options[name] for name, key in SENTINEL_LOGIN.items() if name in options},
        )

    @property
    def location(self) -> str:
        """The URL without name, password and options."""
        scheme = ("rediss" if self.tls else "redis") + ("+sentinel" if self.service else "")
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"{scheme}://{hosts}/{f'{self.service}/' if self.service else ''}{self.db}"


def checked(url: str) -> str:
    """Return a URL as it is, or an empty text; raises ``ValueError``."""
    if url:
        BusAddress.read(url)
    return url


def location(url: str) -> str:
    """Return where a bus is, without secrets; empty if there is none."""
    return BusAddress.read(url).location if url else ""


def _hosts(text: str, port: int) -> Iterator[tuple[str, int]]:
    for each in text.split(","):
        found = _host.fullmatch(each)
        if not found or int(found["port"] or 1) not in range(1, 1 << 16):
            raise ValueError(f"A host is missing, or is not one: this is a URL such as {EXAMPLE}.")
        yield found["host"].strip("[]"), int(found["port"] or port)


def _path(path: str, *, is_sentinel: bool) -> tuple[str, int]:
    """Return the service, which is empty without sentinels, and the number of the database."""
    *names, last = path.strip("/").split("/")
    if is_sentinel and not names:  # the number is left out
        names, last = [last], ""
    if len(names) != is_sentinel or not all(names) or not (last or "0").isdecimal():
        raise ValueError("After the hosts comes the name of the service, and for both the number of a database.")
    return "".join(names), int(last or 0)
