"""An authenticator in software: it makes passkeys and signs by them, and can be made to answer wrongly."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ES256, EDDSA, RS256 = -7, -8, -257
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make_key(algorithm: int, bits: int = 2048) -> Any:
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate() if algorithm == EDDSA else rsa.generate_private_key(65537, bits)


def cose(key: Any) -> dict[int, Any]:
    """Return the public half of a key in COSE (RFC 9052)."""
    public = key.public_key()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes_raw()}
    numbers = public.public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(key.key_size // 8, "big"), -2: numbers.e.to_bytes(3, "big")}
    return {1: 2, 3: ES256, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


@dataclass
class Authenticator:
    """One passkey. ``count`` grows with each signature, unless it is 0, as that of phones."""

    algorithm: int = ES256
    count: int = 0
    key: Any = None
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def __post_init__(self) -> None:
        self.key = self.key or make_key(self.algorithm)

    def create(self, options: dict[str, Any], origin: str, **wrong: Any) -> dict[str, Any]:
        """Return the answer to `navigator.credentials.create` on a page of ``origin``, in its JSON form."""
        self.handle = options["user"]["id"]
        public = wrong.get("public", cose(self.key))
        stated = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        about = self._about(wrong.get("party", options["rp"]["id"]), wrong.get("flags", PRESENT | VERIFIED) | ATTESTED)
        attestation = {
            "fmt": wrong.get("fmt", "none"),
            "attStmt": wrong.get("statement", {}),
            "authData": about + stated,
        }
        client = _client("webauthn.create", options["challenge"], origin, wrong)
        return self._answer({"clientDataJSON": encoded(client), "attestationObject": encoded(cbor2.dumps(attestation))})

    def get(self, options: dict[str, Any], origin: str, **wrong: Any) -> dict[str, Any]:
        """Return the answer to `navigator.credentials.get` on a page of ``origin``, in its JSON form."""
        self.count += 1 if self.count else 0
        about = self._about(wrong.get("party", options["rpId"]), wrong.get("flags", PRESENT | VERIFIED))
        client = _client("webauthn.get", options["challenge"], origin, wrong)
        response = {
            "clientDataJSON": encoded(client),
            "authenticatorData": encoded(about),
            "signature": encoded(self._signature(about + sha256(client).digest())),
            "userHandle": wrong.get("handle", self.handle),
        }
        return self._answer(response)

    def _about(self, party: str, flags: int) -> bytes:
        return sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _signature(self, data: bytes) -> bytes:
        if self.algorithm == EDDSA:
            return self.key.sign(data)
        if self.algorithm == ES256:
            return self.key.sign(data, ec.ECDSA(SHA256()))
        return self.key.sign(data, padding.PKCS1v15(), SHA256())

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": encoded(self.id), "rawId": encoded(self.id), "type": "public-key", "response": response}


def _client(kind: str, challenge: str, origin: str, wrong: dict[str, Any]) -> bytes:
    about = {"type": wrong.get("type", kind), "challenge": wrong.get("signing", challenge), "origin": origin}
    about |= {"crossOrigin": wrong["across"]} if "across" in wrong else {}
    return json.dumps(about).encode()
