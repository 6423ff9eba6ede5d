"""What the provider has signed: whose keys may have, for whom it is, and when it counts.

The library behind this is slow to load, so none of it runs on the event loop or the writer.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from chatrooms.identity.oidc.failures import UnknownKey, Untrue
from chatrooms.identity.oidc.linked import LONGEST_SUBJECT

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Those with a public key. Never `none`, nor one whose key would be a secret that the provider publishes."""
TYPES = ("RSA", "EC", "OKP")
RSA_CHARACTERS = range(342, 1367)
"""Of a modulus in base64url: 2048 to 8192 bits."""
MOST_KEYS = 100
DRIFT, OLDEST = 60, 600
"""Seconds by which clocks may differ, and that a token may be old: it comes straight from the provider."""


def claims(token: str, keys: Any) -> Mapping[str, Any]:
    """Return what a token says; raises `Untrue`, or `UnknownKey` if none of ``keys`` can have signed it."""
    from joserfc import jws, jwt
    from joserfc.errors import InvalidKeyIdError

    registry, usable = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False), _usable(keys)
    try:
        return jwt.decode(token, usable, algorithms=ALGORITHMS, registry=registry).claims
    except InvalidKeyIdError as error:
        raise UnknownKey("its key is unknown") from error
    except Exception as error:  # the library raises others than its own for what is malformed
        raise Untrue(type(error).__name__) from error


def _usable(keys: Any) -> Any:
    """Return the keys that can sign; raises `Untrue` if there is none."""
    from joserfc.jwk import KeySet

    listed = keys.get("keys") if isinstance(keys, dict) else None
    usable = [key for key in listed if _signs(key)] if isinstance(listed, list) and len(listed) <= MOST_KEYS else []
    if not usable:
        raise Untrue("the provider has no keys")
    try:
        return KeySet.import_key_set({"keys": usable})
    except Exception as error:
        raise Untrue("the provider has keys that are none") from error


def _signs(key: Any) -> bool:
    """Return whether a key is public, of a kind that we accept, and for signatures."""
    if not isinstance(key, dict) or key.get("kty") not in TYPES or key.get("use", "sig") != "sig":
        return False
    return "d" not in key and (key["kty"] != "RSA" or len(str(key.get("n", ""))) in RSA_CHARACTERS)


def require_from(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    """Raise `Untrue` unless claims are those of an issuer, for us."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise Untrue("another issuer")
    if client_id not in audiences:
        raise Untrue("it is for another client")


def require_now(claims: Mapping[str, Any]) -> None:
    """Raise `Untrue` unless claims are recent, and count now."""
    now = time.time()
    made, ends, begins = _time(claims.get("iat")), _time(claims.get("exp")), _time(claims.get("nbf", 0))
    if ends <= now - DRIFT or made < now - OLDEST:
        raise Untrue("it has expired")
    if max(made, begins) > now + DRIFT:
        raise Untrue("it comes from the future")


def _time(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Untrue("it has no times")
    return value


def text(value: Any, longest: int = LONGEST_SUBJECT) -> str:
    """Return an identifier; raises `Untrue` if it is none."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\0" in value:
        raise Untrue("it names nobody")
    return value
