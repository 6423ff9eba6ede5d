"""The second factor of passwords: codes of an app, each of one use, and recovery codes; passkeys need none."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import create_engine

from chatrooms.errors import Unauthorized
from chatrooms.identity import totp
from tests.doors import DOORS
from tests.identity.entering import enter, whose
from tests.identity.test_passkeys import add
from tests.people import Person

STRONG = "umbrella cactus 42"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def later(self, seconds: float = 30) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: clock.now)
    return clock


async def turn_on(alice: Person, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Give alice a password and a second factor; return her app, and her recovery codes."""
    await alice.run("password.set", password=STRONG)
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    codes = (await alice.run("factor.enable", code=app.at(clock.now)))["codes"]
    clock.later()
    return app, codes


async def code_of(url: str, **params) -> str:
    """Return ``fine``, or the code with which signing in is refused."""
    status, answer, _ = await enter(url, "password", username="alice", password=STRONG, **params)
    return "fine" if status == 200 else answer["error"]["code"]


async def refused(alice: Person, command: str, **params) -> tuple[str, str]:
    """Return the code and the field of a refusal."""
    error = (await DOORS["socket"](alice, command, params))["error"]
    return error["code"], error["details"].get("field", "")


async def test_a_password_takes_a_code_too_once_an_app_has_shown_one(person, own_server, clock):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    begun = await alice.run("factor.begin", password=STRONG)
    assert await code_of(own_server.url) == "fine"  # not yet
    app = pyotp.TOTP(begun["secret"])
    assert await refused(alice, "factor.enable", code="000000") == ("invalid", "code")
    codes = (await alice.run("factor.enable", code=app.at(clock.now)))["codes"]
    assert len(set(codes)) == 10 and all(re.fullmatch("([a-z2-7]{4}-){5}[a-z2-7]{4}", code) for code in codes)
    clock.later()
    assert await code_of(own_server.url) == "code_required"
    status, _, cookie = await enter(
        own_server.url, "password", username="alice", password=STRONG, code=app.at(clock.now)
    )
    assert status == 200 and await whose(own_server.url, cookie) == "alice"
    state = await alice.run("factor.get")
    assert state["enabled_at"] and state["recovery_codes"] == 10


async def test_an_app_reads_the_secret_from_a_qr_code(person):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    begun = await alice.run("factor.begin", password=STRONG)
    read = urlsplit(begun["uri"])
    assert (read.scheme, read.netloc, read.path) == ("otpauth", "totp", "/Chatrooms:alice")
    assert parse_qs(read.query)["secret"] == [begun["secret"]] and len(begun["secret"]) == 32


async def test_a_code_is_asked_for_only_after_the_right_password(person, own_server, clock):
    app, _ = await turn_on(await person("alice"), clock)
    for username, password in (("alice", "wrong"), ("nobody", STRONG)):
        for code in ({}, {"code": app.at(clock.now)}):
            _, answer, _ = await enter(own_server.url, "password", username=username, password=password, **code)
            assert answer["error"]["message"] == "Wrong name or password."
    assert await code_of(own_server.url, code=app.at(clock.now)) == "fine"


async def test_a_code_counts_once_even_for_several_at_the_same_time(person, own_server, clock):
    app, _ = await turn_on(await person("alice"), clock)
    code = app.at(clock.now)
    outcomes = await asyncio.gather(*(code_of(own_server.url, code=code) for _ in range(3)))
    assert sorted(outcomes) == ["fine", "unauthorized", "unauthorized"]
    clock.later()
    assert await code_of(own_server.url, code=code) == "unauthorized"


async def test_the_code_that_turned_it_on_does_not_sign_in(person, own_server, clock):
    app, _ = await turn_on(await person("alice"), clock)
    assert await code_of(own_server.url, code=app.at(clock.now - 30)) == "unauthorized"


async def test_a_recovery_code_signs_in_once_however_it_is_typed(person, own_server, clock):
    alice = await person("alice")
    _, codes = await turn_on(alice, clock)
    assert await code_of(own_server.url, code=f" {codes[0].upper().replace('-', ' ')} ") == "fine"
    assert await code_of(own_server.url, code=codes[0]) == "unauthorized"
    assert (await alice.run("factor.get"))["recovery_codes"] == 9


