"""Finding keywords in a text: as whole words, whatever their case, or between letters where a script has no spaces.

The time depends on the length of the text, and hardly on how many keywords there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from chatrooms import names

LONGEST = 20_000
"""How many characters of a text are read once it is folded: some ligatures stand for 18 letters."""


@cache
def _piece() -> re.Pattern[str]:
    """Return what finds words; it takes milliseconds to compile, so not on import."""
    return re.compile(rf"{names.UNSPACED}|(?:(?!{names.UNSPACED})\w)+")


def folded(text: str) -> str:
    """Return a text as keywords are compared: without differences of case and form."""
    return (text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold())[:LONGEST]


def pieces(text: str) -> Iterator[str]:
    """Yield the words of a folded text, and the letters of scripts without spaces."""
    return (found[0] for found in _piece().finditer(text))


def present(text: str, words: Iterable[str]) -> set[str]:
    """Return those of some words, as `folded` returns them, that begin and end in a text where words do."""
    text = folded(text)
    edges = list(_edges(text))
    ends = frozenset(edges)
    found = set[str]()
    for length, wanted in _by_length(words).items():
        found |= wanted.intersection(text[at : at + length] for at in edges if at + length in ends)
    return found


def _by_length(words: Iterable[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for word in words:
        found.setdefault(len(word), set()).add(word)
    return found


def _edges(text: str) -> Iterator[int]:
    """Yield where words can begin or end in a text, as the number of characters before."""
    joins = {character: _joins(character) for character in set(text)}
    yield 0
    for at, (before, after) in enumerate(pairwise(text), 1):
        if not (joins[before] and joins[after]):
            yield at
    yield len(text)


def _joins(character: str) -> bool:
    """Return whether a character makes one word with another one that does beside it."""
    is_of_word = character == "_" or unicodedata.category(character)[0] in "LNM"
    return is_of_word and not names.unspaced().match(character)
