"""What a node broadcasts of the changes that come to it, in whatever order, with whatever missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.events import Change
from chatrooms.pipeline.nodes.heads import Heads, batches

arrivals = st.lists(st.one_of(st.integers(1, 12), st.tuples(st.integers(0, 12), st.integers(1, 12))), max_size=40)


@given(arrivals)
def test_what_is_broadcast_is_in_order_without_gaps_and_once(arrivals):
    heads, last = Heads(), 0
    heads.begin({"#a": 0})
    for arrival in arrivals:
        since, rev = (None, arrival) if isinstance(arrival, int) else (min(arrival), max(arrival))
        begins = rev - 1 if since is None else since
        if heads.take(Change("#a", rev, since=since)):
            assert begins <= last < rev
            last = rev
        else:
            assert rev <= last or "#a" in heads.wanted
        assert heads.rev("#a") == last


def test_rooms_without_sockets_are_ignored_and_those_in_a_gap_are_picked_once():
    heads = Heads()
    heads.begin({"#a": 3})
    heads.begin({"#a": 7, "#b": 1})
    assert not heads.take(Change("#c", 1))
    heads.hear("#a", 3)
    heads.hear("#c", 5)
    assert heads.pick(10) == {}
    assert not heads.take(Change("#a", 5))
    heads.hear("#b", 2)
    assert heads.pick(1) == {"#a": 3}
    assert heads.pick(10) == {"#b": 1}
    heads.need("#b")
    heads.forget(["#b"])
    assert heads.pick(10) == {} and heads.now() == {"#a": 3}


@given(st.integers(0, 20), st.integers(1, 7))
def test_batches_cover_all(count, size):
    revs = {f"#{n}": n for n in range(count)}
    parts = list(batches(revs, size))
    assert {room: rev for part in parts for room, rev in part.items()} == revs
    assert all(len(part) <= size for part in parts)
