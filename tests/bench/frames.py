"""WebSocket frames (RFC 6455, section 5.2), parsed as cheaply as Python can."""

from __future__ import annotations

from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
FINAL = 0x80
MASKED = 0x80
NO_MASK = bytes(4)
"""A mask of zeros: the frame is masked as the standard asks of clients, and its payload stays as it is."""

UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    "Host: {host}:{port}\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def frame(payload: bytes, opcode: int = TEXT, *, masked: bool = True) -> bytes:
    """One frame, as a client sends it, or (not masked) as a server does."""
    mask, key = (MASKED, NO_MASK) if masked else (0, b"")
    return bytes([FINAL | opcode]) + _length(len(payload), mask) + key + payload


def cut(data: bytes, at: int = 0) -> Iterator[tuple[int, int, int, int]]:
    """(opcode, start, start of the payload, end) of each whole unmasked frame in ``data`` from ``at`` on."""
    size = len(data)
    while at + 2 <= size:
        length, body = data[at + 1], at + 2
        if length == 126:
            length, body = int.from_bytes(data[body : body + 2], "big"), body + 2
        elif length == 127:
            length, body = int.from_bytes(data[body : body + 8], "big"), body + 8
        if body + length > size or body > size:
            return
        yield data[at] & 0x0F, at, body, body + length
        at = body + length


def _length(size: int, mask: int) -> bytes:
    if size < 126:
        return bytes([mask | size])
    if size < 65536:
        return bytes([mask | 126]) + size.to_bytes(2, "big")
    return bytes([mask | 127]) + size.to_bytes(8, "big")
