"""What the index looks for: words, and *marks* of a message: its room, its author, and what it shows.

Marks begin with a character that no word has. Rooms and authors are hashes, which any tokenizer leaves alone; what an
index finds is looked at once more, so that two with the same hash do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from chatrooms.features.search.words import Needle

MARK = "§"
ROOM = f"{MARK}r"
WORDS = 6
"""How many words and marks, besides rooms, a database looks for together (see `telling`)."""

Wanted = Sequence[Sequence[Needle]]
"""What the index looks for: of each group, one at least."""


@lru_cache(maxsize=10_000)
def mark(kind: str, name: str = "") -> str:
    """Return a mark, such as that of a room."""
    return f"{MARK}{kind}{blake2b(name.encode(), digest_size=5).hexdigest() if name else ''}"


def marked(*marks: str) -> list[Needle]:
    """Return the group that finds messages with one of some marks."""
    return [Needle((each,), prefix=False) for each in marks]


def telling(wanted: Wanted) -> Wanted:
    """Return the parts of what is wanted that few messages have, such as long words, up to `WORDS`; and the rooms.

    PostgreSQL looks up each of them for a message that has the rest. So with many, the time would tell that a message
    of others has a secret word. SQLite opens a list for each, so that a phrase of one common word again and again would
    take seconds.
    """
    apart = [part for group in wanted for part in _taken_apart(group)]
    kept = [part for part in apart if _is_of_rooms(part)]
    left = WORDS
    for part in sorted((part for part in apart if not _is_of_rooms(part)), key=_commonness):
        if _size(part) <= left or left == WORDS:
            kept.append(part)
            left -= _size(part)
    return kept


def _taken_apart(group: Sequence[Needle]) -> list[Sequence[Needle]]:
    """Return the words of a phrase that is too long to be looked for as one; or what is none as it is."""
    if _is_of_rooms(group) or len(group) > 1 or _size(group) <= WORDS:
        return [group]
    *words, last = group[0].words
    return [*([Needle((word,), prefix=False)] for word in dict.fromkeys(words)), [Needle((last,), group[0].prefix)]]


def _commonness(part: Sequence[Needle]) -> tuple[bool, bool, bool, int]:
    """Return what sorts the parts that few messages have first: authors and the like, and then long words."""
    longest = max(len(word) for needle in part for word in needle.words)
    return _size(part) > WORDS, not part[0].words[0].startswith(MARK), part[0].prefix, -longest


def _size(part: Sequence[Needle]) -> int:
    return sum(len(needle.words) for needle in part)


def _is_of_rooms(part: Sequence[Needle]) -> bool:
    return part[0].words[0].startswith(ROOM)


def parts(wanted: Wanted) -> list[Sequence[Needle]]:
    """Return each word of phrases, and each of several groups, besides rooms; beginnings, which take long, are last."""
    groups = [group for group in wanted if not _is_of_rooms(group)]
    phrases = [group[0] for group in groups if len(group[0].words) > 1]
    words = [Needle((word,), prefix=False) for needle in phrases for word in needle.words[:-1]]
    last = [Needle(needle.words[-1:], needle.prefix) for needle in phrases]
    several = groups if len(wanted) > 1 else []
    return sorted([*([word] for word in dict.fromkeys([*words, *last])), *several], key=lambda group: group[0].prefix)
