"""The names of files: one visible line, without folders, as it can be saved on any system."""

from __future__ import annotations

import re
import unicodedata

from chatrooms.types import BLANK
from chatrooms.unicode_forms import normalized

LONGEST = 200
"""Characters; the end with the extension is kept."""
LONGEST_EXTENSION = 20
LONGEST_BYTES = 240
"""Of a name in UTF-8; systems store at most 255."""
UNNAMED = "file"
_unsafe = re.compile(r'[<>:"|?*]')
"""What names cannot contain on Windows."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of characters that are not seen, or change the order of others: ``exe.png`` must not be shown for
``gnp.exe``."""


def clean(given: str) -> str:
    """Return a name to show and to save a file by; never empty."""
    base = re.split(r"[/\\]", normalized("NFC", given))[-1]
    seen = "".join(" " if each.isspace() else each for each in base if _is_seen(each))
    name = " ".join(_unsafe.sub("_", seen).split()).strip(". ")
    return _shortened(name) or UNNAMED


def _is_seen(character: str) -> bool:
    return character in "\t\n" or not (unicodedata.category(character) in _HIDDEN or character in BLANK)


def _shortened(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION:
        stem, end = name, ""
    else:
        end = dot + extension
    stem = stem[: LONGEST - len(end)]
    while stem and len((stem + end).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return (stem + end).strip(". ")
