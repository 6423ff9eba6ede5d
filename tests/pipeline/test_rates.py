"""Limits per person and address."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms import gcra
from chatrooms.errors import Conflict, RateLimited
from chatrooms.gcra import Quota
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.broadcast import Signal
from chatrooms.pipeline.rates import Attempt, Limit, Rates
from chatrooms.pipeline.scopes import Scope
from chatrooms.settings import RATES, Settings
from tests.direct import LOBBY, Direct
from tests.doors import by_http
from tests.people import Refused, connect
from tests.servers import QUICK, running


class Clock:
    """A clock that the test advances."""

    def __init__(self, monkeypatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def limited(tmp_path, clock) -> Rates:
    return Rates(Settings(data=tmp_path, rate_post="2/second;3/minute"))


def spent(rates, username, network="", rate="post", weight=1) -> bool:
    try:
        rates.spend(rate, username, network, weight)
    except RateLimited:
        return False
    return True


def test_each_person_has_their_own_limit(limited):
    assert [spent(limited, "alice") for _ in range(3)] == [True, True, False]
    assert spent(limited, "bob")
    assert spent(limited, "alice", rate="other")


def test_each_of_several_limits_applies_and_the_time_to_wait_is_right(limited, clock):
    assert [spent(limited, "alice") for _ in range(2)] == [True, True]
    assert limited.limits["post"].wait("alice") == 1
    clock.now += 1
    assert spent(limited, "alice")
    assert not spent(limited, "alice")
    wait = limited.limits["post"].wait("alice")
    assert wait == 19  # the first of three in a minute is due again 20 seconds after it was used
    clock.now += wait - 1
    assert not spent(limited, "alice")
    clock.now += 1
    assert spent(limited, "alice")


def test_a_rejected_attempt_does_not_count(limited, clock):
    assert [spent(limited, "alice") for _ in range(9)].count(True) == 2
    clock.now += 1
    assert spent(limited, "alice")


def test_typing_is_emitted_once_in_three_seconds_for_each_person_and_room(limited, clock):
    typing = Signal("#lobby", "alice", "typing", {})
    assert [limited.passes(typing) for _ in range(2)] == [True, False]
    assert limited.passes(Signal("#other", "alice", "typing", {}))
    assert limited.passes(Signal("#lobby", "alice", "typing", {"stopped": True}))
    assert all(limited.passes(Signal("#lobby", "alice", "wave", None)) for _ in range(9))
    clock.now += 3
    assert limited.passes(typing)


def test_expired_entries_are_removed(clock, monkeypatch):
    monkeypatch.setattr(gcra, "FEWEST_TO_SWEEP", 10)
    each = Quota(1, 60)
    for number in range(100):
        each.take(number, clock.now)
        clock.now += 30
    assert len(each) <= 10 + 1


@given(st.floats(0, 1e9), st.floats(0.1, 1e5))
def test_somebody_new_may_have_one_at_once_at_any_time(now, seconds):
    assert Quota(1, seconds).wait("alice", now) == 0


@given(st.integers(1, 50), st.floats(0.1, 1000), st.lists(st.floats(0, 100), max_size=100))
def test_no_span_has_more_than_twice_the_amount(amount, seconds, pauses):
    now, each, taken = 0.0, Quota(amount, seconds), []
    for pause in pauses:
        now += pause
        if not each.wait("alice", now):
            each.take("alice", now)
            taken.append(now)
    for start in taken:
        assert sum(start <= when < start + seconds for when in taken) <= 2 * amount


@pytest.mark.parametrize("text", ["", "1", "0/second", "-1/second", "1/week", "1/second;", "many/minute", "1/0 second"])
def test_a_malformed_rate_is_rejected(text):
    with pytest.raises(ValueError, match="A rate looks like"):
        gcra.parse(text)


def test_rates_can_be_written_in_several_ways():
    assert len(gcra.parse("120/minute; 15/second")) == 2
    assert gcra.parse("1/3 seconds")
    assert gcra.parse("1000000/day")


async def test_invalid_commands_count_too(tmp_path):
    async with running(tmp_path, rate_other="5/minute") as server, connect(server.url, "alice") as alice:
        refusals = []
        for _ in range(7):
            with pytest.raises(Refused) as refused:
                await alice.run("presence.watch", usernames=["not a name"])
            refusals.append(refused.value.code)
        assert refusals == ["invalid"] * 5 + ["rate_limited"] * 2


async def test_posting_is_rate_limited_and_says_when_to_retry(tmp_path):
    async with running(tmp_path, rate_post="3/minute") as server, connect(server.url, "alice") as alice:
        for number in range(3):
            await alice.say("#lobby", f"{number}")
        with pytest.raises(Refused, match="rate_limited") as refused:
            await alice.say("#lobby", "one too many")
        assert 0 < refused.value.details["retry_after"] <= 60
        assert (await by_http(alice, "message.post", {"room": "#lobby", "text": "x"}))["error"][
            "code"
        ] == "rate_limited"


def test_people_at_one_address_share_the_limit_of_a_few_and_others_are_unaffected(limited):
    assert [spent(limited, "alice", "net") for _ in range(3)] == [True, True, False]
    crowd = [spent(limited, f"guest{number}", "net") for number in range(100)]
    assert crowd.count(True) == 2 * RATES["post"] - 2
    assert spent(limited, "bob", "elsewhere")
    assert [spent(limited, "carol", "") for _ in range(3)] == [True, True, False]


def site(number: int) -> str:
    """Return a network of 64 bits of a customer who has many."""
    return f"2001:db8:1:{number:x}::/64"


def most(count) -> int:
    """Return how many of 500 networks of a customer ``count`` allows one more."""

    def allows(network: str) -> bool:
        try:
            count(network)
        except RateLimited:
            return False
        return True

    assert allows("2001:db8:2::/64")
    allowed = sum(allows(site(number)) for number in range(500))
    assert allows("2001:db8:3::/64") and allows("192.0.2.1")
    return allowed


def test_many_networks_of_one_customer_have_sixteen_times_as_much_as_one(tmp_path, clock):
    rates = Rates(Settings(data=tmp_path, rate_post="2/second", rate_join="3/minute", rate_broadcast="1/hour"))
    guests = map(str, itertools.count())
    assert most(lambda network: rates.spend("post", next(guests), network)) == 2 * RATES["post"] * 16
    assert most(lambda network: rates.spend("broadcast", next(guests), network)) == 16
    assert most(lambda network: rates.spend_by_address("join", network)) == 3 * 16
    assert not spent(rates, "alice", site(1000)) and spent(rates, "alice", "192.0.2.1")


def test_what_many_networks_of_one_customer_begin_is_limited_for_each_other_and_in_all(tmp_path, clock):
    rates = Rates(Settings(data=tmp_path, rate_begin="2/hour", rate_begin_address="3/hour"))
    guests = map(str, itertools.count())
    assert most(lambda network: rates.begin(next(guests), network, ["vera"])) == 2 * 16
    assert most(lambda network: rates.begin(next(guests), network, [next(guests)])) == 3 * 16 - 2 * 16


def test_what_was_undone_is_given_back_and_what_runs_again_is_counted(limited, clock):
    attempt = Attempt(limited)
    for _ in range(5):
        attempt.undo()
        clock.now += 0.001
        assert spent(attempt, "alice", "net") and spent(attempt, "alice", "net")
        assert not spent(attempt, "alice", "net") and not spent(limited, "alice")
    attempt.undo()
    attempt.slow("alice", "#lobby", 30)
    attempt.undo()
    attempt.slow("alice", "#lobby", 30)
    with pytest.raises(RateLimited, match="slow mode"):
        limited.slow("alice", "#lobby", 30)
    assert [spent(limited, "alice") for _ in range(3)] == [True, True, False]


PAUSES = {
    1: "a second",
    30: "30 seconds",
    60: "a minute",
    90: "90 seconds",
    300: "5 minutes",
    3600: "an hour",
    5400: "90 minutes",
    21_600: "6 hours",
}


@pytest.mark.parametrize(("seconds", "words"), PAUSES.items())
def test_a_slow_room_says_how_often_you_can_post(limited, seconds, words):
    limited.slow("alice", "#lobby", seconds)
    with pytest.raises(RateLimited, match=f"you can post once in {words}\\."):
        limited.slow("alice", "#lobby", seconds)


def test_a_refusal_for_the_address_does_not_count_for_the_person(limited, clock):
    while spent(limited, f"guest{clock.now}", "net"):
        clock.now += 0.001
    assert not spent(limited, "alice", "net")
    assert [spent(limited, "alice", "home") for _ in range(3)] == [True, True, False]


def test_a_broadcast_below_the_limit_can_exceed_it_and_lengthens_the_wait(tmp_path, clock):
    rates = Rates(Settings(data=tmp_path, rate_broadcast="1000/10 seconds"))
    assert spent(rates, "alice", "net", "broadcast", 3000)
    assert not spent(rates, "alice", "net", "broadcast") and not spent(rates, "bob", "net", "broadcast")
    clock.now += 20.1
    assert spent(rates, "bob", "net", "broadcast")


def test_counting_is_thread_safe(tmp_path):
    rates = Rates(Settings(data=tmp_path, rate_post="1000/day"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: spent(rates, "alice", ""), range(1100)))
    assert found.count(True) == 1000


@pytest.mark.parametrize("now", [0.1, 8123.4567, 1e6 / 3, 9.87654321e7])
@pytest.mark.parametrize("text", ["1/day", "1/3 seconds", "3/hour", "7/second"])
def test_the_first_use_never_waits_whatever_the_time(monkeypatch, text, now):
    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert Limit(text).wait("somebody") == 0


@pytest.mark.parametrize(("milliseconds", "left"), [(1, 9), (4, 9), (11, 7), (10_000, 0)])
async def test_a_query_that_takes_long_counts_as_several_commands(tmp_path, monkeypatch, milliseconds, left):
    async with running(tmp_path, rate_other="10/day") as server, connect(server.url, "alice") as alice:
        spent = itertools.count(0, milliseconds / 1000)
        with monkeypatch.context() as patched:
            patched.setattr(time, "thread_time", lambda: next(spent))
            await alice.run("user.list", query="a")
        for _ in range(left):
            await alice.run("user.me")
        with pytest.raises(Refused, match="rate_limited"):
            await alice.run("user.me")


HOUR = 3600


def attempt(direct, me, command="message.post", **params) -> RateLimited | None:
    try:
        direct.run_as(me, command, params)
    except RateLimited as refusal:
        return refusal
    return None


@pytest.fixture
def writing(clock) -> Direct:
    """Return a chat in which a person may write 1,000 characters an hour; alice and bob have one address."""
    direct = Direct()
    direct.now = lambda: "2026-01-01T00:00:00.000Z"
    direct._rates = Rates(Settings(**QUICK | {"rate_text": "1000/hour"}))
    for name in ("alice", "bob", "mod"):
        direct.join(name)
    direct.appoint("mod", "moderator")
    return direct


def test_a_person_posts_and_edits_so_much_text_in_a_long_time(writing, clock):
    alice = Caller("alice", network="192.0.2.1")
    post = {"room": LOBBY, "text": "x" * 400}
    message = writing.run_as(alice, "message.post", post)[0]["message"]
    assert attempt(writing, alice, "message.edit", id=message["id"], text="y" * 400) is None
    for command, params in (("message.post", post), ("message.edit", {"id": message["id"], "text": "z"})):
        refused = attempt(writing, alice, command, **params)
        assert refused and "text" in refused.message and 0 < refused.details["retry_after"] <= HOUR
    assert [row["text"] for row in writing.run("alice", "history", {"room": LOBBY})[0]["messages"]] == ["y" * 400]
    assert attempt(writing, alice, "message.edit", id=message["id"], text="y" * 400) is None, "nothing is stored"
    assert attempt(writing, Caller("bob", network="192.0.2.1"), **post) is None
    clock.now += HOUR
    assert attempt(writing, alice, **post) is None


def test_an_address_posts_as_much_text_as_eight_people(writing):
    guests = [Caller(f"g{number:02}", network="192.0.2.7") for number in range(30)]
    for guest in guests:
        writing.join(guest.username)
    stored = [attempt(writing, guest, room=LOBBY, text="x" * 900) is None for guest in guests]
    assert stored == [True] * RATES["text"] + [False] * (30 - RATES["text"])
    assert attempt(writing, Caller("alice", network="192.0.2.8"), room=LOBBY, text="x" * 900) is None


def test_what_stays_besides_messages_counts_like_text(writing):
    """A new row of any kind is 100 characters and its text, so that no other command fills the disk instead."""
    alice = Caller("alice", network="192.0.2.1")
    ids = [writing.run("bob", "message.post", {"room": LOBBY, "text": "x"})[0]["message"]["id"] for _ in range(12)]
    writing.run("alice", "room.create", {"name": "#den"})
    each = {
        "message.pin": [{"id": id} for id in ids],
        "room.update": [{"room": "#den", "topic": f"{number}"} for number in range(12)],
        "reaction.add": [{"id": id, "emoji": "👍"} for id in ids],
        "bookmark.add": [{"id": id} for id in ids],
        "thread.follow": [{"id": id} for id in ids],
        "room.mute": [{"room": LOBBY, "until": f"2999-01-01T00:00:{number:02}.000Z"} for number in range(12)],
    }
    for command, params in each.items():
        writing._rates = Rates(Settings(**QUICK | {"rate_text": "1000/hour"}))
        refused = [attempt(writing, alice, command, **given) is not None for given in params]
        assert refused == sorted(refused) and 0 < sum(refused) < 7, command
    for command in ("message.pin", "reaction.add", "bookmark.add", "thread.follow"):
        assert attempt(writing, alice, command, **each[command][0]) is None, "again adds nothing"


def test_a_refusal_with_many_messages_counts_as_several(writing):
    for number in range(25):
        writing.run("bob", "message.post", {"room": LOBBY, "text": f"{number}"})
    writing._rates = Rates(Settings(**QUICK | {"rate_post": "10/hour"}))
    with pytest.raises(Conflict):
        writing.run("alice", "message.post", {"room": LOBBY, "text": "x", "if_seq": 1})
    assert [spent(writing._rates, "alice") for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize(("text", "left"), [("hello", 7), ("@bob and @mod", 5), ("@bob and @bob", 6)])
def test_each_person_who_is_mentioned_counts_like_another_message(writing, text, left):
    alice = Caller("alice", network="192.0.2.1")
    assert attempt(writing, alice, room=LOBBY, text=text.ljust(200, ".")) is None
    assert [attempt(writing, alice, room=LOBBY, text="x" * 10) for _ in range(left)].count(None) == left
    assert attempt(writing, alice, room=LOBBY, text="x" * 10) is not None


@pytest.mark.parametrize(
    ("me", "is_limited"),
    [
        (Caller("alice", session="1"), True),
        (Caller("alice", session="1", scope=Scope(frozenset({"post"}))), True),
        (Caller("mod", session="2", network="192.0.2.9"), False),
        (Caller("mod", session="2", scope=Scope(frozenset({"post"}))), False),
        (Caller("alice"), False),
        (APPLICATION, False),
    ],
    ids=["person", "key", "moderator", "key of a moderator", "application as a person", "application"],
)
def test_the_application_and_moderators_post_any_number(writing, me, is_limited):
    refusals = [attempt(writing, me, room=LOBBY, text="x" * 900) for _ in range(3)]
    assert [refusal is not None for refusal in refusals] == [False, is_limited, is_limited]
