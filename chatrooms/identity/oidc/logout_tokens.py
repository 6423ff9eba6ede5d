"""That somebody has signed out at the provider, in a token that it has signed (OpenID Connect Back-Channel Logout 1.0).

The library behind this is slow to load, so none of it runs on the event loop or the writer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chatrooms.identity.oidc import signed
from chatrooms.identity.oidc.failures import Untrue

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class SignedOut(NamedTuple):
    """Who has signed out, or which session there has ended; one of both may be empty. ``id`` is the token's own."""

    issuer: str
    subject: str
    sid: str
    id: str


def read(token: str, keys: Any, issuer: str, client_id: str) -> SignedOut:
    """Return what a token says; raises `Untrue`, or `UnknownKey` (2.6)."""
    claims = signed.claims(token, keys)
    signed.require_from(claims, issuer, client_id)
    signed.require_now({"exp": claims.get("iat"), **claims})  # earlier versions of the standard have no end
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Untrue("it is of another event")
    if "nonce" in claims:
        raise Untrue("it has a nonce, as those have that sign in")
    subject, sid = (signed.text(claims[each]) if each in claims else "" for each in ("sub", "sid"))
    if not subject and not sid:
        raise Untrue("it names nobody")
    return SignedOut(issuer, subject, sid, signed.text(claims.get("jti")))
