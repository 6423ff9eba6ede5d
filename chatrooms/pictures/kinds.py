"""What a file is, by its content and never by its name: the types that browsers show, by the patterns of browsers.

The patterns are those of https://mimesniff.spec.whatwg.org, sections 6.1 and 6.2, and RFC 9639 and RFC 7845 for FLAC
and Opus. Libraries know more types, but take HEIC for a video. Everything else is downloaded, whatever it is.
"""

from __future__ import annotations

ANYTHING = "application/octet-stream"
PICTURES = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
}
"""The types that are decoded, with their names in Pillow. No SVG: it is a program."""
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS\0", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"qt  ": "video/quicktime", b"M4A ": "audio/mp4"}
_MP4 = (b"iso", b"mp4", b"avc1", b"dash", b"M4V", b"MSNV", b"f4v ", b"mmp4")
"""Beginnings of other brands of MP4; those of HEIC are none of them."""
_EBML, _OF_SOUND = b"\x1aE\xdf\xa3", (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")
_SOUND = {"video/webm": "audio/webm", "video/mp4": "audio/mp4"}
"""Containers that also hold sound alone, which the client may say; nothing depends on whether that is true."""
SHOWN = frozenset(
    {
        *PICTURES,
        *_SOUND,
        *_SOUND.values(),
        "audio/ogg",
        "video/ogg",
        "audio/flac",
        "audio/mpeg",
        "audio/aac",
        "audio/wav",
        "video/quicktime",
    }
)
"""The types that a browser may show, because they cannot contain scripts."""


def kind_of(begin: bytes, hint: str = "") -> str:
    """Return the media type of a file that begins with these bytes."""
    found = _found(begin)
    return hint if hint and _SOUND.get(found) == hint else found


def _found(begin: bytes) -> str:
    if begin[:4] == b"RIFF":
        return _RIFF.get(begin[8:12], ANYTHING)
    if begin[4:8] == b"ftyp":
        return _BRANDS.get(begin[8:12]) or ("video/mp4" if begin[8:12].startswith(_MP4) else ANYTHING)
    if begin[:4] == _EBML:
        return "video/webm" if b"\x42\x82" in begin[:64] and b"webm" in begin[:64] else ANYTHING
    if begin[:5] == b"OggS\0":
        return "audio/ogg" if any(mark in begin[:100] for mark in _OF_SOUND) else "video/ogg"
    return next((kind for start, kind in _BEGINNINGS if begin.startswith(start)), ANYTHING)
