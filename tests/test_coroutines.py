"""Which functions of an application are awaited."""

from __future__ import annotations

import pytest

from chatrooms.coroutines import makes_coroutines
from tests.ways_to_call import COROUTINES, WAYS, Asynchronous


@pytest.mark.parametrize("way", WAYS)
def test_what_makes_coroutines_is_known_by_what_it_is(way):
    made = WAYS[way](lambda given: given)
    assert makes_coroutines(made) == (way in COROUTINES)


@pytest.mark.parametrize("given", [None, 5, "async", Asynchronous, print, type])
def test_what_is_called_for_an_object_or_not_at_all_makes_none(given):
    assert not makes_coroutines(given)
