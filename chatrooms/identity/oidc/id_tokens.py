"""What a provider says of a person: in a token that it has signed, and when asked (OpenID Connect Core 1.0).

The library behind this is slow to load, so none of it runs on the event loop or the writer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from chatrooms import types
from chatrooms.identity.oidc import signed
from chatrooms.identity.oidc.failures import Untrue
from chatrooms.identity.oidc.linked import LONGEST_LABEL, Identity

NAMES = ("preferred_username", "email", "name")
"""The claims of what somebody is called, best first."""


SEVERAL = (
    "phr",
    "phrh",
    "https://refeds.org/profile/mfa",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
)
"""The context classes of several factors (OpenID EAP ACR Values 1.0, REFEDS MFA, OpenID PAPE 1.0)."""


ANEW = 600
"""Seconds within which somebody has signed in at the provider anew."""


class Expected(NamedTuple):
    """Who must have signed a token, for whom, in answer to what."""

    issuer: str
    client_id: str
    nonce: str


class SignedIn(NamedTuple):
    """Who signed in: their account at the provider, the username that they prefer and their session there, or empty.

    ``second_factor`` says whether they showed one there, ``anew`` whether they signed in there just now, or had before:
    None if the provider does not tell.
    """

    identity: Identity
    preferred: str
    sid: str
    second_factor: bool
    anew: bool | None


def read(token: str, keys: Any, expected: Expected) -> Mapping[str, Any]:
    """Return what a token claims; raises `Untrue`, or `UnknownKey` (3.1.3.7)."""
    claims = signed.claims(token, keys)
    signed.require_from(claims, expected.issuer, expected.client_id)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else expected.client_id) != expected.client_id:
        raise Untrue("it is for another client")
    if claims.get("nonce") != expected.nonce:
        raise Untrue("another nonce")
    signed.require_now(claims)
    signed.text(claims.get("sub"))
    return claims


def lacks(claims: Mapping[str, Any]) -> bool:
    """Return whether a token leaves out what somebody is called."""
    return not _line(claims.get("preferred_username"))


def completed(claims: Mapping[str, Any], asked: Any) -> Mapping[str, Any]:
    """Return what a token claims, and what the provider answered that somebody is called, if the token does not say.

    Nothing else of the answer counts, which says nothing of how they signed in. Raises `Untrue` if it is about others
    (5.3.2).
    """
    if not isinstance(asked, dict):
        return claims
    if asked.get("sub") != claims["sub"]:
        raise Untrue("what it says when asked is about somebody else")
    return {**{name: asked[name] for name in NAMES if name in asked}, **claims}


def signed_in(claims: Mapping[str, Any]) -> SignedIn:
    """Return who signed in, as the claims say."""
    issuer, subject, sid = claims["iss"], claims["sub"], claims.get("sid")
    label = next(filter(None, (_line(claims.get(each)) for each in NAMES)), "") or _line(subject)
    session = signed.text(sid) if sid is not None else ""
    preferred = _line(claims.get("preferred_username"))
    identity = Identity(issuer, subject, label)
    return SignedIn(identity, preferred, session, _has_shown_second_factor(claims), _is_anew(claims))


def _is_anew(claims: Mapping[str, Any]) -> bool | None:
    """Return whether somebody signed in at the provider minutes ago; None if it does not say when."""
    at = claims.get("auth_time")
    if at is None:
        return None
    return isinstance(at, int | float) and abs(time.time() - at) < ANEW


def _has_shown_second_factor(claims: Mapping[str, Any]) -> bool:
    """Return whether a token says that somebody showed several factors (RFC 8176), or a policy that takes them."""
    methods = claims.get("amr")
    return (isinstance(methods, list) and "mfa" in methods) or claims.get("acr") in SEVERAL


def _line(value: Any) -> str:
    """Return a text as people can read it; empty if they cannot."""
    try:
        return types.line(value[:LONGEST_LABEL]) if isinstance(value, str) else ""
    except ValueError:
        return ""
