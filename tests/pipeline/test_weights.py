"""The cost of parsing is counted before parsing, for every command."""

from __future__ import annotations

import asyncio
import contextlib
import re

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import names, precis
from chatrooms.errors import Invalid
from chatrooms.pipeline import weights
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.pipeline import parse
from chatrooms.pipeline.turn import AT_ONCE, Slots
from chatrooms.wire import packets
from tests.bench.parsing import slow_name, worst
from tests.direct import DECLARED

OTHERS = 200_000


@pytest.fixture
def mapped(monkeypatch):
    """Record the names that the library maps."""
    found: list[str] = []
    enforce = precis.profile(names.PROFILE).enforce

    class Counting:
        def enforce(self, name):
            found.append(name)
            return enforce(name)

    monkeypatch.setattr(precis, "profile", lambda _: Counting())
    monkeypatch.setattr(names, "_forms", {})
    return found


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_no_command_maps_more_than_was_counted(name, mapped):
    params = DECLARED[name].params
    alone = [{key: value} for key, value in worst(params, OTHERS).items()]
    too_long = [{key: value * 2} for key, value in worst(params, 2 * OTHERS).items()]
    for tried in [worst(params, 0), *alone, *too_long]:
        mapped.clear()
        weight = weights.weigh(DECLARED[name].names, tried)
        with contextlib.suppress(Invalid):
            parse(DECLARED[name], tried)
        assert sum(map(len, mapped)) <= weight.characters
        assert weight.characters < weights.CHARACTERS * weight.commands


def test_a_list_of_new_names_weighs_what_it_costs_and_known_names_weigh_little(mapped):
    watch = DECLARED["presence.watch"]
    given = {"usernames": [slow_name(number) for number in range(420)]}
    assert weights.weigh(watch.names, given).commands > 420 * 32 / weights.CHARACTERS
    parse(watch, given)
    assert weights.weigh(watch.names, given).commands == 1 + 420 // weights.NAMES
    mapped.clear()
    parse(watch, given)
    parse(watch, {"usernames": ["Alice", "박서준", "ж-1", "李明"]})
    assert not mapped


def test_plain_names_are_the_same_as_with_the_library():
    for character in map(chr, range(0x110000)):
        if names._settled.fullmatch(character):
            assert precis.profile(names.PROFILE).enforce(character) == character


@given(st.from_regex(names._settled, fullmatch=True).filter(bool))
def test_any_string_of_plain_letters_is_the_same_as_with_the_library(name):
    assert precis.profile(names.PROFILE).enforce(name) == name


@given(st.text("AZaz09._-éÉ가", min_size=2, max_size=20))
def test_a_name_is_mapped_as_the_library_does(name):
    try:
        assert names.username(name) == precis.profile(names.PROFILE).enforce(name)
    except ValueError:
        assert not re.search(r"[^\W_]", name)


def test_unknown_parameters_are_rejected_at_the_first_one():
    class Counted(dict):
        looks = 0

        def __iter__(self):
            for name in super().__iter__():
                self.looks += 1
                yield name

    given = Counted({f"x{number}": 1 for number in range(10_000)})
    with pytest.raises(Invalid) as refused:
        parse(DECLARED["user.me"], given)
    assert refused.value.details["field"] == "x0" and given.looks == 1


json_values = st.recursive(
    st.none() | st.integers(0, 9) | st.text('[]{}"\\é,:', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('[]{}"\\', max_size=4), inner, max_size=4),
)


def deep(value) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(deep, inside), default=0)


@given(json_values)
def test_the_depth_of_json_is_computed_from_its_text(value):
    assert packets.depth(orjson.dumps(value).decode()) == deep(value)


@pytest.mark.parametrize("part", ["[]", "{}", "[[[[[[[[]]]]]]]]", '{"a":[1]}', '"[",[]'])
def test_json_with_too_many_arrays_and_objects_is_rejected_before_parsing(part, monkeypatch):
    monkeypatch.setattr(packets, "orjson", None)  # nothing is parsed
    with pytest.raises(ValueError, match="more than 4096"):
        packets.parse_json("[" + ",".join([part] * 5000) + "]", 64)


def test_brackets_in_strings_are_not_arrays():
    text = "[{" * 5000
    assert packets.parse_json(orjson.dumps(["message.post", {"text": text}]).decode(), 64)[1] == {"text": text}


@pytest.mark.parametrize("network", ["192.0.2.1", "2001:db8:1:{}::/64"])
async def test_callers_at_one_address_or_ipv6_48_wait_only_for_each_other(network):
    slots = Slots()
    crowd = [Caller(f"guest{number}", network=network.format(number)) for number in range(AT_ONCE + 1)]
    turns = [slots.of(each.whom) for each in crowd]
    for turn in turns[:AT_ONCE]:
        await asyncio.wait_for(turn.acquire(), 1)
    assert turns[-1].locked()
    for other in ("192.0.2.2", "2001:db8:2::/64"):
        assert not slots.of(Caller("alice", network=other).whom).locked()
    assert not slots.of(Caller("alice").whom).locked()
