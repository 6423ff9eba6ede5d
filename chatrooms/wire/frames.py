"""Frames of a WebSocket as clients send them, cut out of the stream (RFC 6455, 5.2)."""

from __future__ import annotations

from typing import NamedTuple

FIN_TEXT, FIN_CONTINUATION = 0x81, 0x80
TEXT, BINARY = 0x01, 0x02
MASKED = 0x80
LENGTH = 0x7F
HEADERS = {126: 4, 127: 10}
"""How long the header is with a length in 2 or 8 bytes of their own."""


class Frame(NamedTuple):
    """Where a frame is: its first byte, where its payload begins and where it ends, and whether that is masked."""

    first: int
    body: int
    end: int
    masked: bool

    @property
    def whole_text(self) -> bool:
        """Whether it is a text message by itself, with nothing unusual about it."""
        return self.first == FIN_TEXT and self.masked

    @property
    def opens(self) -> bool:
        """Whether it is the first of the fragments of a message."""
        return self.first in (TEXT, BINARY)

    @property
    def completes(self) -> bool:
        """Whether it is the last of them."""
        return self.first == FIN_CONTINUATION


def locate(data: bytes, start: int) -> Frame | None:
    """The frame that begins at ``start``, which may end beyond ``data``; None if its header is not all there."""
    if len(data) < start + 2:
        return None
    length, header = data[start + 1] & LENGTH, 2
    if length in HEADERS:
        header = HEADERS[length]
        if len(data) < start + header:
            return None
        length = int.from_bytes(data[start + 2 : start + header], "big")
    masked = data[start + 1] >= MASKED
    body = start + header + (4 if masked else 0)
    return Frame(data[start], body, body + length, masked)


def unmasked(data: bytes, frame: Frame) -> bytes:
    """The payload of a masked frame (RFC 6455, 5.3)."""
    length = frame.end - frame.body
    mask = data[frame.body - 4 : frame.body] * (length // 4 + 1)
    return (int.from_bytes(data[frame.body : frame.end], "little") ^ int.from_bytes(mask[:length], "little")).to_bytes(
        length, "little"
    )
