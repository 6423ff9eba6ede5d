"""What the server does not understand of a search, or knows nobody and nothing for, in sentences for people.

They are the same for what does not exist and for what the caller may not know of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select

from chatrooms import names
from chatrooms.features import users
from chatrooms.features.search.language import DAYS, STATES, Misread, Operator, Reader, Term, misread
from chatrooms.features.search.matching import is_in
from chatrooms.pipeline import tenants
from chatrooms.pipeline.act import Act
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members

MOST = 3
"""How many sentences are about one search."""
EXAMPLES: Mapping[str, str] = {
    "from": "a username, such as from:me",
    "to": "a username, such as to:me",
    "in": "a room or a person, such as in:#lobby",
    "before": "a day, month or year, such as before:today",
    "after": "a day, month or year, such as after:yesterday",
    "on": "a day, such as on:today",
    "during": "a month or year, such as during:october or during:2026",
    "has": "a word, such as has:link",
    "is": "a word, such as is:mine",
}
"""What each operator needs after its colon."""

_mine = Prepared(select(members.c.room).where(members.c.username == bindparam("username"), members.c.gone.is_(False)))


def unclear(act: Act, query: str, terms: Sequence[Term], reader: Reader, *, found: bool) -> list[str]:
    """Return sentences about a query, the most important ones if they are many.

    If it ``found`` something, what only looks like an operator is not worth a sentence: it is text.
    """
    if not terms and query.strip():
        return ["There are no words to search for in this."]
    said = [*_about_operators(act, terms), *_about_text(query, reader, found=found)]
    return list(dict.fromkeys(said))[:MOST]


def _about_operators(act: Act, terms: Sequence[Term]) -> Iterator[str]:
    """Yield what is wrong with operators that have a possible value: there is no such person or room."""
    asked = [term for term in terms if isinstance(term, Operator)]
    places = [term.value for term in asked if term.name == "in" or (term.name == "to" and not _is_person(term.value))]
    yield from (_nobody(term.value) for term in asked if term.name in ("from", "to") and _is_unknown(act, term.value))
    if places:
        me = act.me.username
        mine = [me, *(row["room"] for row in _mine.all(act.db, {"username": me}))]
        absent = [name for name in places if not any(is_in(room, names.base(name), me) for room in mine)]
        yield from (_nowhere(name, me) for name in absent)


def _is_person(value: str) -> bool:
    return names.kind(value) == "personal"


def _is_unknown(act: Act, value: str) -> bool:
    """Return whether a value is the username of nobody whom the caller may know."""
    if not _is_person(value):
        return False
    return users.find(act.db, value) is None or bool(tenants.hidden(act.db, act.me, [value]))


def _about_text(query: str, reader: Reader, *, found: bool) -> Iterator[str]:
    """Yield what is wrong with what looks like an operator, but is none, or lacks a value, or cannot have it."""
    for read in misread(query, reader):
        if read.name in EXAMPLES and not read.value:
            yield f"“{read.name}:” needs {EXAMPLES[read.name]}, right after the colon."
        elif read.name in EXAMPLES:
            yield _of_value(read, reader)
        elif not found and read.value[:1].isalnum():
            yield f"“{read.name}:” is nothing you can search by, so “{read.name}:{read.value}” was searched as text."


def _of_value(read: Misread, reader: Reader) -> str:
    if read.name in DAYS:
        return f"“{read.name}:” needs {EXAMPLES[read.name]}, not “{read.value}”."
    if read.name in ("has", "is"):
        return f"“{read.name}:” does not know “{read.value}”. There is {_listed(_states(read.name, reader))}."
    if read.name == "in" or read.value.startswith("#"):
        return _nowhere(read.value, reader.username)
    return _nobody(read.value)


def _nobody(name: str) -> str:
    return f"Nobody here has the username “{name.removeprefix('@')}”."


def _nowhere(name: str, me: str) -> str:
    if names.kind(name) == "conversation" and me in names.people(name):
        return f"You have no conversation with {_listed([other for other in names.people(name) if other != me])}."
    return f"You're in no room or conversation called “{name}”."


def _states(operator: str, reader: Reader) -> list[str]:
    return sorted(state for state in {*STATES, *reader.states} if state.startswith(f"{operator}:"))


def _listed(words: Sequence[str]) -> str:
    """Return words as people list them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
