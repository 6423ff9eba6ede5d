"""What a node broadcasts of changes that it missed brings a client of any rev in between to the state of a new one."""

from __future__ import annotations

import random

import pytest

from chatrooms.client.changes import Change
from chatrooms.client.state import State
from chatrooms.features.sync import missed
from chatrooms.types import MAX_MISSED
from tests.direct import LOBBY, Direct, payload


@pytest.fixture
def direct() -> Direct:
    direct = Direct()
    for name in ("alice", "bob"):
        direct.join(name)
        direct.run(name, "room.join", {"room": LOBBY})
    return direct


def missing(direct: Direct, known: dict[str, int]) -> list[dict]:
    act = direct.act("alice")
    try:
        return [
            {**payload(change), "since": change.since, "bare": change.bare} for change in missed.changes(act, known)
        ]
    finally:
        act.db.close()


def something(direct: Direct, chance: random.Random, ids: list[str]) -> list[dict]:
    """Do something in the lobby, and return its changes."""
    what = chance.choice(["post", "post", "edit", "delete", "mark", "leave"])
    if what == "post" or not ids:
        result, changes = direct.run("alice", "message.post", {"room": LOBBY, "text": f"number {len(ids)}"})
        ids.append(result["message"]["id"])
    elif what == "edit":
        _, changes = direct.run("alice", "message.edit", {"id": chance.choice(ids), "text": f"{chance.random()}"})
    elif what == "delete":
        _, changes = direct.run("alice", "message.delete", {"id": ids.pop(chance.randrange(len(ids)))})
    elif what == "mark":
        _, changes = direct.run("alice", "read.mark", {"room": LOBBY, "seq": 10})
    else:
        _, changes = direct.run("bob", "room.leave", {"room": LOBBY})
        changes += direct.run("bob", "room.join", {"room": LOBBY})[1]
    return changes


@pytest.mark.parametrize("seed", range(10))
def test_a_client_of_any_rev_in_between_has_the_same_state_afterwards(direct, seed):
    chance, ids = random.Random(seed), []
    told = something(direct, chance, ids)
    told += direct.run("alice", "user.update", {"about": "here"})[1]
    told += [change for _ in range(15) for change in something(direct, chance, ids)]
    rooms = [LOBBY, "alice"]
    first = {room: min(change["rev"] for change in told if change["room"] == room) - 1 for room in rooms}
    caught_up = missing(direct, first)
    states = []
    for count in range(len(told) + 1):
        state = State(lambda _: None, keep=1000)
        state.username = "alice"
        state.catch_up(Change("alice", first["alice"], {"memberships": [{"room": LOBBY, "gone": False, "rev": 1}]}), 0)
        state.catch_up(Change(LOBBY, first[LOBBY]), 0)
        for change in told[:count]:
            state.apply(Change.from_wire(change))
        for change in caught_up:
            assert state.apply(Change.from_wire(change), change["since"])
        states.append(held(state))
    assert all(state == states[-1] for state in states)


def held(state: State) -> tuple:
    reads = {room: (row["seq"], row["rev"]) for room, row in state.reads.items()}
    rooms = {name: (room.rev, room.messages, room.members) for name, room in state.rooms.items()}
    return rooms, reads, state.inbox


def test_rooms_with_nothing_new_are_left_out_and_those_with_too_much_are_bare(direct):
    _, changes = direct.run("alice", "message.post", {"room": LOBBY, "text": "a"})
    revs = {change["room"]: change["rev"] for change in changes}
    assert missing(direct, {LOBBY: revs[LOBBY]}) == []
    for number in range(MAX_MISSED + 1):
        direct.run("alice", "message.post", {"room": LOBBY, "text": f"{number}"})
    head = revs[LOBBY] + MAX_MISSED + 1
    (bare,) = missing(direct, {LOBBY: revs[LOBBY]})
    assert bare == {"room": LOBBY, "rev": head, "since": revs[LOBBY], "bare": True}
    (whole,) = missing(direct, {LOBBY: revs[LOBBY] + 1})
    assert len(whole["messages"]) == MAX_MISSED and not whole["bare"]


def test_a_database_that_was_put_back_shows_a_smaller_rev(direct):
    (change,) = missing(direct, {LOBBY: 1000})
    assert change["rev"] < 1000
