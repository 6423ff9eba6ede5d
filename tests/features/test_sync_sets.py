"""`sync` reads many rooms at once; its answers are those of reading room after room."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from chatrooms.errors import Refusal
from chatrooms.features.messages.loading import with_parts
from chatrooms.features.sync import sizes
from chatrooms.pipeline.act import Act
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.results import many
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import members, reads, rooms
from chatrooms.types import size_of
from tests.direct import LOBBY, Direct
from tests.features.test_sync_pages import PEOPLE, SHARED, TALKS, step

EVERYWHERE = ("alice", LOBBY, *SHARED, *TALKS)
MANY = 2000
small = st.fixed_dictionaries(
    {
        "LIMIT": st.integers(1, 9),
        "MAX_ROWS": st.integers(1, 30),
        "MAX_ROOMS": st.integers(1, 9),
        "MAX_BYTES": st.integers(100, 9000),
        "LARGEST_ROOM": st.integers(100, 9000),
        "FIRST_ROWS": st.integers(1, 30),
    }
)
asked = st.fixed_dictionaries(
    {"revs": st.dictionaries(st.sampled_from(EVERYWHERE), st.integers(0, 12))},
    optional={
        "after": st.sampled_from(("", *EVERYWHERE)),
        "until": st.sampled_from(EVERYWHERE),
        "open": st.lists(st.sampled_from(EVERYWHERE), max_size=4),
        "heads": st.booleans(),
    },
)


@given(history=st.lists(step, max_size=40), questions=st.lists(st.tuples(asked, small), min_size=1, max_size=8))
@settings(deadline=None, database=None, max_examples=50)
def test_answers_are_those_of_reading_room_after_room(history, questions):
    direct = lived(history)
    for params, limits in questions:
        with pytest.MonkeyPatch.context() as patch:
            for name, size in limits.items():
                patch.setattr(sizes, name, size)
            answer, _ = direct.run("alice", "sync", params)
            act = direct.act("alice")
            with act.db:
                assert answer == orjson.loads(orjson.dumps(one_by_one(act, answer, **params)))


def lived(history: list[Any]) -> Direct:
    """Return a database in which these commands were run, after alice was written to in two rooms."""
    direct = Direct()
    for name in PEOPLE:
        direct.join(name)
    direct.run("bob", "room.create", {"name": SHARED[0]})
    direct.run("alice", "room.join", {"room": SHARED[0]})
    for number in range(5):
        direct.run("bob", "message.post", {"room": (SHARED[0], "alice")[number % 2], "text": "x"})
    for who, command, params in history:
        with suppress(Refusal):
            direct.run(who, command, params)
    return direct


def one_by_one(
    act: Act, answer: Any, revs: Any, after: str | None = None, until: str = "", open: Any = (), *, heads: bool = False
) -> Any:
    """Answer `sync` for the other rooms, without care for speed; the own room's part is given."""
    mine = [change for change in answer["changes"] if change["room"] == "alice"]
    found: dict[str, Any] = {"changes": mine, "reads": [], "reset": [*{"alice"} & set(answer["reset"])], "heads": []}
    found |= {"epoch": act.server.epoch, "mine": {}}  # no one reacts
    if answer["until"] == "" and mine and mine[0]["rev"] < counter(act, "alice"):
        return found | {"until": "", "more": True}
    listed = rooms_of(act)
    first = [room for room in listed if room in open] if not after else []
    then = [room for room in listed if room > (after or "") and (not until or room <= until)]
    then = then if after is None else then[: sizes.MAX_ROOMS]
    done = after or ""
    for place, room in enumerate((*first, *then)):
        is_new = place < len(first) or room not in first
        if is_new and not added(act, found, room, revs.get(room, 0), is_head=heads and place >= len(first)):
            return found | {"until": done, "more": True}
        done = room if place >= len(first) else done
    cut = after is not None and len(then) == sizes.MAX_ROOMS
    return found | {"until": done if cut else until or None, "more": cut}


def added(act: Act, found: Any, room: str, known: int, *, is_head: bool) -> bool:
    """Add a room's change if it fits."""
    rev = counter(act, room)
    if known == rev:
        return True
    tables = {table: rows(act, table, room, known) for table in ("rooms", "members", "messages")}
    change = {"room": room, "rev": rev} | {table: some for table, some in tables.items() if some}
    is_reset = known > rev or max(map(len, tables.values())) > sizes.LIMIT or size_of(change) > sizes.LARGEST_ROOM
    if is_head:
        is_reset = known > rev
    if is_reset or is_head:
        change = {"room": room, "rev": rev, "rooms": rows(act, "rooms", room, 0)}
    here = reads.c.username == "alice", reads.c.room == room
    (read,) = many(dict, act.db.execute(SYNCED["reads"].select().where(*here)))
    if sum(map(count, found["changes"])) >= sizes.MAX_ROWS:
        return False
    before = [*found["changes"], *found["reads"], *(each["room"] for each in found["changes"]), *found["heads"]]
    if any(each["room"] == "alice" for each in found["changes"]):
        before.append(None)  # its read position
    if found["changes"] and sum(map(size_of, [*before, change, read, room, *[room] * is_head])) > sizes.MAX_BYTES:
        return False
    found["changes"].append(change)
    found["reads"].append(read)
    found["reset"] += [room] if is_reset else []
    found["heads"] += [room] if is_head else []
    return True


def count(change: Any) -> int:
    """Return how many rows a change has."""
    return sum(len(some) for some in change.values() if isinstance(some, list))


def counter(act: Act, room: str) -> int:
    """Return a room's rev."""
    return act.db.scalars(select(rooms.c.counter).where(rooms.c.name == room)).one()


def rooms_of(act: Act) -> list[str]:
    """Return the rooms on alice's list."""
    mine = (members.c.username == "alice", members.c.gone.is_(False), members.c.closed.is_(False))
    return sorted(act.db.scalars(select(members.c.room).where(*mine)))


def rows(act: Act, table: str, room: str, known: int) -> list[Any]:
    """Return a room's rows of a table."""
    at = SYNCED[table]
    newer = at.select().where(at.room == room, at.rev > known).order_by(at.rev, at.rev if at.born is None else at.born)
    found = many(dict, act.db.execute(newer))
    return with_parts(act, found) if table == "messages" else found


@pytest.mark.parametrize("count", [499, 500, 501, MANY])
def test_a_rev_with_more_rows_than_a_piece_of_the_own_room_comes_as_one_piece(count):
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
    before = direct.run("alice", "sync", {"after": ""})[0]["changes"][0]["rev"]
    at = "2026-01-01T00:00:00.000Z"
    with direct.engine.begin() as db:
        one = {
            "username": "alice",
            "kind": "mention",
            "room": LOBBY,
            "by": "bob",
            "at": at,
            "read": False,
            "gone": False,
        }
        db.execute(insert(inbox), [{**one, "id": n, "born": before + 1, "rev": before + 1} for n in range(count)])
        db.execute(insert(inbox), [{**one, "id": count, "born": before + 2, "rev": before + 2}])
        db.execute(rooms.update().where(rooms.c.name == "alice").values(counter=before + 2))
    known, items = before, 0
    for _ in range(4):
        answer, _ = direct.run("alice", "sync", {"revs": {"alice": known}, "after": "", "until": ""})
        items += sum(len(change.get("inbox", ())) for change in answer["changes"])
        assert answer["changes"][0]["rev"] > known
        known = answer["changes"][0]["rev"]
        if not answer["more"]:
            break
    assert (known, items) == (before + 2, count + 1)
