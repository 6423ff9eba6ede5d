"""The words of a text as the index has them: folded, so that case, accents and forms of the same letter do not matter.

A word is a run of letters and digits; each emoji is one too. Where a script puts no spaces between words, every two
letters next to each other are a word, and the last letter of the run by itself, so that any part of the run is found.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from itertools import accumulate
from typing import NamedTuple

from chatrooms.unicode_forms import is_normalized, normalized

LONGEST = 64
"""The most characters of a word; a longer run of letters is several words in a row."""
SHORTEST = 3
"""The fewest characters of a beginning, as the index reads all words that begin with it; a shorter one is a word."""
MOST_FOLDED = 20_000
"""How many characters of a text are folded, which bounds the time: some ligatures stand for 18 letters."""
CACHED = 20_000
"""How many characters' foldings are remembered."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U000323af"
)
"""Letters of scripts without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese), and Korean, whose words change."""
_ACCENTS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f"
)
"""Marks that people leave out when they search; in other scripts marks are vowels."""
_TATWEEL = "\u0640"
"""What makes Arabic words longer, to the eye alone."""
_PLAINER = str.maketrans(
    {"đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not take apart, as people write them who do not have them on their keyboard."""
_PLAIN = re.compile(rf"[a-z0-9]{{1,{LONGEST}}}")
_spaced = bytes(code if chr(code).isalnum() else ord(" ") for code in bytes(range(128)).lower()).ljust(256)
"""What makes ASCII small letters, digits and spaces."""
_accents = re.compile(f"[{_ACCENTS}{_TATWEEL}]|[\U0001f3fb-\U0001f3ff]")
_joining = re.compile("[\u1160-\u11ff\uff9e\uff9f\U0001f3fb-\U0001f3ff]")
"""Characters besides marks that change those before them: jamo, the marks of narrow kana, and tones of skin."""


@cache
def _pieces() -> re.Pattern[str]:
    """Return what finds runs of letters; it takes milliseconds to compile, so not on import."""
    return re.compile(rf"[{_UNSPACED}]+|[^ {_UNSPACED}]{{1,{LONGEST}}}")


@cache
def _unspaced() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


class Needle(NamedTuple):
    """Words in a row to find; of the last one, only the beginning if it is a ``prefix``."""

    words: tuple[str, ...]
    prefix: bool


class Span(NamedTuple):
    """A word and where it is in a text, in code points; its first character ends at ``head``."""

    word: str
    start: int
    end: int
    head: int


def words(text: str) -> list[str]:
    """Return the words of a text, in order."""
    if text.isascii():
        return _words_of_ascii(text)
    return [word for piece in _pieces().findall(_folded(text)) for word in _split(piece)]


def _words_of_ascii(text: str) -> list[str]:
    """Return what `_PLAIN` finds, in half the time: every message that is posted is read."""
    found = text.encode().translate(_spaced).decode().split()
    may_be_long = len(text) - 2 * (len(found) - 1) > LONGEST
    return _PLAIN.findall(text.lower()) if may_be_long and max(map(len, found), default=0) > LONGEST else found


def needle(text: str, *, prefix: bool = False) -> Needle | None:
    """Return what finds ``text`` inside of other texts; None if it has no words."""
    pieces = [text.lower()] if text.isascii() and _PLAIN.fullmatch(text.lower()) else _pieces().findall(_folded(text))
    if not pieces:
        return None
    found = [word for piece in pieces for word in _split(piece)]
    if _unspaced().match(pieces[-1]):
        return Needle(tuple(found[:-1]), prefix=False) if len(pieces[-1]) > 1 else Needle(tuple(found), prefix=True)
    return Needle(tuple(found), prefix and len(found[-1]) >= SHORTEST)


class Line:
    """The words of a text as one string, in which a needle is found without a step of Python for each word."""

    def __init__(self, found: Iterable[str]) -> None:
        self._line = " ".join(("", *found, ""))

    def has(self, needle: Needle) -> bool:
        """Return whether the text has the words of a needle in a row."""
        return _pattern(needle) in self._line

    def places(self, needle: Needle) -> Iterator[int]:
        """Yield the position of each occurrence of a needle, counted in words."""
        pattern, at = _pattern(needle), -1
        while (at := self._line.find(pattern, at + 1)) >= 0:
            yield bisect_left(self._starts, at)

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((len(word) + 1 for word in self._line.split(" ")[1:-1]), initial=0))


def _pattern(needle: Needle) -> str:
    return f" {' '.join(needle.words)}{'' if needle.prefix else ' '}"


def spans(text: str) -> list[Span]:
    """Return the words of a text as `words` does, with their places."""
    if text.isascii():
        return [Span(word[0], word.start(), word.end(), word.start() + 1) for word in _PLAIN.finditer(text.lower())]
    folded, starts, ends = _aligned(text)
    if folded != _folded(text):
        return []  # characters that become one in a way that `_clusters` does not know
    return [
        Span(word, starts[at], ends[at + len(word) - 1], ends[at])
        for piece in _pieces().finditer(folded)
        for at, word in enumerate(_split(piece[0]), piece.start())
    ]


def is_unspaced(word: str) -> bool:
    """Return whether a word is of a script without spaces."""
    return _unspaced().match(word) is not None


def _split(piece: str) -> list[str]:
    """Return the words of a run of letters."""
    if not _unspaced().match(piece):
        return [piece]
    return [piece[at : at + 2] for at in range(len(piece))]


class _Folding(dict[int, str]):
    """What each character becomes, by its code point."""

    def __missing__(self, code: int) -> str:
        if len(self) >= CACHED:
            self.clear()
        self[code] = folded = _fold(chr(code))
        return folded


_folding = _Folding()


def _folded(text: str) -> str:
    return normalized("NFKC", text)[:MOST_FOLDED].translate(_folding)


def _fold(character: str) -> str:
    """Return a character without case and accents; what is no letter, digit or emoji becomes a space."""
    decomposed = normalized("NFKD", normalized("NFKD", character).casefold())
    bare = normalized("NFC", _accents.sub("", decomposed))
    return "".join(map(_shown, bare.translate(_PLAINER)))


def _shown(character: str) -> str:
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    kind = unicodedata.category(character)
    if character.isalnum() or kind[0] == "M":
        return character
    if kind == "So":
        return f" {character} "
    return "" if kind == "Cf" and character != "\u200b" else " "


def _aligned(text: str) -> tuple[str, list[int], list[int]]:
    """Return the folded text, and where the characters behind each of its own begin and end in ``text``."""
    folded, starts, ends, at, before = [], list[int](), list[int](), 0, 0
    for part in re.findall(" +|[^ ]+", text):
        for cluster in part if is_normalized("NFKC", part) else _clusters(part):
            if new := _folded(cluster):  # else it is a mark of the character before, which ends behind it
                folded.append(new)
                starts += [at] * len(new)
                ends += [at] * before
                before = len(new)
            at += len(cluster)
    return "".join(folded), starts, ends + [at] * before


def _clusters(text: str) -> Iterator[str]:
    """Yield the characters of a text, each together with those that can become one with it."""
    begun = 0
    for at in range(1, len(text)):
        if not (unicodedata.category(text[at])[0] == "M" or _joining.match(text[at])):
            yield text[begun:at]
            begun = at
    if text:
        yield text[begun:]
