"""Large maps are parsed piece by piece, with the result of parsing them at once, by validators that are built once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from chatrooms.errors import Invalid
from chatrooms.pipeline import parsing
from chatrooms.pipeline.commands import Params
from chatrooms.pipeline.parsing import parsed
from chatrooms.types import AnyRoom, Seq

MOST = 8


class Known(Params):
    """What a client has."""

    revs: dict[AnyRoom, Seq] = Field(default_factory=dict, max_length=MOST)
    pairs: dict[Annotated[str, Field(min_length=1)], list[int]] | None = None
    after: str = ""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(parsing, "PIECE", 3)


revs = st.dictionaries(st.sampled_from(["#a", "#b", "#C", "#d", "#e", "#f", "bob", "Ann", "#", ""]), st.integers(-1, 9))


@given(revs, st.booleans())
def test_a_map_is_parsed_as_it_would_be_at_once(revs, after):
    given = {"revs": revs} | ({"after": "#b"} if after else {})
    try:
        whole = Known.model_validate(given)
    except ValidationError:
        with pytest.raises(Invalid):
            parsed(Known, given)
    else:
        found = parsed(Known, given)
        assert found == whole and found.model_fields_set == whole.model_fields_set


def test_the_field_of_a_mistake_is_named_wherever_it_is():
    good = {f"#{letter}": 1 for letter in "abcdef"}
    for wrong in ("#a", "#f"):
        with pytest.raises(Invalid) as caught:
            parsed(Known, {"revs": good | {wrong: -1}})
        assert caught.value.details["field"] == f"revs.{wrong}"


def test_too_many_entries_are_refused_before_any_is_parsed():
    with pytest.raises(Invalid, match="At most 8 entries") as caught:
        parsed(Known, {"revs": {f"no name {number}": "x" for number in range(9)}})
    assert caught.value.details == {"field": "revs"}


class Slow:
    """What takes a while to build a validator for, so that other threads come meanwhile."""

    built = 0

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        cls.built += 1
        sleep(0.05)
        return handler(int)


def test_threads_that_parse_a_kind_first_at_once_build_its_validator_once():
    threads = 8
    together = Barrier(threads)

    class Counted(Params):
        n: Annotated[int, Slow]

    def parse(n: int) -> int:
        together.wait()
        return parsed(Counted, {"n": n}).n

    with ThreadPoolExecutor(threads) as pool:
        assert list(pool.map(parse, range(threads))) == list(range(threads))
    assert Slow.built == 1
