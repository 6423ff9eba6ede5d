"""Ids that clients and the server make: UUIDs of version 7, which begin with the time.

Messages that are posted together stand together in the index of their ids, so that storing them writes few pages.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID

_VERSION, _VARIANT = 7 << 76, 2 << 62


def new() -> str:
    """Return a new UUID of version 7 (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    return str(UUID(int=milliseconds << 80 | _VERSION | random >> 62 << 64 | _VARIANT | random & (1 << 62) - 1))


def keyed(secret: str, *key: str) -> str:
    """Return the UUID of a key, which is always the same and which no one without the secret can know."""
    digest = hashlib.blake2b("\0".join(key).encode(), key=secret.encode(), digest_size=16)
    return str(UUID(bytes=digest.digest(), version=5))