async def test_wrong_codes_are_few_and_right_ones_do_not_count(person, own_server, clock):
    alice = await person("alice")
    app, codes = await turn_on(alice, clock)
    outcomes = [(await refused(alice, "factor.show", code="123456"))[0] for _ in range(6)]
    assert outcomes == ["invalid"] * 5 + ["rate_limited"]  # which keeps her from signing in nowhere
    for _ in range(7):
        assert await code_of(own_server.url, code=app.at(clock.now)) == "fine"
        clock.later()
    outcomes = [await code_of(own_server.url, code="123456") for _ in range(6)]
    assert outcomes == ["unauthorized"] * 5 + ["rate_limited"]
    assert await code_of(own_server.url, code=codes[0]) == "rate_limited"
    clock.later(900)
    assert await code_of(own_server.url, code=codes[0]) == "fine"


@pytest.mark.parametrize("command", ["factor.renew", "factor.disable"])
async def test_wrong_codes_are_few_with_the_password_too(person, clock, command):
    alice = await person("alice")
    _, codes = await turn_on(alice, clock)
    outcomes = [(await refused(alice, command, password=STRONG, code="123456"))[0] for _ in range(6)]
    assert outcomes == ["invalid"] * 5 + ["rate_limited"]
    assert (await refused(alice, command, password=STRONG, code=codes[0]))[0] == "rate_limited"
    assert (await alice.run("factor.get"))["recovery_codes"] == 10


async def test_wrong_first_codes_are_few_too(person, clock):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    outcomes = [(await refused(alice, "factor.enable", code="000000"))[0] for _ in range(6)]
    assert outcomes == ["invalid"] * 5 + ["rate_limited"]
    assert (await refused(alice, "factor.enable", code=app.at(clock.now)))[0] == "rate_limited"


@pytest.mark.parametrize(("minutes", "outcome"), [(14, "on"), (16, "late")])
async def test_a_prepared_secret_waits_for_a_quarter_of_an_hour(person, clock, minutes, outcome):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    clock.later(60 * minutes)
    if outcome == "on":
        assert (await alice.run("factor.enable", code=app.at(clock.now)))["codes"]
    else:
        assert await refused(alice, "factor.enable", code=app.at(clock.now)) == ("invalid", "code")


async def test_a_secret_that_is_only_prepared_is_no_second_factor(person, clock):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    for minutes in (0, 60):
        app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
        clock.later(60 * minutes)
        assert await refused(alice, "factor.show", code=app.at(clock.now)) == ("invalid", "code")
        assert await refused(alice, "factor.renew", password=STRONG, code=app.at(clock.now)) == ("invalid", "code")
    assert await alice.run("factor.get") == {"enabled_at": None, "recovery_codes": 0}
    await enter(alice.url, "password", username="alice", password=STRONG, claim="t" * 43)
    before = await person("alice", token="t" * 43)
    await turn_on_again(alice, clock)
    assert (await refused(before, "password.set", password=f"another {STRONG}", current=STRONG))[0] == (
        "second_factor_required"
    )


async def turn_on_again(alice: Person, clock: Clock) -> None:
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    await alice.run("factor.enable", code=app.at(clock.now))


async def test_turning_it_off_takes_the_password_and_a_code(person, own_server, clock):
    alice = await person("alice")
    app, codes = await turn_on(alice, clock)
    code = app.at(clock.now)
    assert await refused(alice, "factor.disable", password="wrong", code=code) == ("invalid", "password")
    assert await refused(alice, "factor.disable", password=STRONG, code="000000") == ("invalid", "code")
    assert await code_of(own_server.url) == "code_required"
    await alice.run("factor.disable", password=STRONG, code=code)
    assert await alice.run("factor.get") == {"enabled_at": None, "recovery_codes": 0}
    assert await code_of(own_server.url) == "fine"
    assert await refused(alice, "factor.disable", password=STRONG, code=codes[0]) == ("invalid", "code")


async def test_recovery_codes_are_made_anew_by_the_password_and_a_code_and_those_before_count_no_longer(
    person, own_server, clock
):
    alice = await person("alice")
    _, before = await turn_on(alice, clock)
    assert await refused(alice, "factor.renew", password="wrong", code=before[0]) == ("invalid", "password")
    assert await refused(alice, "factor.renew", password=STRONG, code="000000") == ("invalid", "code")
    after = (await alice.run("factor.renew", password=STRONG, code=before[0]))["codes"]
    assert len(after) == len(before) and not {*after} & {*before}
    assert (await alice.run("factor.get"))["recovery_codes"] == len(after)
    assert await refused(alice, "factor.renew", password=STRONG, code=before[1]) == ("invalid", "code")
    assert (await alice.run("factor.renew", password=STRONG, code=after[0]))["codes"]


