"""The messages of the benchmark: 80 characters with sender, recipient and count."""

from __future__ import annotations

SIZE = 80


def name(index: int) -> str:
    """The username of the socket with that index."""
    return f"u{index:05d}"


def text(sender: str, to: str, count: int) -> str:
    """The ``count``-th message of ``sender`` to ``to``, counted from 1."""
    return f"{sender} {to} {count} ".ljust(SIZE, ".")


def parsed(text: str) -> tuple[str, str, int]:
    """Sender, room and count of a text made by `text`; raises ``ValueError``."""
    sender, to, count, _ = text.split(" ", 3)
    return sender, to, int(count)
