"""New names start slow, where anybody can take one."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chatrooms import clock
from chatrooms.errors import RateLimited
from chatrooms.pipeline import newcomers
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from tests.direct import Direct

ALICE = Caller("alice", session="a session")


@pytest.fixture
def direct() -> Direct:
    server = Direct()
    server.join("alice")
    server._rates = Rates(Settings(rate_begin="8/hour", rate_create="8/hour"))
    return server


def begun(direct: Direct, me: Caller = ALICE) -> int:
    """Return to how many strangers somebody writes before it is too much."""
    for number in range(20):
        try:
            direct.commit(me, lambda act, number=number: newcomers.begin(act, [f"stranger{number}"]))
        except RateLimited:
            return number
    return 20


def test_a_new_name_reaches_half_of_the_strangers_for_a_day(direct):
    assert begun(direct) == 4
    direct._rates = Rates(Settings(rate_begin="8/hour"))
    tomorrow = clock.moved(clock.now(), newcomers.SLOW)
    direct.now = lambda: tomorrow
    assert begun(direct) == 8


def test_a_conversation_counts_as_often_as_it_has_strangers(direct):
    for name in ("ann", "bea", "cat", "dan", "eve"):
        direct.join(name)
    direct.limits = Settings(requests=True)
    direct.run_as(ALICE, "message.post", {"room": "alice+ann+bea+cat+dan", "text": "hello"})
    with pytest.raises(RateLimited):
        direct.run_as(ALICE, "message.post", {"room": "alice+eve", "text": "hello"})
    tomorrow = clock.moved(clock.now(), newcomers.SLOW)
    direct.now, direct._rates = lambda: tomorrow, Rates(Settings(rate_begin="8/hour"))
    direct.run_as(ALICE, "message.post", {"room": "alice+ann+bea+dan", "text": "hello"})
    direct.run_as(ALICE, "message.post", {"room": "alice+eve", "text": "hello"})


def test_names_that_somebody_has_let_in_do_not_start_slow(direct):
    assert begun(direct, Caller("alice")) == 8  # the host application has
    for sign_up in ("invite", "approval"):
        direct.sign_up, direct._rates = sign_up, Rates(Settings(rate_begin="8/hour"))
        assert begun(direct) == 8


def test_moderators_do_not_start_slow(direct):
    direct.appoint("alice", "moderator")
    assert begun(direct) == 8


@pytest.mark.parametrize(("days", "made"), [(0, 4), (1, 8)])
def test_a_new_name_makes_half_of_the_rooms(direct, days, made):
    later = clock.moved(clock.now(), days * newcomers.SLOW)
    direct.now = lambda: later
    count = 0
    with suppress(RateLimited):
        while count < 20:
            direct._rates.spend("create", "alice")  # as the pipeline does
            direct.run_as(ALICE, "room.create", {"name": f"room{count}"})
            count += 1
    assert count == made
