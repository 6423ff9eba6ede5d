"""How envelopes are sealed: only the nodes of a database can read them, or make some (AES-GCM, NIST SP 800-38D).

HKDF (RFC 5869) derives a key for each sender from the secret of the database and a random salt. A key lasts no longer
than its sender, so counted nonces never repeat, whatever starts again.
"""

from __future__ import annotations

import binascii
import secrets
import struct

BYTES_OF_KEY = 32
BYTES_OF_SALT = 16


def new_salt() -> str:
    """Return a salt that no other sender has."""
    return secrets.token_hex(BYTES_OF_SALT)


class Seal:
    """Seals and opens the envelopes of the sender with this salt; in another ``stream`` they cannot be opened."""

    def __init__(self, secret: str, salt: str, stream: str = "") -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derivation = HKDF(SHA256(), BYTES_OF_KEY, salt=salt.encode(), info=f"chatrooms bus {stream}".encode())
        self._cipher = AESGCM(derivation.derive(secret.encode()))

    def close(self, content: bytes, head: str, number: int, piece: int) -> str:
        """Return the piece of the envelope with this number in Base64; ``head`` is authenticated with it."""
        sealed = self._cipher.encrypt(_nonce(number, piece), content, head.encode())
        return binascii.b2a_base64(sealed, newline=False).decode()

    def open(self, sealed: str, head: str, number: int, piece: int) -> bytes:
        """Return what was sealed; raises ``ValueError`` for anything else."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(
                _nonce(number, piece), binascii.a2b_base64(sealed, strict_mode=True), head.encode()
            )
        except InvalidTag as error:
            raise ValueError("no node of this database has sealed this") from error


def _nonce(number: int, piece: int) -> bytes:
    try:
        return struct.pack(">QI", number, piece)
    except struct.error as error:
        raise ValueError("there is no such piece") from error
