"""The state when responses and live changes cross on the wire."""

from __future__ import annotations

import gc

import pytest

from chatrooms.client.backoff import Backoff
from chatrooms.client.changes import Change
from chatrooms.client.state import State
from chatrooms.client.streams import Streams


def message(seq, rev=None, room="#staff", **more):
    row = {"id": str(seq), "room": room, "seq": seq, "rev": rev or seq, "number": seq, "author": "alice"}
    return row | {"text": f"{seq}", "deleted": False} | more


def membership(room="#staff", *, gone=False, rev=1):
    return {"room": room, "username": "bob", "role": "member", "gone": gone, "rev": rev}


@pytest.fixture
def reported():
    return []


@pytest.fixture
def state(reported):
    """Return the state of bob, a member of `#staff`, which is at rev 3."""
    state = State(reported.append, keep=100)
    state.username = "bob"
    state.catch_up(Change("bob", 10, {"memberships": [membership(rev=10)]}), asked=0)
    state.catch_up(Change("#staff", 3, {"messages": [message(2), message(3)]}), asked=0)
    reported.clear()
    return state


def leaves(state, rev=11):
    assert state.apply(Change("bob", rev, {"memberships": [membership(gone=True, rev=rev)]}))


def comes_back(state, rev=12):
    return state.apply(Change("bob", rev, {"memberships": [membership(rev=rev)]}))


def test_only_the_next_change_is_applied_and_a_later_one_reveals_a_gap(state, reported):
    assert state.apply(Change("#staff", 4, {"messages": [message(4)]}))
    assert state.apply(Change("#staff", 4, {"messages": [message(4, text="again")]}))
    assert not state.apply(Change("#staff", 6, {"messages": [message(6)]}))
    assert [m["text"] for m in state.rooms["#staff"].messages.values()] == ["2", "3", "4"]
    assert [change.rev for change in reported] == [4]


def test_a_change_that_covers_several_is_applied_if_none_is_missing_before_it(state, reported):
    assert not state.apply(Change("#staff", 8, {"messages": [message(8)]}), since=4)
    assert state.apply(Change("#staff", 6, {"messages": [message(3), message(5), message(6)]}), since=2)
    assert state.apply(Change("#staff", 6, {"messages": [message(6, text="again")]}), since=4)
    assert [m["text"] for m in state.rooms["#staff"].messages.values()] == ["2", "3", "5", "6"]
    assert [(change.rev, [row["seq"] for row in change.rows("messages")]) for change in reported] == [(6, [5, 6])]


def test_a_response_that_live_changes_have_overtaken_is_ignored(state, reported):
    state.apply(Change("#staff", 4, {"messages": [message(4)]}))
    state.apply(Change("#staff", 5, {"messages": [message(4, rev=5, text="edited")]}))
    state.catch_up(Change("#staff", 4, {"messages": [message(4)]}), asked=3)
    assert state.rooms["#staff"].messages[4]["text"] == "edited" and state.rev("#staff") == 5


def test_a_response_reports_only_rows_that_are_new(state, reported):
    state.apply(Change("#staff", 4, {"messages": [message(4)]}))
    state.catch_up(Change("#staff", 5, {"messages": [message(4), message(5)]}), asked=3)
    assert [m["seq"] for change in reported for m in change.rows("messages")] == [4, 5]


def test_a_response_reports_only_new_personal_rows(state, reported):
    state.apply(Change("bob", 11, {"memberships": [membership("#x", rev=11)]}))
    state.apply(Change("bob", 12, {"memberships": [membership("#x", gone=True, rev=12)]}))
    rows = [membership("#x", gone=True, rev=12), membership("#y", rev=13)]
    state.catch_up(Change("bob", 13, {"memberships": rows}), asked=10)
    assert [m["rev"] for change in reported for m in change.rows("memberships")] == [11, 12, 13]


def test_a_response_from_before_leaving_does_not_restore_the_room(state):
    leaves(state)
    for reset in (False, True):
        state.catch_up(Change("#staff", 9, {"messages": [message(9)]}, reset), asked=3)
    assert "#staff" not in state.rooms


def test_a_response_from_before_leaving_and_rejoining_is_not_complete(state):
    leaves(state)
    assert not comes_back(state)
    state.catch_up(Change("#staff", 9, {"messages": [message(9)]}), asked=3)
    assert "#staff" not in state.rooms
    state.catch_up(Change("#staff", 9, {"messages": [message(2), message(3), message(9)]}), asked=0)
    assert list(state.rooms["#staff"].messages) == [2, 3, 9]


def test_a_reset_replaces_the_room_even_by_a_lower_rev_as_after_a_restored_backup(state, reported):
    state.catch_up(Change("#staff", 2, {"messages": [message(2, text="restored")]}, reset=True), asked=3)
    assert state.rev("#staff") == 2
    assert [m["text"] for m in state.rooms["#staff"].messages.values()] == ["restored"]
    assert reported[0].reset


def test_a_reset_of_your_own_room_drops_former_rooms(state):
    state.catch_up(Change("bob", 400, {"memberships": [membership("#other", rev=400)]}, reset=True), asked=10)
    assert set(state.memberships) == {"#other"} and set(state.rooms) == {"bob"}


def test_rows_of_a_page_that_sync_repeats_are_reported_once(state, reported):
    page = [message(300), message(301, rev=303)]
    state.catch_up(Change("#staff", 302, {"messages": page}, reset=True), asked=3)
    state.catch_up(Change("#staff", 303, {"messages": [message(301, rev=303)]}), asked=302)
    assert state.rev("#staff") == 303
    assert [[m["seq"] for m in change.rows("messages")] for change in reported] == [[300, 301]]


def test_messages_stay_ordered_by_seq_in_any_order_of_arrival(state):
    state.catch_up(Change("#staff", 9, {"messages": [message(5), message(4, rev=8), message(9)]}), asked=3)
    assert list(state.rooms["#staff"].messages) == [2, 3, 4, 5, 9]


def test_members_who_left_are_not_held(state):
    carol = {"room": "#staff", "username": "carol", "role": "member", "gone": False, "rev": 4}
    state.apply(Change("#staff", 4, {"members": [carol]}))
    assert set(state.rooms["#staff"].members) == {"carol"}
    state.apply(Change("#staff", 5, {"members": [{**carol, "gone": True, "rev": 5}]}))
    assert state.rooms["#staff"].members == {}


async def test_an_abandoned_stream_is_dropped():
    streams = Streams(backlog=2)
    kept, forgotten = streams.open(), streams.open()
    streams.push("first")
    assert await anext(kept) == await anext(forgotten) == "first"
    del forgotten
    gc.collect()
    assert list(streams._streams) == [kept]


async def test_a_stream_returns_its_items_before_it_ends():
    streams = Streams(backlog=2)
    stream = streams.open()
    streams.push("last words")
    streams.end(None)
    assert [item async for item in stream] == ["last words"]
    assert [item async for item in streams.open()] == []


def test_pauses_grow_to_five_seconds_and_are_spread():
    backoff = Backoff()
    ceilings = [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    pauses = [backoff.next() for _ in ceilings]
    assert all(0 <= pause <= ceiling for pause, ceiling in zip(pauses, ceilings, strict=True))
    backoff.reset()
    assert backoff.next() <= 0.2
