"""Which of several copies of a program works, by a simulated clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.client.lease import BEAT, GREETING, PATIENCE, Lease


class Copies:
    """Copies that hear each other at once; ``now`` is in seconds."""

    def __init__(self) -> None:
        self.now, self.here = 0.0, list[Lease]()
        self.spoke: dict[str, float] = {}

    def join(self, id: str) -> Lease:
        copy = Lease(id)
        self.connect(copy)
        return copy

    def connect(self, copy: Lease) -> None:
        self.here.append(copy)
        copy.begin(self.now)
        self.say(copy)

    def leave(self, copy: Lease) -> None:
        self.here.remove(copy)
        copy.lose()

    def say(self, copy: Lease) -> None:
        self.spoke[copy.id] = self.now
        for other in list(self.here):
            if other.hear(copy.id, self.now, leads=copy.leads):
                self.say(other)

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += 0.125
            for copy in list(self.here):
                if copy.take(self.now) and self.now - self.spoke[copy.id] >= copy.pause:
                    self.say(copy)

    @property
    def leaders(self) -> list[str]:
        return [copy.id for copy in self.here if copy.leads]


@pytest.fixture
def copies() -> Copies:
    return Copies()


def test_the_first_copy_leads_after_a_moment_and_goes_on_while_others_come(copies):
    copies.join("b")
    assert copies.leaders == []
    copies.wait(GREETING)
    for id in ("a", "c"):
        copies.join(id)
        copies.wait(3 * PATIENCE)
        assert copies.leaders == ["b"]


def test_of_two_that_start_together_one_leads(copies):
    copies.join("b")
    copies.join("a")
    copies.wait(PATIENCE)
    assert copies.leaders == ["a"]


def test_another_takes_over_some_seconds_after_the_leader_is_gone_and_keeps_the_lease(copies):
    first = copies.join("a")
    copies.wait(GREETING)
    copies.join("b")
    copies.wait(BEAT)
    copies.leave(first)
    assert copies.leaders == []
    copies.wait(PATIENCE + GREETING)
    assert copies.leaders == ["b"]
    copies.connect(first)
    copies.wait(PATIENCE)
    assert copies.leaders == ["b"]


def test_of_two_that_lead_one_yields_at_the_next_sign_of_life(copies):
    first, second = copies.join("a"), copies.join("b")
    first.leads = second.leads = True
    copies.wait(2 * BEAT)
    assert copies.leaders == ["a"]


def test_without_a_connection_no_copy_leads(copies):
    copy = copies.join("a")
    copies.wait(GREETING)
    copy.lose()
    assert not copy.take(copies.now + 100)
    assert not copy.hear("b", copies.now, leads=True)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 4)), max_size=30))
def test_whoever_comes_and_goes_one_leads_in_the_end(steps):
    copies, known = Copies(), {id: Lease(id) for id in "abcd"}
    for id, seconds in steps:
        copy = known[id]
        if copy in copies.here:
            copies.leave(copy)
        else:
            copies.connect(copy)
        copies.wait(seconds)
    copies.wait(3 * PATIENCE)
    assert len(copies.leaders) == min(1, len(copies.here))
