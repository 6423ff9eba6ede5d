"""Asking an LDAP directory whether a password is right. It blocks, so it runs on threads of its own."""

from __future__ import annotations

import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from ldap3 import BASE, NONE, SIMPLE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException, LDAPInvalidDnError, LDAPSASLPrepError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from chatrooms.addresses import is_local
from chatrooms.identity.ldap.directory import Unreachable
from chatrooms.settings import Settings
from chatrooms.sign_in_settings import HERE

SECONDS = 5
"""How long connecting, and each answer, may take."""
SEEN = frozenset("LNPSZ")
"""The kinds of characters that are seen: letters, numbers, punctuation, symbols and spaces."""
UNSEEN = "\u1806"
"""The only one of these that is mapped to nothing (RFC 3454, B.1)."""
NO_ATTRIBUTES = "1.1"
"""RFC 4511, 4.5.1.8."""
UUIDS = ("objectGUID", "nsUniqueId", "ipaUniqueID", "GUID", "entryUUID")
"""What stays when an entry is renamed or moved: of Active Directory, 389, FreeIPA, eDirectory, and RFC 4530.

The first that an entry has counts; directories with one of their own get that of the standard too, one day.
"""
ABSENT = frozenset({0, 32, 34, 50})
"""The results of a search that say that one finds no UUID: success, noSuchObject, invalidDNSyntax, and no rights."""
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
"""RFC 4532."""
REFUSED = frozenset({19, 32, 34, 48, 49, 50, 53})
"""The results that say that somebody cannot sign in, such as invalidCredentials (RFC 4511, appendix A).

Some directories answer constraintViolation, 19, once there were too many tries.
"""


class Checked(Tls):  # type: ignore[misc]  # the library has no types
    """TLS whose certificate, with the name of the host, Python checks: the library's own check needs an old one."""

    def wrap_socket(self, connection: Any, **_how: Any) -> None:
        """Begin TLS; raises ``ssl.SSLError``."""
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)


def entry_of(settings: Settings, username: str, password: str) -> str | None:
    """Return what stands for the entry in the directory that has a name and a password; None if it is another password.

    That is ``id`` and its UUID; else ``who`` and whom the directory says it has bound, or ``name`` and its name. An
    unknown name takes as long as a wrong password. Raises `Unreachable`.
    """
    if _is_empty(password):
        return None
    try:
        server = _server(settings)
        name = _found(settings, server, username) if settings.ldap_base else _named(settings, username)
        return _bound_entry(server, name, password)
    except (LDAPException, OSError, ValueError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error


def _is_empty(password: str) -> bool:
    """Return whether a password is empty, or a directory may take it for that: it binds as nobody (RFC 4513, 5.1.2)."""
    return "\0" in password or not any(unicodedata.category(each)[0] in SEEN and each != UNSEEN for each in password)


def _bound_entry(server: Server, name: str, password: str) -> str | None:
    """Return what stands for an entry that the directory binds; a password that SASLprep prohibits is sent as it is."""
    try:
        with _bound(server, name, password) as connection:
            return connection and _entry(connection, name)
    except LDAPSASLPrepError:
        with _bound(server, name, password.encode()) as connection:
            return connection and _entry(connection, name)


def _entry(connection: Any, name: str) -> str:
    """Return what stands for the entry that a connection is bound as."""
    with suppress(LDAPInvalidDnError):  # such as alice@corp.example, which Active Directory takes too
        connection.search(name, "(objectClass=*)", BASE, attributes=list(UUIDS), size_limit=1, time_limit=SECONDS)
        if connection.result["result"] not in ABSENT:
            raise Unreachable(f"the directory answers {connection.result['description']} about an entry")
        found = [each for each in connection.response or () if each["type"] == "searchResEntry"]
        values = [value for each in found for uuid in UUIDS for value in each["raw_attributes"].get(uuid, ())]
        if values:
            return f"id {values[0].hex()}"
    said = None
    with suppress(LDAPException, OSError):  # some directories end the connection instead
        connection.extended(WHO_AM_I)
        said = connection.result.get("responseValue") if connection.result["result"] == 0 else None
    return f"who {said.decode(errors='replace').lower()}" if said else f"name {name.lower()}"


def _named(settings: Settings, username: str) -> str:
    return settings.ldap_bind_dn.replace(HERE, escape_rdn(username))


def _found(settings: Settings, server: Server, username: str) -> str:
    """Return the name by which the directory knows a person; one that nobody has if it is not exactly one."""
    with _bound(server, settings.ldap_bind_dn, settings.ldap_bind_password) as connection:
        if connection is None:
            raise Unreachable("the directory refuses the account that finds people: see `ldap_bind_dn`")
        asked = settings.ldap_filter.replace(HERE, escape_filter_chars(username))
        limits = {"size_limit": 2, "time_limit": SECONDS}
        connection.search(settings.ldap_base, asked, SUBTREE, attributes=NO_ATTRIBUTES, **limits)
        found = [each["dn"] for each in connection.response or () if each["type"] == "searchResEntry"]
    return found[0] if len(found) == 1 and found[0] else f"cn=nobody,{settings.ldap_base}"


@contextmanager
def _bound(server: Server, name: str, password: str | bytes) -> Iterator[Any]:
    """Yield a connection that is bound; None if the directory refuses that."""
    who = {"user": name, "password": password, "authentication": SIMPLE} if name else {}
    connection = Connection(server, **who, receive_timeout=SECONDS, auto_referrals=False, read_only=True)
    try:
        connection.open()
        if not server.ssl and not is_local(server.host) and not connection.start_tls():
            raise Unreachable("the directory does not begin TLS")
        if connection.bind():
            yield connection
        elif connection.result["result"] in REFUSED:
            yield None
        else:
            raise Unreachable(f"the directory answers {connection.result['description']}")
    finally:
        with suppress(LDAPException, OSError):
            connection.unbind()
        if connection.socket:
            connection.socket.close()


def _server(settings: Settings) -> Server:
    parts = urlsplit(settings.ldap_url)
    tls = Checked(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ldap_ca or None)
    is_tls = parts.scheme == "ldaps"
    return Server(parts.hostname, parts.port, use_ssl=is_tls, tls=tls, get_info=NONE, connect_timeout=SECONDS)
