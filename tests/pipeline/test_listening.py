"""Listeners get each changed row once, in whichever order features are listed, also what other listeners add."""

from __future__ import annotations

from itertools import permutations

import pytest

from chatrooms.pipeline.feature import Endless, Feature, Features, on
from tests.direct import Direct


@pytest.fixture
def act():
    direct = Direct()
    direct.join("alice")
    act = direct.act("alice")
    yield act
    act.db.close()
    direct.engine.dispose()


def row(act, number):
    return {"number": number, "rev": act.changes.rev("alice")}


def adding(source, target, heard):
    """Return a listener of one table that adds a row of another for each row, and notes what it gets."""

    @on(source)
    def listener(act, rows):
        for each in rows:
            heard.append((source, each["number"]))
            if target:
                act.changes.add("alice", target, row(act, each["number"]))

    return listener


CHAIN = [("users", "reads"), ("reads", "follows"), ("follows", "inbox"), ("inbox", None)]


@pytest.mark.parametrize("order", list(permutations(CHAIN)))
def test_the_order_of_features_does_not_matter(act, order):
    heard = []
    features = Features(Feature(listeners=(adding(*each, heard),)) for each in order)
    for number in (1, 2):
        act.changes.add("alice", "users", row(act, number))
    features.listen(act)
    assert sorted(heard) == sorted((table, number) for table, _ in CHAIN for number in (1, 2))


def test_rows_of_several_rooms_are_heard_once_each(act):
    heard = []

    @on("users")
    def late(act, _rows):
        act.changes.rev("#lobby")
        for room in ("alice", "#lobby"):
            act.changes.add(room, "reads", row(act, room))

    features = Features([Feature(listeners=(adding("reads", None, heard), late))])
    act.changes.rev("#lobby")
    act.changes.add("alice", "users", row(act, 1))
    act.changes.add("#lobby", "reads", row(act, "first"))
    features.listen(act)
    assert sorted(number for _, number in heard) == ["#lobby", "alice", "first"]


def test_a_listener_does_not_hear_what_it_adds_itself(act):
    heard = []
    features = Features([Feature(listeners=(adding("users", "users", heard),))])
    act.changes.add("alice", "users", row(act, 1))
    features.listen(act)
    assert heard == [("users", 1)]


def test_listeners_that_add_rows_because_of_each_other_without_end_are_a_mistake(act):
    features = Features([Feature(listeners=(adding("users", "reads", []), adding("reads", "users", [])))])
    act.changes.add("alice", "users", row(act, 1))
    with pytest.raises(Endless):
        features.listen(act)
