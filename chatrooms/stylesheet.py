"""A style sheet of the server's own, which the page has after ours."""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 64 * 1024


def read(path: Path) -> str:
    """Return the style sheet in a file; raises ``ValueError`` if it is too large, or cannot be read or be in a page."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
        text = body.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"The style sheet cannot be read: {error}") from None
    if len(body) > MAX_BYTES:
        raise ValueError(f"A style sheet has at most {MAX_BYTES // 1024} KiB.")
    if "</style" in text.lower() or "\0" in text:
        raise ValueError("A style sheet is CSS, without HTML.")
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as browsers read a page, for the digest in its policy
