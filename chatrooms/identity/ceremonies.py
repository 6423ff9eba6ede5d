"""What browsers and authenticators are asked for, and whether what they answer is true (Web Authentication, level 3).

The library behind this takes a quarter of a second to load, so none of it runs on the event loop or the writer.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chatrooms import addresses
from chatrooms.identity.challenges import GOOD_FOR, Challenge
from chatrooms.settings import Settings

ES256, EDDSA, RS256 = -7, -8, -257
KEYS = {EDDSA: (1, 6), ES256: (2, 1), RS256: (3, None)}
"""The algorithms that are accepted, each with its type of key and its curve (RFC 9053): Ed25519, P-256, none."""
RSA_BITS = range(2048, 4097)
FORMATS = ("none", "packed")
"""No statement about the authenticator, or one that it signs itself; nothing else was asked for."""
MOST_OF_ID = 1023
"""Bytes of the id of a credential (Web Authentication, 6.5.1)."""
_id = re.compile(r"[A-Za-z0-9_-]{1,1364}")


class Untrue(Exception):
    """An authenticator's answer is not what it should be; the message says why, for the log."""


class NewKey(NamedTuple):
    """A public key that an authenticator has made; the id is in base64url, the key in COSE (RFC 9052)."""

    credential_id: str
    public_key: bytes
    sign_count: int


class Known(NamedTuple):
    """As much of a stored key as a signature is checked by."""

    public_key: bytes
    handle: str


def relying_party(settings: Settings, origin: str) -> str | None:
    """Return the name that passkeys made on a page of ``origin`` are for; None if that is not a page of this server.

    That depends on the settings alone, whatever a request says. Browsers offer passkeys on https and on the machine
    itself only, and for names, not for addresses. At another port of a name in `hosts` there may be another server.
    """
    try:
        parts = urlsplit(addresses.origin(origin))
    except ValueError:
        return None
    name, ours = parts.hostname or "", urlsplit(settings.url)
    is_local = name == "localhost" or name.endswith(".localhost")
    if origin != f"{parts.scheme}://{parts.netloc}" or (addresses.is_number(name) and not is_local):
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        return None
    if settings.url and (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
        return name
    is_listed = name in addresses.Hosts(settings.hosts) and parts.port in (None, ours.port, settings.port)
    return name if is_listed or (is_local and not settings.url and not settings.hosts) else None


def creation(challenge: Challenge, party: str, server: str, username: str, known: list[str]) -> dict[str, Any]:
    """Return the options for making a passkey; not on an authenticator that has one of the ``known`` ids."""
    from webauthn import generate_registration_options
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    return _as_json(
        generate_registration_options(
            rp_id=party,
            rp_name=server,
            user_name=username,
            user_id=base64url_to_bytes(challenge.handle),
            challenge=challenge.value,
            timeout=_milliseconds(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in known],
            supported_pub_key_algs=_algorithms(),
        )
    )


def request(challenge: Challenge, party: str) -> dict[str, Any]:
    """Return the options for signing in by any passkey that a browser or its person has here."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    return _as_json(
        generate_authentication_options(
            rp_id=party,
            challenge=challenge.value,
            timeout=_milliseconds(),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def challenge_in(credential: dict[str, Any]) -> bytes:
    """Return the challenge that an answer claims to have signed; raises `Untrue`."""
    from webauthn.helpers import base64url_to_bytes

    try:
        signed = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(signed["challenge"])
    except Exception as error:
        raise Untrue("no challenge") from error
    if signed.get("crossOrigin") not in (None, False):
        raise Untrue("a page in a page of another origin")
    return challenge


def id_of(credential: dict[str, Any]) -> str:
    """Return the id that an answer claims to be of, in base64url; raises `Untrue` for what can be none."""
    given = credential.get("id")
    if not isinstance(given, str) or not _id.fullmatch(given):
        raise Untrue("no id")
    return given


def made(credential: dict[str, Any], challenge: Challenge, party: str) -> NewKey:
    """Return the key in the answer to `creation`; raises `Untrue`."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=party,
            expected_origin=challenge.origin,
            require_user_verification=True,
            supported_pub_key_algs=_algorithms(),
        )
        _require_sound(found.credential_public_key)
    except Exception as error:  # the library raises KeyError, TypeError and others for what is malformed
        raise Untrue(_why(error)) from error
    if found.fmt not in FORMATS or len(found.credential_id) > MOST_OF_ID:
        raise Untrue(f"the format {found.fmt}")
    return NewKey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def signed(credential: dict[str, Any], challenge: Challenge, party: str, known: Known | None) -> int:
    """Return the count of signatures in the answer to `request`; raises `Untrue` if the ``known`` key did not sign it.

    Without such a key, it takes as long to say so.
    """
    from webauthn import verify_authentication_response

    key = known or Known(_nobodys(), "")
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.value,
            expected_rp_id=party,
            expected_origin=challenge.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,  # compared where the stored one cannot change meanwhile
            require_user_verification=True,
        )
        handle = credential["response"].get("userHandle")
    except Exception as error:
        raise Untrue(_why(error)) from error
    if known is None or handle != key.handle:
        raise Untrue("the passkey of somebody else")
    return found.new_sign_count


def _why(error: Exception) -> str:
    """Return what is wrong, without anything that a client wrote."""
    return type(error).__name__


def _require_sound(key: bytes) -> None:
    """Raise ``ValueError`` unless a key can sign by the algorithm that it names."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    decoded: Any = decode_credential_public_key(key)
    kind = int(decoded.kty), getattr(decoded, "crv", None)
    usable = decoded_public_key_to_cryptography(decoded)
    if KEYS[int(decoded.alg)] != kind or (isinstance(usable, RSAPublicKey) and usable.key_size not in RSA_BITS):
        raise ValueError("a key of another kind")


def _algorithms() -> list[Any]:
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    return [COSEAlgorithmIdentifier(each) for each in KEYS]


def _as_json(options: Any) -> dict[str, Any]:
    from webauthn.helpers import options_to_json

    made: dict[str, Any] = json.loads(options_to_json(options))
    return made


def _milliseconds() -> int:
    return int(GOOD_FOR.total_seconds() * 1000)


@cache
def _nobodys() -> bytes:
    """Return a key that signs for no one."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from webauthn.helpers import encode_cbor

    point = generate_private_key(SECP256R1()).public_key().public_numbers()
    numbers = (each.to_bytes(32, "big") for each in (point.x, point.y))
    return encode_cbor({1: 2, 3: ES256, -1: 1, **dict(zip((-2, -3), numbers, strict=True))})
