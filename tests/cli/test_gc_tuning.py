"""Long-lived objects are frozen, and cycles among them are still collected."""

from __future__ import annotations

import gc
import weakref

import pytest

from chatrooms.cli.gc_tuning import collected_in_parts
from tests.wire.program import until


class Knot:
    """A cycle."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before():
    before = gc.get_threshold(), list(gc.callbacks)
    yield
    assert (gc.get_threshold(), gc.callbacks) == before
    assert gc.get_freeze_count() == 0


async def test_survivors_are_not_collected_again():
    with collected_in_parts():
        knot = Knot()
        gc.collect()
        frozen = gc.get_freeze_count()
        assert not any(each is knot for each in gc.get_objects())
        assert frozen > 1000


async def test_short_lived_garbage_is_collected():
    with collected_in_parts():
        known = weakref.ref(Knot())
        gc.collect()
        assert known() is None


@pytest.mark.slow
async def test_frozen_cycles_are_collected_once_their_number_has_doubled():
    with collected_in_parts(seconds_to_look=0.01, leeway=0):
        knots = [Knot() for _ in range(2 * gc.get_freeze_count())]
        known = weakref.ref(knots[0])
        gc.collect()
        knots.clear()
        await until(lambda: known() is None, 20)
        assert known() is None
