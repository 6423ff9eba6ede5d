"""Frames of a WebSocket as clients send them, read from the stream (RFC 6455, section 5.2)."""

from __future__ import annotations

from typing import NamedTuple

try:
    from websockets.speedups import apply_mask
except ImportError:  # a build without C extensions
    from websockets.utils import apply_mask

FIN_TEXT, FIN_CONTINUATION = 0x81, 0x80
TEXT, BINARY = 0x01, 0x02
FIN_BINARY = 0x82
OPCODE, CONTROL, CLOSE = 0x0F, 0x08, 0x08
MASKED = 0x80
LENGTH = 0x7F
HEADERS = {126: 4, 127: 10}
"""Bytes of a header whose length field has 2 or 8 bytes of its own, by the value that announces it."""


class Frame(NamedTuple):
    """Where a frame is: its first byte, where its payload begins and where it ends, and whether that is masked."""

    first: int
    body: int
    end: int
    masked: bool


class Piece(NamedTuple):
    """A text message of one frame, unmasked; or, if `whole_text` is False, any other frame as it came."""

    data: bytes
    whole_text: bool


class FrameReader:
    """Cuts the bytes of one client into whole frames.

    ``missing`` is how many bytes the frame that has begun still needs, at least; 0 between two frames. A frame whose
    payload is longer than ``max_size`` is returned as far as it has come, to be rejected. ``left`` is how many of the
    last bytes were not used, because there were enough frames before them.
    """

    __slots__ = ("_begun", "_fragmented", "_max_size", "left", "missing")

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._begun: bytearray | None = None
        self._fragmented = False
        self.missing = self.left = 0

    def feed(self, data: bytes, most: int) -> list[Piece]:
        """Add ``data``; return the frames that are whole now, in order, at most ``most`` of them."""
        self.left = 0
        if self._begun is not None:
            self._begun += data  # a bytearray grows without copying what it holds
            self.missing -= len(data)
            if self.missing > 0:
                return []
            data, self._begun, self.missing = bytes(self._begun), None, 0
        pieces: list[Piece] = []
        place, size = 0, len(data)
        while place < size:
            if len(pieces) == most:
                self.left = size - place
                break
            frame = locate(data, place)
            if frame is None or frame.end > size:
                if frame and frame.end - frame.body > self._max_size:
                    return [*pieces, Piece(data[place:], whole_text=False)]
                self._begun, self.missing = bytearray(data[place:]), frame.end - size if frame else 1
                break
            pieces.append(self._piece(data, place, frame))
            place = frame.end
        return pieces

    def _piece(self, data: bytes, start: int, frame: Frame) -> Piece:
        first, body, end, masked = frame
        if first == FIN_TEXT and masked and not self._fragmented and end - body <= self._max_size:
            return Piece(unmasked(data, frame), whole_text=True)
        if first in (TEXT, BINARY):
            self._fragmented = True
        elif first == FIN_CONTINUATION:
            self._fragmented = False
        return Piece(data[start:end], whole_text=False)


def useless(frame: bytes) -> bool:
    """Return whether a frame is a control frame or a short fragment, which a client seldom has a reason to send."""
    first = frame[0]
    return bool(first & CONTROL) or (first not in (FIN_TEXT, FIN_BINARY) and frame[1] & LENGTH not in HEADERS)


def closes(frame: bytes) -> bool:
    """Return whether a frame is the closing one."""
    return frame[0] & OPCODE == CLOSE


def locate(data: bytes, start: int) -> Frame | None:
    """Return the frame at ``start``, which may end beyond ``data``; None if its header is incomplete."""
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
    """Return the payload of a masked frame (RFC 6455, section 5.3)."""
    return apply_mask(data[frame.body : frame.end], data[frame.body - 4 : frame.body])
