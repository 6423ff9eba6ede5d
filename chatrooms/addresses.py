"""Hosts, origins and the address of a site, in the one form in which browsers send them (RFC 6454, RFC 5891)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
LONGEST = 300
"""Characters of an origin; a name has at most 253 (RFC 1035, 2.3.4)."""
LONGEST_LINK = 2000
CACHED = 1000
_visible = re.compile(r"[^\\\s\x00-\x1f\x7f]+")
_name = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_origin = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#*@\\\s]+")
_within = re.compile(r"/(?![/\\\\])[^\\\\\s\x00-\x1f\x7f]*")
"""A path of the same host: browsers read two slashes, or a backslash, as the beginning of another host."""
_path = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


class Hosts:
    """The names in the setting `hosts`; ``*.example.org`` stands for all names below example.org."""

    def __init__(self, listed: Iterable[str]) -> None:
        self.listed = tuple(listed)
        self._domains = tuple(host[1:] for host in self.listed if host.startswith("*."))

    def __contains__(self, name: str) -> bool:
        return name in self.listed or name.endswith(self._domains)


def host(text: str) -> str:
    """Return a host without a port in lower case and in ASCII, an IPv6 address in brackets; raises ``ValueError``."""
    if text.startswith("[") and text.endswith("]"):
        return f"[{IPv6Address(text[1:-1])}]"
    try:
        name = text.lower().removesuffix(".").encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _name.fullmatch(name):
        raise ValueError("A host looks like chat.example.org, *.example.org or 192.0.2.1, without a port.")
    return name


@lru_cache(maxsize=CACHED)
def origin(text: str) -> str:
    """Return an origin without its scheme's default port; raises ``ValueError``."""
    if text.lower().startswith("file:") or text == "null":
        raise ValueError("Pages in files all have the same origin, null, which cannot be allowed.")
    if len(text) > LONGEST or not _origin.fullmatch(text):
        raise ValueError("An origin looks like https://example.org.")
    parts = urlsplit(text)
    bare = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host(bare)}{port}"


def site(text: str) -> str:
    """Return the http or https address of a site, with a slash at its end; raises ``ValueError``."""
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not _path.fullmatch(parts.path) or parts.query or parts.fragment:
        raise ValueError("An address looks like https://example.org/ or https://example.org/chat/.")
    return f"{origin(f'{parts.scheme}://{parts.netloc}')}{parts.path.rstrip('/')}/"


def link(text: str) -> str:
    """Return the address of a page: of http or https, or a path of this host, such as /login; raises ``ValueError``."""
    parts = urlsplit(text)
    is_page = parts.scheme in PORTS and parts.hostname and not parts.username and _visible.fullmatch(text)
    if len(text) > LONGEST_LINK or not (is_page or _within.fullmatch(text)):
        raise ValueError("An address of a page looks like /login or https://example.org/login.")
    return text


def provider(text: str) -> str:
    """Return an address of an OpenID provider as it is, of https, or of this machine alone; raises ``ValueError``."""
    parts = urlsplit(text)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname or ""))
    if not (is_safe and parts.hostname) or parts.username is not None or parts.fragment or not _visible.fullmatch(text):
        raise ValueError("An address of a sign-in provider looks like https://login.example.org/realms/team.")
    return text


def directory(text: str) -> str:
    """Return the address of an LDAP server; raises ``ValueError``."""
    parts = urlsplit(text)
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ValueError("An address of a directory looks like ldaps://ldap.example.org.")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError("The address of a directory has no path; see `ldap_base`.")
    host_of = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host(host_of)}:{parts.port or {'ldap': 389, 'ldaps': 636}[parts.scheme]}"


def is_local(host: str) -> bool:
    """Return whether a host is this machine, by an address or a name that no one else's DNS can answer for."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def without_port(host: str) -> str:
    """Return the name in a ``Host`` header, without a port and a trailing dot, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")


def is_number(host: str) -> bool:
    """Return whether a host is an IP address or this machine's own name, which no one else's DNS can answer for."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return True
