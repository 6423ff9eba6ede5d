"""What is stored of tokens and codes."""

from __future__ import annotations

import hashlib


def digest(secret: str | bytes) -> str:
    """Return what is stored of a token or code; it is random, so one round of SHA-256 is enough."""
    given = secret.encode() if isinstance(secret, str) else secret
    return hashlib.sha256(given).hexdigest()
