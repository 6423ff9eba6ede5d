"""Emits share what is sent in a round of the event loop, and each socket gets them in order."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.wire import turns
from chatrooms.wire.message import Bundle, Delivery, Message
from chatrooms.wire.turns import Turns

SHARE, BYTES = 10, 1000
RELIABLE, VOLATILE = Delivery.RELIABLE, Delivery.VOLATILE
people, sizes = st.sets(st.integers(0, 30), min_size=1), st.integers(1, 2 * BYTES)
emits = st.lists(st.tuples(st.sampled_from(Delivery), people, sizes), max_size=12)


class Sent:
    """Emits, and what was sent of them in which round."""

    def __init__(self) -> None:
        self.turns, self.round = Turns(), 0
        self.to: dict[str, list[int]] = defaultdict(list)
        self.rounds: list[tuple[int, Delivery, int]] = []

    def send(self, bundle: Bundle, recipients) -> None:
        for sid, _ in recipients:
            self.to[sid].append(id(bundle))
            self.rounds.append((self.round, bundle.delivery, bundle.size))

    def emit(self, delivery: Delivery, recipients, size: int = 1) -> tuple[Bundle, asyncio.Task]:
        bundle = Bundle([Message(b"x" * size)], delivery)
        to = {str(sid): "eio" for sid in recipients}
        return bundle, asyncio.ensure_future(self.turns.spread(self.send, bundle, to))

    async def finish(self, tasks) -> None:
        while not all(task.done() for task in tasks):
            self.round += 1
            await asyncio.sleep(0)

    def counts(self, delivery: Delivery) -> list[int]:
        """Return how many sockets were sent to in each round."""
        return list(Counter(number for number, kind, _ in self.rounds if kind is delivery).values())


@pytest.fixture
def sent(monkeypatch) -> Sent:
    monkeypatch.setattr(turns, "RECIPIENTS", SHARE)
    monkeypatch.setattr(turns, "STEP", BYTES)
    return Sent()


async def test_emits_of_one_lane_share_the_recipients_of_a_round(sent):
    tasks = [sent.emit(RELIABLE, range(12))[1] for _ in range(3)]
    await sent.finish(tasks)
    assert sent.counts(RELIABLE) == [10, 10, 10, 6]


async def test_bytes_are_shared_too_but_one_recipient_always_has_a_turn(sent):
    await sent.finish([sent.emit(RELIABLE, range(7), size=499)[1]])
    assert sent.counts(RELIABLE) == [2, 2, 2, 1]
    await sent.finish([sent.emit(VOLATILE, range(2), size=5000)[1]])
    assert sent.counts(VOLATILE) == [1, 1]


async def test_what_cannot_be_left_out_does_not_wait_for_what_can(sent):
    volatile = [sent.emit(VOLATILE, range(100))[1] for _ in range(3)]
    await asyncio.sleep(0)
    _, reliable = sent.emit(RELIABLE, range(5))
    await sent.finish([reliable])
    assert not any(task.done() for task in volatile)
    await sent.finish(volatile)


async def test_a_cancelled_emit_and_one_that_fails_cost_the_others_nothing(sent):
    (_, first), (_, second), (last, third) = (sent.emit(RELIABLE, range(25)) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    failing = asyncio.ensure_future(sent.turns.spread(_fail, Bundle([Message(b"x")]), {"a": "eio"}))
    _, fourth = sent.emit(RELIABLE, range(3))
    await sent.finish([first, second, third, failing, fourth])
    assert second.cancelled() and isinstance(failing.exception(), ZeroDivisionError)
    assert [sent.to[str(sid)].count(id(last)) for sid in range(25)] == [1] * 25
    assert fourth.exception() is None


def _fail(_bundle, recipients) -> None:
    assert list(recipients)
    raise ZeroDivisionError


def test_another_event_loop_begins_anew(sent):
    async def stopped_early() -> None:
        sent.emit(RELIABLE, range(100))
        await asyncio.sleep(0)

    async def complete() -> None:
        await sent.finish([sent.emit(RELIABLE, range(25))[1]])

    asyncio.run(stopped_early())
    sent.rounds.clear()
    asyncio.run(complete())
    assert sent.counts(RELIABLE) == [10, 10, 5]


@given(emits=emits)
def test_each_socket_gets_every_emit_once_and_those_of_a_lane_in_order(emits):
    async def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(turns, "RECIPIENTS", SHARE)
            patch.setattr(turns, "STEP", BYTES)
            sent, begun = Sent(), []
            for delivery, to, size in emits:
                begun.append((delivery, to, *sent.emit(delivery, to, size)))
            await sent.finish([task for *_, task in begun])
            for sid in range(31):
                got = sent.to[str(sid)]
                for lane in (True, False):
                    meant = [id(b) for kind, to, b, _ in begun if (kind is VOLATILE) is lane and sid in to]
                    assert [each for each in got if each in meant] == meant
            bounded(sent)

    asyncio.run(run())


def bounded(sent: Sent) -> None:
    """Check what was sent in each round."""
    for lane in (True, False):
        sizes = defaultdict(list)
        for number, kind, size in sent.rounds:
            if (kind is VOLATILE) is lane:
                sizes[number].append(size)
        assert all(len(each) <= SHARE and (sum(each) <= BYTES or len(each) == 1) for each in sizes.values())
