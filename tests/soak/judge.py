"""The rules of promises.md, which are Jepsen's rules for logs: each function returns violations, in words.

They know nothing of servers and sockets, so that violations can be planted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from tests.soak.database import Row


def is_event(row: Row) -> bool:
    """Return whether a row is an event in the timeline, and not a message."""
    return row["number"] is None


def acknowledged(rows: Mapping[str, Row], acks: Iterable[Row]) -> Iterator[str]:
    """Promise 1: what was acknowledged is stored, at the acknowledged place and rev or a later one."""
    for ack in acks:
        row = rows.get(ack["id"])
        if row is None:
            yield f"missing: {ack} was acknowledged and is not stored"
        elif (row["room"], row["seq"]) != (ack["room"], ack["seq"]) or row["rev"] < ack["rev"]:
            yield f"moved or older: {ack} was acknowledged, stored is {row}"
        elif row["rev"] == ack["rev"] and row != ack:
            yield f"different: {ack} was acknowledged, stored is {row}"


def timeline(rows: Iterable[Row], base: Mapping[str, int] | None = None) -> Iterator[str]:
    """Promise 3 for what is stored, rows being by room and seq: no number is left out; events have none.

    In the rooms of ``base`` nothing but messages came after that rev, so there no seq is left out either.
    """
    last: dict[str, tuple[int, int]] = {}
    for row in rows:
        room = row["room"]
        start = (base or {}).get(room, 0)
        if is_event(row) and row["seq"] <= start:
            continue
        seq, before = last.get(room, (start, 0))
        number = before if is_event(row) else row["number"]
        if number != before + (not is_event(row)):
            yield f"gap: in {room} number {number} follows {before} at seq {row['seq']}"
        elif row["seq"] <= seq or (base and room in base and row["seq"] != seq + 1):
            yield f"gap: in {room} seq {row['seq']} follows {seq}"
        last[room] = (row["seq"], number)


def counted(rows: Iterable[Row], said: Mapping[str, Sequence[int | None]]) -> Iterator[str]:
    """Promises 1 to 3 for senders who count: each number is stored once, in order, at the acknowledged seq.

    ``said`` has for each sender the seq that was told for 0, 1, 2 and so on, None if nothing was told.
    """
    nexts = dict.fromkeys(said, 0)
    for row in rows:
        author = row["author"]
        if author not in said or is_event(row):
            continue
        number, due = int(row["text"]), nexts[author]
        if number < due:
            yield f"doubled or reordered: {author} said {number} at {row['room']} {row['seq']} after {due - 1}"
            continue
        yield from (f"missing: {author}'s {n}" for n in range(due, number))
        nexts[author] = number + 1
        told = said[author][number] if number < len(said[author]) else None
        if told not in (None, row["seq"]):
            yield f"moved: {author}'s {number} was told as {told} and is at {row['seq']}"
    for author, due in nexts.items():
        yield from (f"missing: {author}'s {n}" for n in range(due, len(said[author])) if said[author][n] is not None)


def once(rows: Iterable[Row]) -> Iterator[str]:
    """Promise 2, provided that no text is posted twice; edited and deleted messages do not count, nor do events."""
    counted = [row for row in rows if not (row["edited_at"] or row["deleted"] or is_event(row))]
    said = Counter((row["author"], row["text"]) for row in counted)
    yield from (f"doubled: {author} said {text!r} {count} times" for (author, text), count in said.items() if count > 1)


@dataclass
class Reader:
    """Promises 3 and 5 for a reader: nothing is skipped, repeated, or goes back. `hear` returns violations."""

    name: str
    newest: dict[str, int] = field(default_factory=dict)
    revs: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)

    def hear(self, change: Any) -> Iterator[str]:
        """Take in the next change, a `chatrooms.client.Change`."""
        if change.reset:
            self._forget(change.room)
        if change.rev <= self.revs.get(change.room, 0):
            yield f"goes back: {self.name} heard {change.room} {change.rev} after {self.revs[change.room]}"
        yield from self._messages(change)
        self.revs[change.room] = change.rev
        for row in (*change.rows("memberships"), *change.rows("follows")):
            if row["gone"] or row.get("closed"):  # the client keeps nothing of it
                self._forget(row["room"])
        for row in change.rows("reads"):
            yield from self.mark(row)

    def mark(self, row: Row) -> Iterator[str]:
        """Take in a read mark."""
        before = self.marks.get(row["room"], 0)
        if row["seq"] < before:
            yield f"mark: {self.name} had read {row['room']} up to {before}, then up to {row['seq']}"
        self.marks[row["room"]] = max(before, row["seq"])

    def _messages(self, change: Any) -> Iterator[str]:
        known, newest = self.revs.get(change.room, 0), self.newest.get(change.room)
        for row in sorted(change.rows("messages"), key=lambda row: row["seq"]):
            if row["rev"] <= known:
                yield f"doubled: {self.name} heard {row} twice"
            if is_event(row):
                continue
            begins = newest is None and (change.reset or "/" in change.room)  # a thread is held from its head on
            if begins or row["number"] == (newest or 0) + 1:
                newest = row["number"]
            elif row["number"] > (newest or 0):
                yield f"skipped: {self.name} heard {row['number']} after {newest} in {change.room}"
                newest = row["number"]
        if newest is not None:
            self.newest[change.room] = newest

    def _forget(self, room: str) -> None:
        """Forget a room, and the threads in it."""
        for known in (self.newest, self.revs):
            for each in [name for name in known if name == room or name.startswith(f"{room}/")]:
                del known[each]


@dataclass
class Doors:
    """Promise 4: who joined and left which room, according to the acknowledgements.

    Of a thread, whose revs are others, it is only asked whether the person ever joined its room.

    ``entries`` are when it was asked for, and the room's rev at which it was done (infinite if that is not known);
    ``exits`` are revs.
    """

    entries: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    exits: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def entered(self, room: str, name: str, asked_at: float, rev: float = inf) -> None:
        """Record that a person joined, or may have."""
        self.entries.setdefault((room, name), []).append((asked_at, rev))

    def left(self, room: str, name: str, rev: int) -> None:
        """Record that a person was certainly removed."""
        self.exits.setdefault((room, name), []).append(rev)

    def outside(self, name: str, heard: Iterable[tuple[float, str, int]]) -> Iterator[str]:
        """Return what a person received, as (when, room, rev), while they cannot have been a member."""
        for at, heard_in, heard_at in heard:
            room, _, is_thread = heard_in.partition("/")
            rev = 0 if is_thread else heard_at
            out = max((exit for exit in self.exits.get((room, name), ()) if exit < rev), default=0)
            let_in = self.entries.get((room, name), ())
            if not any(asked < at and entry > out for asked, entry in let_in):
                yield f"read outside a membership: {name} heard {room} {rev}, having left at {out}"
