"""The plain opening handshake of a WebSocket (RFC 6455, section 4.2), which browsers and most programs send.

Any other, with a subprotocol or with something wrong, is for websockets, which takes a fifth of the time of connecting.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha1

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY_LENGTH = 16
KEY, VERSION, UPGRADE, CONNECTION = b"sec-websocket-key", b"sec-websocket-version", b"upgrade", b"connection"
ORIGIN = b"origin"
PROTOCOL, EXTENSIONS = b"sec-websocket-protocol", b"sec-websocket-extensions"
NEEDED = frozenset((KEY, VERSION, UPGRADE, CONNECTION))
OTHER = frozenset((PROTOCOL, b"content-length", b"transfer-encoding"))
LONGEST, MOST = 8000, 100
"""Bytes of a field, and fields, that websockets surely takes; it answers for itself to more."""

Fields = Sequence[tuple[bytes, bytes]]


def answer(fields: Fields, *, extensible: bool) -> bytes | None:
    """Return the ``Sec-WebSocket-Accept`` of a plain handshake with these fields, whose names are in lower case.

    None if it is another one; if connections are ``extensible``, one that offers extensions is.
    """
    found = dict(fields)
    singles = [name for name, _ in fields if name in NEEDED or name == ORIGIN]
    is_whole = found.keys() >= NEEDED and len(singles) == len(set(singles))
    is_large = len(fields) > MOST or any(len(value) > LONGEST for _, value in fields)
    if not is_whole or is_large or found.keys() & OTHER or (extensible and EXTENSIONS in found):
        return None
    key, options = found[KEY], map(bytes.strip, found[CONNECTION].lower().split(b","))
    is_right = found[VERSION] == b"13" and found[UPGRADE].lower() == b"websocket" and b"upgrade" in options
    return b64encode(sha1(key + GUID, usedforsecurity=False).digest()) if is_right and _is_key(key) else None


def response(accept: bytes, fields: Fields, protocol: str | None) -> bytes:
    """Return the response that accepts a handshake, with more fields and perhaps a subprotocol."""
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
        *(name + b": " + value for name, value in fields),
    ]
    if protocol:
        lines.append(b"Sec-WebSocket-Protocol: " + protocol.encode())
    return b"\r\n".join((*lines, b"", b""))


def _is_key(key: bytes) -> bool:
    try:
        return len(b64decode(key, validate=True)) == KEY_LENGTH
    except binascii.Error:
        return False
