"""Which names look alike (UTS #39), and which have parts that do not show."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

import orjson

from chatrooms.unicode_forms import normalized

MAX_SKELETON = 200
_unseen = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Characters that render as nothing, besides spaces and controls (DerivedCoreProperties.txt, and the blank symbol)."""
_separators = re.compile(r"[\s._-]+")
_fillers = re.compile("[\U00016fe4\U0001107f]")
"""Marks that render as nothing although they are no default ignorables: a filler and a joiner of numbers."""
_stackers = re.compile(
    "[\u1039\u17d2\u2d7f\U00010a3f\U00011133\U000113d0\U0001193e\U00011a47\U00011a99\U00011d45\U00011d97]"
)
"""Marks that render as nothing unless a letter follows (Indic_Syllabic_Category: Invisible_Stacker)."""


def skeleton(name: str) -> str:
    """Return the skeleton of ``name`` by UTS #39, section 4: names with the same skeleton look alike.

    One letter can expand to several, so the result is cut off after `MAX_SKELETON` characters.
    """
    decomposed = normalized("NFD", name)
    return normalized("NFD", "".join(map(_prototypes().get, decomposed, decomposed)))[:MAX_SKELETON]


def looks(name: str) -> tuple[str, str]:
    """Return the skeletons of a display name: in lower case, and as it is written, where a capital ``I`` is an ``l``.

    What does not show, such as spaces, does not count. Names that share a skeleton look alike. The first one of a
    username is its `skeleton`.
    """
    compatible = normalized("NFKC", name)
    shown = "".join(
        character for character in _unseen.sub("", compatible) if unicodedata.category(character)[0] not in "ZC"
    )
    return skeleton(shown.lower()), skeleton(shown).lower()


def shape(name: str) -> str:
    """Return what a name looks like at a glance: its skeleton without separators, where an ``i`` is an ``l``."""
    return skeleton(bare(name.lower())).lower().replace("i", "l")


def bare(name: str) -> str:
    """Return a name without its spaces, dots, hyphens and underscores."""
    return _separators.sub("", name)


def hides_marks(name: str) -> bool:
    """Return whether a name has marks that do not show, or that belong to no letter of their own script."""
    if name.isascii():
        return False
    pairs = list(zip(" " + name, name, strict=False))
    stray = any(_is_mark(mark) and not _fits(before, mark) for before, mark in pairs)
    loose = any(_stackers.match(before) and not after.isalpha() for before, after in (*pairs, (name[-1], " ")))
    return stray or loose or bool(_fillers.search(name))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _fits(before: str, mark: str) -> bool:
    """Return whether a mark can follow a character: a letter, number or mark, and of its script if it has one."""
    if unicodedata.category(before)[0] not in "LNM":
        return False
    script = _script(mark)
    return "COMBINING" in (script, _script(before)) or script == _script(before)


def _script(character: str) -> str:
    """Return the first word of a character's name, which is its script except for marks of all scripts."""
    return unicodedata.name(character, "").partition(" ")[0]


@lru_cache(maxsize=1)
def _prototypes() -> dict[str, str]:
    """Map each confusable character to the prototype of its class.

    The library lists the whole class under the prototype, and the prototype under every other member. Read only its
    data file: importing the module would keep all of it in memory.
    """
    confusables = orjson.loads((files("confusable_homoglyphs") / "confusables.json").read_bytes())

    def stands_for(character: str, other: str) -> bool:
        return len(confusables.get(other, ())) > 1 or other < character

    return {
        character: looks[0]["c"]
        for character, looks in confusables.items()
        if len(character) == 1 and len(looks) == 1 and stands_for(character, looks[0]["c"])
    }
