"""Whether a message meets the terms of a search, by its text alone, without an index; and where its text does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from chatrooms import names
from chatrooms.features.search.language import Operator, Period, Term, Text, texts
from chatrooms.features.search.words import Line, Needle, Span, is_unspaced, spans, words

Row = Mapping[str, Any]

MARKED = 500
"""How many occurrences of each term a text shows as found, so that a long text costs little."""

_link = re.compile(r"https?://\S|\bwww\.\w", re.IGNORECASE)


def matches(terms: Sequence[Term], message: Row, me: str) -> bool:
    """Return whether a message meets all terms of a search by ``me``."""
    said = [term for term in terms if isinstance(term, Text)]
    others = [term for term in terms if not isinstance(term, Text)]
    if not all(any(_meets(term, message, me) for term in some) for some in alternatives(others)):
        return False
    found = [Line(words(text)) for text in searched(message)] if said else []
    return all(any(each.has(term.needle) for each in found) != term.negated for term in said)


def states(message: Row) -> list[str]:
    """Return what a message itself shows, such as ``has:link``."""
    shown = []
    text = message["text"] or ""
    if ("://" in text or "www." in text.lower()) and _link.search(text):  # most texts have none, which is quick to see
        shown.append("has:link")
    if names.kind(message["room"]) == "thread":
        shown.append("is:thread")
    if files := message.get("files"):
        shown.append("has:file")
        if any(str(file.get("type") or "").startswith("image/") for file in files):
            shown.append("has:image")
    return shown


def searched(message: Row) -> list[str]:
    """Return the texts of a message that searches find: its own, and those of its parts, such as names of files."""
    return [message["text"] or "", *message.get("shown", ())]


def is_in(room: str, value: str, me: str) -> bool:
    """Return whether a room is meant by ``in:value``; threads are in their rooms, and a person has a conversation."""
    return bool({room, names.base(room)} & _meant(value, me))


def is_to(room: str, value: str, me: str) -> bool:
    """Return whether what others post in a room is for a person: in each conversation of theirs."""
    if value.startswith("#") or "+" in value:
        return is_in(room, value, me)
    return names.kind(names.base(room)) == "conversation" and value in names.people(names.base(room))


def pieces(terms: Sequence[Term], text: str) -> list[str]:
    """Return a text in pieces, of which every second one, from the second on, is what was searched."""
    wanted = list(texts(terms))
    cut, at = [""], 0
    for start, end in _merged(_ranges(wanted, spans(text))) if wanted else ():
        cut[-1] += text[at:start]
        cut += [text[start:end], ""]
        at = end
    cut[-1] += text[at:]
    return cut


def alternatives(terms: Iterable[Term]) -> Iterable[Sequence[Term]]:
    """Yield the terms of which one has to hold: several values of an operator, or a single other term."""
    several = [term for term in terms if isinstance(term, Operator) and term.name != "state" and not term.negated]
    by_name = attrgetter("name")
    for _, same in groupby(sorted(several, key=by_name), by_name):
        yield list(same)
    yield from ([term] for term in terms if term not in several)


def _meets(term: Term, message: Row, me: str) -> bool:
    if isinstance(term, Period):
        within = (term.since or "") <= message["at"] and (term.until is None or message["at"] < term.until)
        return within != term.negated
    assert isinstance(term, Operator)  # noqa: S101 - texts are looked for otherwise
    return _of_operator(term, message, me) != term.negated


def _of_operator(term: Operator, message: Row, me: str) -> bool:
    match term.name:
        case "from":
            return bool(message["author"] == term.value)
        case "in":
            return is_in(message["room"], term.value, me)
        case "to":
            return is_to(message["room"], term.value, me) and message["author"] != term.value
        case _:
            return term.value in states(message)


def _meant(value: str, me: str) -> set[str]:
    """Return the rooms that a name can mean; a thread's name ends with a number."""
    name, slash, seq = value.partition("/")
    meant = {name}
    if not name.startswith("#") and "+" not in name:
        meant = {f"#{name}", me if name == me else "+".join(sorted((me, name)))}
    return {f"{room}{slash}{seq}" for room in meant}


def _ranges(needles: Iterable[Needle], found: Sequence[Span]) -> Iterable[tuple[int, int]]:
    line = Line(span.word for span in found)
    for needle in needles:
        for at in islice(line.places(needle), MARKED):
            last = found[at + len(needle.words) - 1]
            only_head = needle.prefix and is_unspaced(last.word)
            yield found[at].start, last.head if only_head else last.end


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Return ranges in order, as one where they overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif end > start:
            merged.append((start, end))
    return merged