async def test_it_takes_a_password_and_is_of_the_session_that_began_it(person, clock):
    alice = await person("alice")
    assert await refused(alice, "factor.begin", password=STRONG) == ("invalid", "password")
    assert await refused(alice, "factor.enable", code="123456") == ("invalid", "code")
    app, _ = await turn_on(alice, clock)
    assert await refused(alice, "factor.begin", password="wrong") == ("invalid", "password")
    assert await refused(alice, "factor.enable", code=app.at(clock.now)) == ("invalid", "code")
    another = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    await enter(alice.url, "password", username="alice", password=STRONG, code=app.at(clock.now), claim="b" * 43)
    elsewhere = await person("alice", token="b" * 43)
    assert await refused(elsewhere, "factor.enable", code=another.at(clock.now)) == ("invalid", "code")


async def test_another_app_takes_the_place_of_the_first_once_it_has_shown_a_code(person, clock):
    alice = await person("alice")
    await alice.run("password.set", password=STRONG)
    await enter(alice.url, "password", username="alice", password=STRONG, claim="t" * 43)
    by_password = await person("alice", token="t" * 43)
    app = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    codes = (await alice.run("factor.enable", code=app.at(clock.now)))["codes"]
    clock.later()
    await enter(alice.url, "password", username="alice", password=STRONG, code=codes[0], claim="b" * 43)
    shown = await person("alice", token="b" * 43)
    assert (await refused(by_password, "factor.begin", password=STRONG))[0] == "second_factor_required"
    another = pyotp.TOTP((await alice.run("factor.begin", password=STRONG))["secret"])
    assert await code_of(alice.url, code=app.at(clock.now)) == "fine", "until then it stays"
    clock.later()
    made = (await alice.run("factor.enable", code=another.at(clock.now)))["codes"]
    clock.later()
    for given in (app.at(clock.now), codes[1]):
        assert await code_of(alice.url, code=given) == "unauthorized"
    assert await code_of(alice.url, code=another.at(clock.now)) == await code_of(alice.url, code=made[0]) == "fine"
    assert (await refused(shown, "factor.begin", password=STRONG))[0] == "second_factor_required"
    assert (await alice.run("factor.get"))["recovery_codes"] == 9


async def test_a_passkey_is_both_factors(person, clock):
    alice = await person("alice")
    phone = await add(alice)
    await turn_on(alice, clock)
    assert await phone.sign_in() == "alice"


async def test_no_code_is_stored_or_logged(person, own_server, clock, caplog):
    alice = await person("alice")
    with caplog.at_level(logging.DEBUG):
        app, codes = await turn_on(alice, clock)
        await code_of(own_server.url, code=codes[0])
        await code_of(own_server.url, code="987654")
        await DOORS["socket"](alice, "factor.enable", {"code": "876543", "more": 1})
    assert not [each for each in (*codes, app.secret, "987654", "876543") if each in caplog.text]
    rows = await own_server.chat._pipeline.lookup(lambda db: db.execute(totp.recovery.select()).all())
    assert len(rows) == 9 and not [code for code in codes if code in repr(rows) or code.replace("-", "") in repr(rows)]


@pytest.mark.parametrize("off", range(-4, 5))
def test_a_clock_may_be_wrong_by_one_code_either_way(clock, off):
    with create_engine("sqlite://").connect() as db:
        for table in (totp.factors, totp.prepared, totp.recovery):
            table.create(db)
        app, act = pyotp.TOTP(totp.prepare(db, "alice", "s")), SimpleNamespace(db=db, now="now")
        code = app.at(clock.now + 30 * off)
        if abs(off) <= 1:
            totp.enable(act, "alice", "s", code)
        else:
            with pytest.raises(Unauthorized):
                totp.enable(act, "alice", "s", code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "\x00", "１２３４５６", "-", "null"])
def test_what_is_no_code_is_refused(clock, code):
    with create_engine("sqlite://").connect() as db:
        for table in (totp.factors, totp.prepared, totp.recovery):
            table.create(db)
        secret, act = totp.prepare(db, "alice", "s"), SimpleNamespace(db=db, now="now")
        for given in (code, pyotp.TOTP(secret).at(clock.now)):
            with pytest.raises(Unauthorized):
                totp.use(db, "alice", given)
        totp.enable(act, "alice", "s", pyotp.TOTP(secret).at(clock.now))
        with pytest.raises(Unauthorized):
            totp.use(db, "alice", code)


def test_the_codes_are_those_of_rfc_6238(clock):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    clock.now = 1_111_111_109.0
    assert totp._step_of(secret, "081804") == 1_111_111_109 // 30
