"""The names that a text mentions: ``@`` and a name, outside code, quotes and addresses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile

from chatrooms import names
from chatrooms.prose import prose

MAX_TRIED = 100
"""How many different names of a text are tried, which bounds the time."""
MAX_SEEN = 600
"""How many ``@`` are looked at, those of e-mail addresses and names that were tried before among them."""
MAX_UNDERSCORES = 1000
"""How many runs of underscores can be emphasis in a paragraph, which bounds the time too."""
_ADDRESS = re.compile(
    r"(?:https?://|mailto:|www\.)[^\s<>\u3000-\u303f\uff01-\uff65]*+"
    r"|(?:(?<!\\)\[(?:[^\[\]\\]++|\\.|\[[^\[\]]*+\]){0,100}+)?"
    r"\]\((?:[^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+)(?:[ \n]+(?:\"[^\"]{0,200}\"|'[^']{0,200}'))?\)",
    re.IGNORECASE,
)
"""An address, without the punctuation of East Asian sentences that follows it; or a link, with its text."""
_AT = re.compile(r"(?<![@#/\\])@([^\s!-,/:-@\[-^`{-~]+)")
"""What can begin a name: anything but spaces and ASCII punctuation, save for that of names."""
_PUNCTUATION = ".-_"
_UNDERSCORES = re.compile(r"\\_|_+")


@lru_cache(maxsize=4)
def written(text: str) -> Sequence[Sequence[str]]:
    """Return for each ``@`` the usernames that it can mean, best first; they may not exist.

    A name goes on as far as its characters do, and means the longest one that exists: it can end in punctuation, which
    can also be the sentence's (``@bob_.`` is ``bob_.``, ``bob_`` or ``bob``), and in scripts without spaces, the
    sentence goes on behind it (``@alice谢谢`` is ``alice谢谢``, ``alice谢`` or ``alice``). Underscores that end
    emphasis belong to no name: ``_@bob_`` is ``bob``. E-mail addresses and the text of links mention no one. Only the
    first `MAX_TRIED` names of a text count.

    The last answers are remembered, because several parts of one message ask.
    """
    return tuple(_written(text)) if "@" in text else ()


def _written(text: str) -> Iterator[Sequence[str]]:
    meant: dict[str, Sequence[str]] = {"": ()}
    for given in islice(_given(text), MAX_SEEN):
        if given not in meant:
            if len(meant) > MAX_TRIED:
                return
            meant[given] = _meant(given)
        if found := meant[given]:
            yield found


def _given(text: str) -> Iterator[str]:
    """Yield what can be a name after each ``@``; empty where it is none."""
    for paragraph in prose(text):
        without = _ADDRESS.sub(" ", paragraph)
        ends = _ends_of_emphasis(without)
        for found in _AT.finditer(without):
            given = _named(without, found)
            after = bisect_right(ends, found.start())
            end = ends[after] if after < len(ends) else len(without)
            yield given[: end - found.start() - 1]


def _named(text: str, found: re.Match[str]) -> str:
    """Return the characters after an ``@`` that a name can have; none if it belongs to an e-mail address."""
    given = "".join(takewhile(_is_named, found[1][: names.LONGEST_GIVEN]))
    end = found.start() + 1 + len(given)
    is_address = text[end : end + 1] == "@" and _is_letter(text[end + 1 : end + 2]) and _ends_word(text, end)
    return "" if is_address or _ends_word(text, found.start()) else given


def _ends_word(text: str, end: int) -> bool:
    """Return whether a word ends before ``end``, as in an e-mail address, punctuation of names aside."""
    before = text[max(0, end - names.LONGEST_GIVEN) : end].rstrip(_PUNCTUATION)[-1:]
    return _is_letter(before) and not names.unspaced().match(before)


def _meant(given: str) -> Sequence[str]:
    name = names.folded(given)
    meant = []
    while name:
        if names.MIN_USERNAME <= len(name) <= names.MAX_USERNAME:
            meant.append(name)
        name = _shorter(name)
    return tuple(meant)


def _shorter(name: str) -> str:
    """Return the next shorter name that can end here; empty if there is none."""
    if name[-1] in _PUNCTUATION or names.unspaced().match(name[-1]):
        return name[:-1]
    last = next((at for at in reversed(range(len(name))) if names.unspaced().match(name[at])), -1)
    return name[: last + 1]


def _ends_of_emphasis(text: str) -> list[int]:
    """Return where underscores end emphasis, by CommonMark's rules of flanking."""
    ends = []
    opened = 0
    for run in islice(_UNDERSCORES.finditer(text), MAX_UNDERSCORES):
        before, after = text[max(0, run.start() - 1) : run.start()], text[run.end() : run.end() + 1]
        if run[0].startswith("\\") or before == "@":
            continue
        opens, closes = _flanks(before, after), _flanks(after, before)
        if closes and opened and (not opens or _is_mark(after)):
            ends.append(run.start())
            opened = max(0, opened - len(run[0]))
        elif opens and (not closes or _is_mark(before)):
            opened += len(run[0])
    return ends


def _flanks(outside: str, inside: str) -> bool:
    """Return whether a run of underscores can be an end of what is ``inside``."""
    return not _is_space(inside) and (not _is_mark(inside) or _is_space(outside) or _is_mark(outside))


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _is_mark(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "PS"


def _is_letter(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "LNM"


def _is_named(character: str) -> bool:
    return character in _PUNCTUATION or _is_letter(character)
