"""Passwords of known breaches, in a file of their SHA-1 hashes, sorted.

The downloader of Have I Been Pwned writes such a file. It has a billion lines, so it is searched where it is, by
halves.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO

LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::\d+)?\r?\n?")
LONGEST = 80
"""Bytes of a line, at most."""
LOOKED_AT = 64
"""At how many places it is seen whether a file is sorted."""


def contain(path: Path, password: str) -> bool:
    """Return whether a file has a password; raises ``OSError``, or ``ValueError`` if it has something else."""
    wanted = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
    with path.open("rb") as file:
        low, high = 0, _size(file)
        while low < high:
            middle = (low + high) // 2
            found = _from(file, middle)
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        return _from(file, low) == wanted


def require_sorted(path: Path) -> None:
    """Raise ``ValueError`` unless a file has hashes, in their order wherever it is looked at."""
    with path.open("rb") as file:
        size = _size(file)
        found = [_from(file, size * place // LOOKED_AT) for place in range(LOOKED_AT)]
    hashes = [each for each in found if each]
    if not hashes or hashes != sorted(hashes):
        raise ValueError("The hashes in this file are not sorted.")


def _size(file: BinaryIO) -> int:
    return file.seek(0, os.SEEK_END)


def _from(file: BinaryIO, offset: int) -> str:
    """Return the hash of the first line that begins at an offset, or after it; empty if there is none."""
    file.seek(max(0, offset - 1))
    if offset:
        file.readline(LONGEST)
    line = file.readline(LONGEST)
    if not line:
        return ""
    parsed = LINE.fullmatch(line)
    if parsed is None:
        raise ValueError("A line is not a SHA-1 hash of 40 digits, perhaps with `:` and a number.")
    return parsed[1].decode().upper()
