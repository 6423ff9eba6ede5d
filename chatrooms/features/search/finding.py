"""Finding the newest messages that meet the terms of a search, in the index and among those that are not in it yet.

The index offers candidates, newest first, in ranges of keys; each is loaded by a query that has the permission in it,
and is looked at once more. So an index that offers too much only takes longer.

The time that a search takes must not tell which words others wrote where the caller can't read. So candidates come with
their rooms, and one in a room of others costs no statement, only microseconds. After a number of candidates, a search
goes on in another way; the number is random, so that nobody can find it by posting messages and searching for them. The
time still tells that a word is common on the whole server, in hundreds of messages or more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select, true

from chatrooms import clock, names
from chatrooms.errors import Unavailable
from chatrooms.features.messages.loading import rows_of
from chatrooms.features.search import cost, index
from chatrooms.features.search.cost import Cost
from chatrooms.features.search.index import Candidate, Within
from chatrooms.features.search.indexing import is_searched, state_mark, with_parts
from chatrooms.features.search.language import Operator, Period, Term, Text, texts
from chatrooms.features.search.matching import alternatives, is_in, is_to, matches
from chatrooms.features.search.wanted import Wanted, mark, marked
from chatrooms.pipeline.act import Act
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import is_message, members, messages

FEW = 100
"""Up to so many rooms cost little as a part of what the index looks for."""
SHARES = {True: (20, 150), False: (300, 2000)}
"""For few rooms and for many: if less than one in so many is readable, of so many, the rooms become a part of it."""
FIRST, MOST = 150, 2400
"""How many candidates the index returns together, up to twice as many: more with each time."""
LISTED = 5000
"""Up to so many messages of a feature, such as pinned ones, are looked at instead of the index."""
LOADED = 100
"""How many candidates are loaded together."""
SECONDS = 0.15
"""After this time, a search returns what it has found, and where to continue."""
SECONDS_TO_LOOK = 0.05
"""How long it looks at what it has loaded, even then: that was the greater part of the work."""
SECONDS_AT_MOST = 2.0
"""After this time, it gives up: it has read much, but nothing that the caller may read."""
LONG = 0.03
"""What takes longer is done in another way, if that is faster: see `chatrooms.features.search.cost`."""
PREFIXES = 2
"""How many beginnings of words are a part of what the index looks for; it reads all of them, whatever the range."""
SLACK = timedelta(hours=1)
"""By how much clocks may have been set back: otherwise the times of messages are in the order of their keys."""

Lister: TypeAlias = Callable[[int, int, int], list[Candidate]]
"""Returns the candidates with the greatest keys of a range, up to a number of them."""
Which: TypeAlias = Callable[[str], Select[Any]]
"""Returns a query for the ids of messages that a feature knows, for a person."""

_candidate = select(messages.c.key, messages.c.room)
_last = Prepared(select(func.max(messages.c.key).label("key")))
_at = Prepared(select(messages.c.at).where(messages.c.key >= bindparam("key")).order_by(messages.c.key).limit(1))
_rooms = Prepared(select(members.c.room).where(members.c.username == bindparam("username"), members.c.gone.is_(False)))


class Found(NamedTuple):
    """Messages, newest first; ``last`` is the id of one after which there may be older ones, if any."""

    messages: list[Message]
    last: str | None


@dataclass
class Search:
    """A search while it runs: what it looks for, and the rooms of the caller that it looks in.

    ``kept`` and ``dropped`` are queries for the ids of messages that features know.
    """

    act: Act
    terms: Sequence[Term]
    kept: Sequence[Select[Any]]
    dropped: Sequence[Select[Any]]
    wanted: Wanted
    rooms: AbstractSet[str]
    cost: Cost
    named: bool
    by_room: bool
    looked_at: int = 0
    read: int = 0

    def __post_init__(self) -> None:
        """Choose after how many candidates it is decided whether the index looks for the rooms too."""
        self.share, least = SHARES[len(self.rooms) <= FEW]
        self.enough = index.at_random(least)

    @classmethod
    def begin(cls, act: Act, terms: Sequence[Term]) -> Search:
        """Return a search for messages that meet ``terms`` in the rooms to which the caller belongs."""
        known = found_by(act)
        of_features = [term for term in terms if isinstance(term, Operator) and term.value in known]
        own = [term for term in terms if term not in of_features]
        kept, dropped = (
            [known[term.value](act.me.username) for term in of_features if term.negated is negated]
            for negated in (False, True)
        )
        rooms, wanted = _readable(act, own), _wanted(own)
        found = cost.of(act.db, rooms)
        named = found.whole > LONG
        by_room = not wanted or (index.combines(act.db) and not named)
        return cls(act, own, kept, dropped, wanted, rooms, found, named=named, by_room=by_room)

    def find(self, below: int | None, most: int) -> Found:
        """Return up to ``most`` messages with keys less than ``below``, and count what took PostgreSQL long."""
        index.bound(self.act.db, SECONDS_AT_MOST)
        begun = time.monotonic()
        try:
            return self._find(begun, below, most)
        finally:
            cost.charge(self.act, time.monotonic() - begun - SECONDS)

    def _find(self, begun: float, below: int | None, most: int) -> Found:
        found, seen = list[Message](), ""
        for keys in self._candidates(below) if self.rooms else ():
            rows, looking = self._load(keys), time.monotonic()
            for row in rows:
                if self._meets(row):
                    if len(found) == most:
                        return Found(found, found[-1]["id"])
                    found.append(row)
                seen, now = row["id"], time.monotonic()
                if now > max(begun + SECONDS, looking + SECONDS_TO_LOOK):
                    return Found(found, seen)
            elapsed = time.monotonic() - begun
            if seen and elapsed > SECONDS:
                return Found(found, seen)
            if elapsed > SECONDS_AT_MOST:
                raise Unavailable
        return Found(found, None)

    def _meets(self, row: Message) -> bool:
        meets = row.pop("kept") and matches(self.terms, row, self.act.me.username)  # type: ignore[typeddict-item]
        row.pop("shown", None)  # type: ignore[typeddict-item]
        return meets

    def _candidates(self, below: int | None) -> Iterator[list[int]]:
        """Yield the keys of readable messages that may meet the terms, some together, the greatest first."""
        oldest, newest = self._within()
        newest = newest if below is None else min(newest, below)
        for some in self._chunks(oldest, newest):
            readable = self._only_readable(some)
            for start in range(0, max(1, len(readable)), LOADED):
                yield readable[start : start + LOADED]

    def _chunks(self, oldest: int, newest: int) -> Iterator[list[Candidate]]:
        """Yield candidates: those of features, or the ones that are not indexed yet and then the others."""
        listed = self._listed()
        if listed is not None:
            yield [(key, room) for key, room in listed if oldest <= key < newest]
            return
        low, high, _ = index.limits(self.act.db)
        yield from _ranged([(max(high, oldest), newest)], self._scan)
        yield from _ranged(index.windows(max(low, oldest), min(high, newest)), self._look_up)

    def _listed(self) -> list[Candidate] | None:
        """Return all messages that a feature knows, if they are not too many."""
        for ids in self.kept:
            asked = _candidate.where(messages.c.id.in_(ids)).limit(LISTED + 1)
            found = [(key, room) for key, room in self.act.db.execute(asked)]
            if len(found) <= LISTED:
                return sorted(found, reverse=True)
        return None

    def _scan(self, first: int, below: int, limit: int) -> list[Candidate]:
        asked = _candidate.where(messages.c.key >= first, messages.c.key < below, is_message)
        return [(key, room) for key, room in self.act.db.execute(asked.order_by(messages.c.key.desc()).limit(limit))]

    def _look_up(self, first: int, below: int, limit: int) -> list[Candidate]:
        """Return what the index finds, and decide whether it looks for the rooms too from now on."""
        within, begun = Within(self.rooms, self.named) if self.by_room else None, time.monotonic()
        found = index.find(self.act.db, self.wanted, first, below, limit, within=within)
        seconds = time.monotonic() - begun
        is_walk = not self.wanted and len(found) == limit  # and so ended with the last one
        keys = below - (found[-1][0] if is_walk else first)
        if seconds > LONG and seconds > self.cost.each * keys:
            self.named = False  # by their marks, it is faster from here on
        self.looked_at, self.read = self.looked_at + len(found), self.read + len(self._only_readable(found))
        self.by_room |= self.looked_at >= self.enough and self.share * self.read < self.looked_at
        return found

    def _only_readable(self, found: Sequence[Candidate]) -> list[int]:
        """Return the keys of messages in the rooms of this search, in order, without asking the database."""
        return [key for key, room in found if names.base(room) in self.rooms]

    def _load(self, keys: Sequence[int]) -> list[Message]:
        """Return messages that the caller may read, newest first, each with whether features keep it."""
        if not keys:
            return []
        kept = and_(*(_is_of(ids) for ids in self.kept), *(~_is_of(ids) for ids in self.dropped), true())
        found = rows_of(self.act.me).add_columns(kept.label("kept")).where(messages.c.key.in_(keys), *is_searched)
        result = self.act.db.execute(found.order_by(messages.c.key.desc()))
        columns = list(map(str, result.keys()))
        loaded = [cast(Message, dict(zip(columns, row, strict=True))) for row in result]
        with_parts(self.act, loaded)
        return loaded

    def _within(self) -> tuple[int, int]:
        """Return a range of keys outside of which no message is of the time that is asked for."""
        periods = [term for term in self.terms if isinstance(term, Period) and not term.negated]
        oldest, newest = 0, (_last.one(self.act.db, {}) or {"key": None})["key"] or 0
        for since in (period.since for period in periods if period.since):
            oldest = max(oldest, self._key_at(_moved(since, -SLACK), newest))
        for until in (period.until for period in periods if period.until):
            newest = min(newest, self._key_at(_moved(until, SLACK), newest))
        return oldest, newest + 1

    def _key_at(self, moment: str, last: int) -> int:
        """Return the least key from which on no message is older than ``moment``, if times are in order."""
        first, after = 0, last + 1
        while first < after:
            middle = (first + after) // 2
            row = _at.one(self.act.db, {"key": middle})
            if row and row["at"] < moment:
                first = middle + 1
            else:
                after = middle
        return first


def _is_of(ids: Select[Any]) -> ColumnElement[bool]:
    """Return whether a message is one that a feature knows, looked up for each: there can be very many."""
    known = ids.subquery()
    return exists().where(known.c[0] == messages.c.id)


def found_by(act: Act) -> Mapping[str, Which]:
    """Return what features know of messages, besides what these show, by the text of the search for it."""
    return {state: which for part in act.server.parts for state, which in part.found_by.items()}


def _readable(act: Act, terms: Sequence[Term]) -> set[str]:
    """Return the rooms that the caller can read, of those in which there can be messages that meet the terms."""
    me, scope = act.me.username, act.me.scope
    mine = {me, *(row["room"] for row in _rooms.all(act.db, {"username": me}))}
    mine = {room for room in mine if scope is None or scope.has(room)}
    for some in alternatives(_positive(terms)):
        first = some[0]
        if isinstance(first, Operator) and first.name in ("in", "to"):
            means = is_in if first.name == "in" else is_to
            asked = [names.base(cast(Operator, term).value) for term in some]
            mine = {room for room in mine if any(means(room, value, me) for value in asked)}
    return mine


def _wanted(terms: Sequence[Term]) -> Wanted:
    """Return what the index has to look for, besides rooms."""
    needles = list(texts(terms))
    prefixes = [needle for needle in needles if needle.prefix][PREFIXES:]
    wanted = [[needle] for needle in needles if needle not in prefixes]
    for some in alternatives(_positive(terms)):
        operators = [term for term in some if isinstance(term, Operator)]
        if operators and operators[0].name == "from":
            wanted.append(marked(*(mark("a", term.value) for term in operators)))
        elif operators and operators[0].name == "state":
            wanted.append(marked(*(state_mark(term.value) for term in operators)))
    return wanted


def _positive(terms: Iterable[Term]) -> list[Term]:
    return [term for term in terms if not isinstance(term, Text) and not term.negated]


def _ranged(ranges: Iterable[tuple[int, int]], lister: Lister) -> Iterator[list[Candidate]]:
    """Yield the candidates that a function finds in ranges, a limited number at a time."""
    most = FIRST
    for first, last in ranges:
        below = last
        while below > first:
            limit = index.at_random(most)
            found = lister(first, below, limit)
            below = found[-1][0] if len(found) == limit else first
            most = min(2 * most, MOST)
            yield found


def _moved(moment: str, span: timedelta) -> str:
    try:
        return clock.moved(moment, span)
    except OverflowError:
        return moment
