"""The names that a text mentions: ``@`` and a name, outside code, quotes and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import takewhile

from chatrooms import names
from chatrooms.features.mentions.prose import prose

_ADDRESS = re.compile(
    r"(?:https?://|mailto:|www\.)[^\s<>\u3000-\u303f\uff01-\uff65]*+"
    r"|\]\([^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+\)",
    re.IGNORECASE,
)
"""An address, or the destination of a link; without the punctuation of East Asian sentences that follows it."""
_AT = re.compile(r"(?<![@#/\\])@([^\s!-,/:-@\[-^`{-~]+)")
"""What can begin a name: anything but spaces and ASCII punctuation, save for that of names."""
_PUNCTUATION = ".-_"


def written(text: str) -> Iterator[list[str]]:
    """Yield for each ``@`` the usernames that it can mean, best first; they may not exist.

    A name goes on as far as its characters do. As it can end in punctuation, which can also be the sentence's, it
    means the longest one that exists: ``@bob_.`` is ``bob_.``, ``bob_`` or ``bob``.
    """
    if "@" not in text:
        return
    for paragraph in prose(text):
        without = _ADDRESS.sub(" ", paragraph)
        for found in _AT.finditer(without):
            if not _ends_word(without, found.start()) and (meant := _meant(found[1])):
                yield meant


def _ends_word(text: str, end: int) -> bool:
    """Return whether a letter or digit stands before ``end``, as in an e-mail address, punctuation of names aside."""
    before = text[max(0, end - names.LONGEST_GIVEN) : end].rstrip(_PUNCTUATION)
    return bool(before) and unicodedata.category(before[-1])[0] in "LNM"


def _meant(given: str) -> list[str]:
    name = names.folded("".join(takewhile(_is_named, given[: names.LONGEST_GIVEN])))
    meant = []
    while name:
        if names.MIN_USERNAME <= len(name) <= names.MAX_USERNAME:
            meant.append(name)
        name = name[:-1] if name[-1] in _PUNCTUATION else ""
    return meant


def _is_named(character: str) -> bool:
    return character in _PUNCTUATION or unicodedata.category(character)[0] in "LNM"
