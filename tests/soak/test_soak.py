"""A small soak, and its checker, which must find planted violations."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.client import Change, Client
from tests.soak import judge
from tests.soak.database import Stored, differences
from tests.soak.delivery import delivery
from tests.soak.judge import Doors, Reader
from tests.soak.servers import Server

SECONDS = 4


def test_messages_survive_kills(tmp_path):
    outcome = asyncio.run(delivery(tmp_path, SECONDS, seed=1))
    assert outcome.violations == []
    assert int(outcome.figures["SIGKILLs of the server"]) >= 1


async def test_a_server_answers_how_many_are_in_it(tmp_path):
    async with Server(tmp_path / "data", module="tests.soak.host") as server:
        for _ in range(2):
            told = await server.ask()
            assert (told["sockets"], told["sessions"]) == (0, 0)


def row(number, *, room="#x", rev=None, **more):
    """The ``number``-th message of a room, in which the first has the rev 11."""
    seq = number + 10
    said = {"id": f"{room} {number}", "room": room, "seq": seq, "number": number, "rev": rev or seq}
    return said | {"author": "alice", "text": str(number - 1)} | more


def heard(*numbers, reset=False, room="#x", **more):
    """A change with these messages."""
    rows = [row(number, room=room) for number in numbers]
    return Change(room, more.get("rev") or rows[-1]["rev"], {"messages": rows}, reset)


def event(seq, *, room="#x"):
    """An event in the timeline, at this seq."""
    return {"id": f"{room} at {seq}", "room": room, "seq": seq, "rev": seq, "number": None} | {
        "author": "alice",
        "text": "alice left.",
    }


ROWS = [row(number) for number in range(1, 6)]
TOLD = {"alice": [message["seq"] for message in ROWS]}
MISSING = [ROWS[0], ROWS[1], ROWS[3], ROWS[4]]
DOUBLED = [*ROWS, row(6, text="2")]
REORDERED = [ROWS[0], row(2, text="2"), row(3, text="1"), *ROWS[3:]]


AMONG_EVENTS = [event(10), row(1), event(12), event(13), row(2, seq=14, rev=14), event(15)]


def test_correct_rows_pass():
    assert not list(judge.timeline(ROWS, {"#x": 10}))
    assert not list(judge.timeline(AMONG_EVENTS))
    assert not list(judge.timeline([event(7), *ROWS], {"#x": 10}))
    assert not list(judge.counted(AMONG_EVENTS, {"alice": [11, 14]}))
    assert not list(judge.once([it | {"edited_at": None, "deleted": False} for it in AMONG_EVENTS]))
    assert not list(judge.counted(ROWS, TOLD))
    assert not list(judge.acknowledged({message["id"]: message for message in ROWS}, ROWS))


@pytest.mark.parametrize("rows", [MISSING, DOUBLED, REORDERED, ROWS[:-1], []])
def test_a_sender_whose_messages_are_missing_doubled_or_reordered_is_found(rows):
    assert list(judge.counted(rows, TOLD))


@pytest.mark.parametrize(
    "rows", [MISSING, ROWS[1:], [ROWS[0], row(2, seq=13)], [ROWS[1], ROWS[0]], [*AMONG_EVENTS[:2], ROWS[2]]]
)
def test_a_gap_is_found(rows):
    assert list(judge.timeline(rows, {"#x": 10}))


def test_a_message_stored_twice_is_found():
    unedited = [message | {"edited_at": None, "deleted": False} for message in DOUBLED]
    assert not list(judge.once(unedited[:5]))
    assert list(judge.once(unedited))


@pytest.mark.parametrize(
    "stored", [[], [row(1, seq=12)], [row(1, rev=10)], [row(1, text="else")], [row(1) | {"room": "#y"}]]
)
def test_a_broken_acknowledgement_is_found(stored):
    assert list(judge.acknowledged({message["id"]: message for message in stored}, [row(1)]))


def readings(*changes):
    """Return the violations in these changes."""
    reader = Reader("bob")
    return [line for change in changes for line in reader.hear(change)]


@pytest.mark.parametrize(
    "changes",
    [
        [heard(1), heard(2, 3), heard(4)],
        [heard(1), heard(7, 8, reset=True), heard(9)],
        [heard(1), Change("#x", 13, {"messages": [event(12), row(2, seq=13, rev=13)]})],
        [heard(1), Change("bob", 5, {"memberships": [{"room": "#x", "gone": True}]}), heard(1, 2)],
    ],
)
def test_correct_readings_pass(changes):
    assert not readings(*changes)


@pytest.mark.parametrize(
    "changes",
    [
        [heard(2)],
        [heard(1), heard(3)],
        [heard(1), heard(2), heard(2)],
        [heard(1), heard(2), heard(1, rev=20)],
        [heard(3, reset=True), heard(2)],
    ],
)
def test_a_reader_who_skips_repeats_or_goes_back_is_found(changes):
    assert readings(*changes)


def test_a_mark_that_goes_back_is_found():
    marks = [Change("bob", rev, {"reads": [{"room": "#x", "seq": seq}]}) for rev, seq in ((1, 12), (2, 13), (3, 12))]
    assert not readings(*marks[:2])
    assert readings(*marks)


def doors():
    """Bob joins #x at rev 5, is removed at 20, and joins again at 30."""
    found = Doors()
    found.entered("#x", "bob", asked_at=1.0, rev=5)
    found.left("#x", "bob", 20)
    found.entered("#x", "bob", asked_at=3.0, rev=30)
    return found


@pytest.mark.parametrize("reading", [(2.0, "#x", 19), (3.5, "#x", 25), (3.5, "#x", 31)])
def test_reading_as_a_member_passes(reading):
    assert not list(doors().outside("bob", [reading]))


@pytest.mark.parametrize(
    ("name", "reading"), [("bob", (2.0, "#x", 21)), ("bob", (0.5, "#x", 6)), ("carol", (9.0, "#x", 6))]
)
def test_reading_outside_a_membership_is_found(name, reading):
    assert list(doors().outside(name, [reading]))


async def test_a_client_that_differs_from_what_is_stored_is_found(own_server, tmp_path):
    async with Client(own_server.url, username="alice") as alice:
        await alice.post("#lobby", "Howdy")
        await alice.sync()
        stored = Stored(tmp_path)
        assert not differences(alice, stored)
        alice.rooms["#lobby"].messages.popitem()
        assert differences(alice, stored)
        stored.close()
