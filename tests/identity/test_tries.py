"""Tries to sign in are counted by name and address, in the database, until one succeeds."""

from __future__ import annotations

import time
from contextlib import contextmanager

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from chatrooms.errors import RateLimited
from chatrooms.identity import tries
from tests.databases import create_engine
from tests.doors import DOORS
from tests.identity.entering import code_of, enter
from tests.people import connect
from tests.servers import running

STRONG = "umbrella cactus 42"


class Act:
    """As much of an `Act` as counting needs."""

    def __init__(self, db):
        self.db = db


@contextmanager
def counting():
    with create_engine("sqlite://").connect() as db:
        tries.tries.create(db)
        yield Act(db)


def fails(act, username, network) -> bool:
    try:
        tries.spend(act, username, network)
    except RateLimited:
        return True
    return False


def most(act, username, network) -> int:
    """Return after how many tries one is refused."""
    return next(count for count in range(1000) if fails(act, username, network))


def test_a_name_and_an_address_and_both_have_limits(monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    with counting() as act:
        assert most(act, "alice", "192.0.2.1") == 10
        assert not fails(act, "alice", "192.0.2.2")
        assert not fails(act, "bob", "192.0.2.1")
        assert sum(most(act, "carol", f"198.51.100.{n}") for n in range(150)) == 1000
        assert sum(most(act, f"user{n}", "203.0.113.9") for n in range(20)) == 100


@pytest.mark.parametrize(("named", "expected"), [("alice", 3 * 16), ("user{}", 2 * 16)])
def test_networks_of_one_customer_have_sixteen_times_as_many_tries_as_one(monkeypatch, named, expected):
    monkeypatch.setattr(tries, "OF_BOTH", "3/hour")
    monkeypatch.setattr(tries, "OF_ADDRESS", "2/hour" if "{" in named else "1000/hour")
    with counting() as act:
        networks = [f"2001:db8:1:{n:x}::/64" for n in range(60)]
        assert sum(not fails(act, named.format(n), each) for n, each in enumerate(networks)) == expected
        assert not fails(act, named.format(0), "2001:db8:2::/64")


def test_strangers_do_not_use_up_the_tries_of_somebody_who_is_signed_in():
    with counting() as act:
        for n in range(200):
            most(act, "alice", f"198.51.100.{n}")
        assert fails(act, "alice", "192.0.2.1")
        for _ in range(20):
            tries.spend(act, "alice", "192.0.2.1", of="own")
        with pytest.raises(RateLimited):
            tries.spend(act, "alice", "192.0.2.1", of="own")
        tries.give_back(act, "alice", "192.0.2.1", of="own")
        tries.spend(act, "alice", "192.0.2.1", of="own")


def test_a_success_forgives_its_try_and_the_failed_ones_of_that_name_from_that_address():
    with counting() as act:
        for _ in range(200):
            for _ in range(3):
                assert not fails(act, "alice", "192.0.2.1")
            tries.forgive(act, "alice", "192.0.2.1")
            act.db.execute(tries.tries.delete().where(tries.tries.c.key != "both alice 192.0.2.1"))


def test_an_office_that_signs_in_without_mistakes_is_never_refused():
    with counting() as act:
        for n in range(250):
            assert not fails(act, f"user{n}", "192.0.2.1")
            tries.forgive(act, f"user{n}", "192.0.2.1")


def test_what_is_due_is_forgotten(monkeypatch):
    with counting() as act:
        for n in range(50):
            tries.spend(act, f"user{n}", f"192.0.2.{n}")
        later = time.time() + 10_000
        monkeypatch.setattr(time, "time", lambda: later)
        tries.spend(act, "alice", "198.51.100.1")
        keys = set(act.db.scalars(select(tries.tries.c.key)))
    assert keys == {"name alice", "both alice 198.51.100.1", "address 198.51.100.1"}


@given(st.integers(min_value=-10_000_000, max_value=-1))
def test_a_clock_that_was_set_back_refuses_no_one_for_longer_than_the_span(seconds):
    with counting() as act, pytest.MonkeyPatch.context() as patch:
        now = time.time()
        patch.setattr(time, "time", lambda: now)
        most(act, "alice", "192.0.2.1")
        patch.setattr(time, "time", lambda: now + seconds)
        with pytest.raises(RateLimited) as refused:
            tries.spend(act, "alice", "192.0.2.1")
        assert refused.value.details["retry_after"] <= 3601


async def test_guessing_is_refused_even_after_a_restart_and_the_owner_stays_signed_in(tmp_path):
    async with running(tmp_path) as server, connect(server.url, "alice") as alice:
        await alice.run("password.set", password=STRONG)
        codes = [await code_of(server.url, "password", username="alice", password=f"guess {n}") for n in range(11)]
        assert codes == ["unauthorized"] * 10 + ["rate_limited"]
        assert await code_of(server.url, "password", username="alice", password=STRONG) == "rate_limited"
        assert (await alice.run("user.me"))["user"]["username"] == "alice"
    async with running(tmp_path) as server, connect(server.url, "alice", token=alice.token) as again:
        assert await code_of(server.url, "password", username="alice", password=STRONG) == "rate_limited"
        code = (await again.run("link.create"))["link"]["code"]
        assert (await enter(server.url, "link", code=code))[0] == 200


async def test_right_passwords_and_codes_of_who_is_signed_in_count_as_no_tries(person, monkeypatch):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    for each in ("OF_OWN", "OF_CODE", "OF_CODES"):
        monkeypatch.setattr(tries, each, "1/day")
    codes = []
    for _ in range(2):
        app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
        codes = (await alice.run("factor.enable", code=app.now()))["codes"]
    for _ in range(2):
        await alice.run("factor.show", code=codes[0])
        codes = (await alice.run("factor.renew", password=STRONG, code=codes[1]))["codes"]
        assert (await enter(alice.url, "password", username="alice", password=STRONG, code=codes.pop()))[0] == 200
    outcomes = [
        (await DOORS["socket"](alice, "factor.show", {"code": each}))["error"]["code"] for each in ("x", codes[0])
    ]
    assert outcomes == ["invalid", "rate_limited"], "a wrong one does"
