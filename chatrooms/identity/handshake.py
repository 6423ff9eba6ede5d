"""What a client says of itself when it connects a socket, or with each HTTP request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from chatrooms import addresses
from chatrooms.addresses import is_number, without_port
from chatrooms.errors import Forbidden
from chatrooms.identity.pages import encrypted
from chatrooms.once import SHOWN
from chatrooms.pipeline.mistakes import invalid
from chatrooms.types import Username
from chatrooms.wire import networks
from chatrooms.wire.tally import who

TOKEN_LENGTH = 43
"""Characters of a token: 256 bits, as text. One that a client makes has at least as many."""


FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via")
"""The headers that proxies add."""
Invitation = Annotated[str, Field(min_length=TOKEN_LENGTH, max_length=TOKEN_LENGTH)]
"""The code of an invitation by link."""
Claim = Annotated[str, Field(min_length=TOKEN_LENGTH, max_length=200)]
"""A token that a client makes."""


class Credentials(BaseModel):
    """The handshake's ``auth``: what proves who you are. Whatever else it holds is for the host application.

    ``claim`` is a token of the client's own making that keeps a free name from now on.
    """

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)

    username: Username | None = Field(None, description="The name to join as.")
    token: str | None = Field(None, description="A token that proves the name; it is enough alone.")
    claim: Claim | None = Field(
        None, description="A token of the client's own making, which keeps a free name from now on."
    )
    invite: Invitation | None = Field(
        None, description="The code of an invitation, to join with a new name where the setting `guests` is `invite`."
    )


@dataclass(frozen=True)
class Handshake:
    """What a client says of itself when it connects, or with each HTTP request.

    ``auth`` is the payload of a ``socket`` that connects, and empty for a request; ``headers`` are those of the request
    in both cases, such as ``headers["authorization"]``, in any case of letters. ``trusted`` says whether the page it
    comes from may use cookies. ``named`` is the username in the address of a request that cannot have headers of its
    own, such as that of a picture: it chooses one of the browser's cookies, and proves nothing.
    """

    auth: Mapping[str, Any]
    scope: Mapping[str, Any]
    trusted: bool
    socket: bool = False
    named: str | None = None
    headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", Headers(raw=self.scope["headers"]))

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return encrypted(self.scope)

    @property
    def address(self) -> str:
        """The address of the client."""
        client = self.scope.get("client")
        return client[0] if client else ""

    @property
    def who(self) -> str:
        """The name that the client gives and its address, for the log."""
        return who(self.auth.get("username") if self.socket else self.headers.get("chatrooms-user"), self.address)

    @property
    def network(self) -> str:
        """The address that limits count by: of IPv6, the /64."""
        return networks.network(self.address)

    @property
    def local(self) -> bool:
        """Whether it comes from this machine, and from no proxy on it."""
        try:
            here = ip_address(self.address).is_loopback
        except ValueError:
            return False
        return here and not any(name in self.headers for name in FORWARDING)

    @cached_property
    def origin(self) -> str:
        """The origin that the request was sent to, as it says itself; empty if it does not."""
        try:
            return addresses.origin(f"{'https' if self.secure else 'http'}://{self.headers.get('host', '')}")
        except ValueError:
            return ""

    @property
    def reached_here(self) -> bool:
        """Whether it was sent from this machine to the server at its own port, by an address that stays on it."""
        named, (_, port) = urlsplit(self.origin), self.scope.get("server") or ("", None)
        is_ours = bool(self.origin) and port == (named.port or addresses.PORTS[named.scheme])
        return is_ours and self.local and addresses.is_local(named.hostname or "")

    @property
    def names_itself(self) -> bool:
        """Whether its page names the server as this machine, not by a name that leads here from elsewhere."""
        return is_number(without_port(self.headers.get("host", "")))

    @property
    def agent(self) -> str:
        """The browser or program, as it names itself."""
        return self.headers.get("user-agent", "")[:200]

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies of a trusted page; none of any other page, so that it cannot act for its visitors."""
        return HTTPConnection(dict(self.scope)).cookies if self.trusted else {}

    @cached_property
    def credentials(self) -> Credentials:
        """What the client gives to prove who it is, in the way of its door; raises `Invalid`."""
        if not self.socket:
            return self._of_request()
        try:
            return Credentials.model_validate(self.auth)
        except ValidationError as error:
            raise invalid(error) from None

    def _of_request(self) -> Credentials:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and (bearer := token.strip()):
            return Credentials.model_construct(token=bearer)
        return Credentials.model_construct(username=self.headers.get("chatrooms-user") or self.named)


def require_trusted(handshake: Handshake) -> None:
    """Raise `Forbidden` for pages of other sites, whose requests carry our visitors' cookies."""
    if not handshake.trusted:
        origin, host = (handshake.headers.get(name, "")[:SHOWN] for name in ("origin", "host"))
        raise Forbidden(f"Pages of {origin or 'other sites'} cannot use the chat at {host}; see its setting `origins`.")
