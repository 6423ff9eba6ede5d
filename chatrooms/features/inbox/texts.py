"""Finding keywords in a text: as whole words, whatever their case, or between letters where a script has no spaces.

Few keywords are looked for one by one, which takes microseconds each. With many, the time depends on the length of the
text alone: it is milliseconds of every other thread's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise

from chatrooms import names
from chatrooms.unicode_forms import normalized

FEW = 1000
"""Up to so many keywords are looked for one by one."""
CACHED = 20_000
"""How many characters are known with whether they join others."""
EDGE = "\0"
"""Marks where a word can begin or end; no text has it."""
LONGEST = 20_000
"""How many characters of a text are read once it is folded: some ligatures stand for 18 letters."""


@cache
def _piece() -> re.Pattern[str]:
    """Return what finds words; it takes milliseconds to compile, so not on import."""
    return re.compile(rf"{names.UNSPACED}|(?:(?!{names.UNSPACED})\w)+")


def folded(text: str) -> str:
    """Return a text as keywords are compared: without differences of case and form."""
    return (text.lower() if text.isascii() else normalized("NFKC", text).casefold())[:LONGEST]


def pieces(text: str) -> list[str]:
    """Return the words of a folded text, and the letters of scripts without spaces."""
    return _piece().findall(text)


def present(text: str, words: Collection[str]) -> set[str]:
    """Return those of some words, as `folded` returns them, that begin and end in a text where words do."""
    text = folded(text)
    if len(words) > FEW:
        return _at_edges(text, words)
    marked = f"{EDGE}{text.translate(_marking)}{EDGE}"
    return {word for word in words if _marked(word) in marked}


def _marked(word: str) -> str:
    """Return a word with the edges that it has in a marked text."""
    marked = word.translate(_marking)
    begin, end = (EDGE if _joins(character) else "" for character in (word[0], word[-1]))
    return f"{begin}{marked}{end}"


def _at_edges(text: str, words: Iterable[str]) -> set[str]:
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


class _Marking(dict[int, str]):
    """What each character becomes, by its code point: one that makes no word with others is between edges."""

    def __missing__(self, code: int) -> str:
        if len(self) >= CACHED:
            self.clear()
        self[code] = marked = chr(code) if _joins(chr(code)) else f"{EDGE}{chr(code)}{EDGE}"
        return marked


_marking = _Marking()


def _joins(character: str) -> bool:
    """Return whether a character makes one word with another one that does beside it."""
    is_of_word = character == "_" or unicodedata.category(character)[0] in "LNM"
    return is_of_word and not names.unspaced().match(character)
