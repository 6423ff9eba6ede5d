"""The file that keeps the token of a program, which only its owner can read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def read(path: Path) -> str | None:
    """Return the token in a file; None if there is no such file, or nothing in it."""
    try:
        return path.read_text().strip() or None
    except FileNotFoundError:
        return None


def write(path: Path, token: str) -> None:
    """Store a token, so that a crash leaves the old file or the new one; the folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token + "\n")
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
