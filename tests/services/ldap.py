"""An LDAP server: simple binds, searches by one attribute, StartTLS. It speaks BER by the types of ldap3."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid5

from ldap3.protocol import rfc4511
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import SubstrateUnderrunError

BASE = "ou=people,dc=example,dc=org"
FINDER = "cn=finder,dc=example,dc=org", "finders secret"
SUCCESS, BUSY, INVALID, REFUSED, NO_RIGHTS = 0, 51, 49, 2, 50
SPACE = UUID(int=1)
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"


@dataclass
class Directory:
    """A directory of people by ``uid``, each with a password. ``bound`` has the names of all binds, in order.

    With an ``answers``, that is the result of every bind. Entries have UUIDs of their names, or those in ``uuids``;
    ``tells`` is how it says which entry one is, and ``looked_up`` the result when it is asked.
    """

    people: dict[str, str] = field(default_factory=dict)
    url: str = ""
    answers: int | None = None
    bound: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    uuids: dict[str, str] = field(default_factory=dict)
    tells: tuple[str, ...] = ("entryUUID",)
    looked_up: int = SUCCESS

    def bind(self, name: str, password: str) -> int:
        """Return the result of a bind; one without a password is nobody's, and succeeds (RFC 4513, 5.1.2)."""
        self.bound.append(name)
        if self.answers is not None:
            return self.answers
        known = {f"uid={uid},{BASE}": secret for uid, secret in self.people.items()} | dict([FINDER])
        return SUCCESS if not password or known.get(name) == password else INVALID

    def found(self, uid: str) -> list[str]:
        """Return the names of the people with a ``uid``."""
        return [f"uid={each},{BASE}" for each in self.people if uid == each]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection until it ends."""
        buffer = b""
        try:
            while piece := await reader.read(4096):
                buffer += piece
                while message := _first(buffer):
                    request, buffer = message
                    if not await self._answer(request, writer):
                        return
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: rfc4511.LDAPMessage, writer: asyncio.StreamWriter) -> bool:
        number, kind = int(request["messageID"]), request["protocolOp"].getName()
        asked = request["protocolOp"].getComponent()
        if kind == "bindRequest":
            result = self.bind(str(asked["name"]), str(asked["authentication"]["simple"]))
            writer.write(_message(number, "bindResponse", _result(rfc4511.BindResponse(), result)))
        elif kind == "searchRequest":
            is_found = asked["filter"].getName() == "equalityMatch"
            at = str(asked["baseObject"])
            by = asked["filter"]["equalityMatch"]["assertionValue"] if is_found else ""
            for name in self.found(str(by)) if is_found else [at] * (self.looked_up == SUCCESS):
                entry = rfc4511.SearchResultEntry()
                entry["object"] = name
                entry["attributes"] = rfc4511.PartialAttributeList()
                if not is_found and "entryUUID" in self.tells:
                    entry["attributes"].append(_attribute("entryUUID", self.uuids.get(name, str(uuid5(SPACE, name)))))
                writer.write(_message(number, "searchResEntry", entry))
            result = _result(rfc4511.SearchResultDone(), SUCCESS if is_found else self.looked_up)
            writer.write(_message(number, "searchResDone", result))
        elif kind == "extendedReq" and str(asked["requestName"]) == WHO_AM_I and "end" not in self.tells:
            result = _result(rfc4511.ExtendedResponse(), SUCCESS if "who" in self.tells else REFUSED)
            if "who" in self.tells:
                result["responseValue"] = f"dn:{self.uuids.get(self.bound[-1], self.bound[-1])}"
            writer.write(_message(number, "extendedResp", result))
        elif kind == "extendedReq" and self.tls:
            writer.write(_message(number, "extendedResp", _result(rfc4511.ExtendedResponse(), SUCCESS)))
            await writer.drain()
            await writer.start_tls(self.tls)
        else:
            return False
        await writer.drain()
        return True


def _first(buffer: bytes) -> tuple[rfc4511.LDAPMessage, bytes] | None:
    """Return the first whole message and what follows it."""
    try:
        message, rest = decoder.decode(buffer, asn1Spec=rfc4511.LDAPMessage())
    except SubstrateUnderrunError:
        return None
    return message, bytes(rest)


def _attribute(kind: str, value: str) -> rfc4511.PartialAttribute:
    attribute = rfc4511.PartialAttribute()
    attribute["type"] = kind
    attribute["vals"] = rfc4511.Vals()
    attribute["vals"].append(value)
    return attribute


def _result(response, code: int):
    response["resultCode"] = code
    response["matchedDN"] = response["diagnosticMessage"] = ""
    return response


def _message(number: int, kind: str, what) -> bytes:
    message = rfc4511.LDAPMessage()
    message["messageID"] = number
    message["protocolOp"] = rfc4511.ProtocolOp().setComponentByName(kind, what)
    return encoder.encode(message)


@asynccontextmanager
async def directory(pem: Path | None = None, *, ldaps: bool = False, **people: str) -> AsyncIterator[Directory]:
    """Run a directory; with a certificate, it offers StartTLS, or speaks TLS alone."""
    made = Directory(people)
    if pem:
        made.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.tls.load_cert_chain(pem)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=made.tls if ldaps else None)
    made.url = f"{'ldaps' if ldaps else 'ldap'}://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
