"""The server's own logo: an SVG or PNG file that takes the place of ours everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MAX_BYTES = 256 * 1024
END_OF_SIZE = 24
_PNG = b"\x89PNG\r\n\x1a\n"
_svg = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE[^>]*>\s*)?<svg[\s>]", re.DOTALL)


class Logo(NamedTuple):
    """A picture as browsers get it; ``sizes`` is as in a manifest, such as ``512x512`` or ``any``."""

    body: bytes
    media_type: str
    sizes: str


def read(path: Path) -> Logo:
    """Return the logo in a file; raises ``ValueError`` if it is neither SVG nor PNG, too large, or cannot be read."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"The logo cannot be read: {error}") from None
    if len(body) > MAX_BYTES:
        raise ValueError(f"A logo has at most {MAX_BYTES // 1024} KiB.")
    if body.startswith(_PNG) and body[12:16] == b"IHDR" and len(body) >= END_OF_SIZE:
        width, height = (int.from_bytes(body[at : at + 4]) for at in (16, 20))
        return Logo(body, "image/png", f"{width}x{height}")
    if _svg.match(body.removeprefix(b"\xef\xbb\xbf")):
        return Logo(body, "image/svg+xml", "any")
    raise ValueError("A logo is an SVG or PNG file.")
