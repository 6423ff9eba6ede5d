"""Reactions: emoji on messages, seen by everyone at once, and however many they are, at a bounded cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from chatrooms import clock
from chatrooms.client import Client
from chatrooms.errors import Conflict, Invalid, NotFound, Refusal
from chatrooms.features.reactions import sending, stored
from chatrooms.features.reactions.emoji import emoji
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.tables import jobs
from tests.browser.preloads import STATIC
from tests.direct import LOBBY, Direct, heard_by
from tests.features.test_sync_pages import Line
from tests.people import PATIENCE, Refused, connect
from tests.servers import running

AT = "2026-01-01T12:00:00.000Z"
THUMB, HEART, PARTY = "👍", "❤️", "🎉"
OWN = "reaction"


class Later(Direct):
    """A database whose clock the test sets; alice and others are in the lobby."""

    def __init__(self, *others: str) -> None:
        super().__init__()
        self.at = AT
        self.now = lambda: self.at
        for name in ("alice", *others):
            self.join(name)
        self.posted = self.run("alice", "message.post", {"room": LOBBY, "text": "x" * 200})[0]["message"]

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at = clock.moved(self.at, timedelta(seconds=seconds))

    def react(self, who: str, what: str = THUMB, *, how: str = "add") -> tuple[Any, list[dict[str, Any]]]:
        """Add or remove a reaction; return the result and the changes."""
        return self.run(who, f"reaction.{how}", {"id": self.posted["id"], "emoji": what})

    def work(self) -> list[dict[str, Any]]:
        """Run the jobs that are due, and return their changes."""
        with self.engine.connect() as db:
            due = db.scalar(select(func.min(jobs.c.due_at)))
        return asyncio.run(self.run_jobs()) if due and due <= self.at else []

    def row(self) -> dict[str, Any]:
        """Return the message as a new client gets it."""
        return self.run("alice", "history", {"room": LOBBY})[0]["messages"][-1]

    def reactions(self) -> list[tuple[str, int, list[str]]]:
        """Return the message's reactions."""
        return [(each["emoji"], each["count"], each["people"]) for each in self.row()["reactions"]]


@pytest.fixture
def direct():
    direct = Later("bob", "carol")
    yield direct
    direct.engine.dispose()


async def hears_reactions(person, wanted):
    """Wait for a message with such reactions: each an emoji with its people."""
    change = await person.hears(
        lambda _, data: any(
            [(each["emoji"], each["people"]) for each in m["reactions"]] == wanted for m in data.get("messages", ())
        )
    )
    return change["messages"][-1]


async def test_a_reaction_is_seen_live_in_history_and_in_sync_on_either_database(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
    ):
        message = await alice.say("#lobby", "soup today")
        assert message["reactions"] == []
        answer = await bob.run("reaction.add", id=message["id"], emoji=THUMB)
        assert answer["message"]["reactions"] == [{"emoji": THUMB, "count": 1, "people": ["bob"]}]
        assert answer["message"]["rev"] == message["rev"] + 1 and answer["mine"] == {}
        live = await hears_reactions(alice, [(THUMB, ["bob"])])
        history = await alice.run("history", room="#lobby")
        sync = await alice.run("sync", revs={})
        synced = next(change for change in sync["changes"] if change["room"] == "#lobby")["messages"]
        assert [live] == history["messages"] == synced and history["mine"] == sync["mine"] == {}
        await alice.run("reaction.add", id=message["id"], emoji=HEART)
        await bob.run("reaction.add", id=message["id"], emoji=HEART)
        await bob.run("reaction.remove", id=message["id"], emoji=THUMB)
        await hears_reactions(bob, [(HEART, ["alice", "bob"])])
        assert (await bob.run("reaction.list", id=message["id"], emoji=HEART))["people"] == ["alice", "bob"]


async def test_an_acknowledged_reaction_survives_a_restart_and_is_sent_after_it(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 100)
    async with running(tmp_path, database=either_database) as server, connect(server.url, "alice") as alice:
        message = await alice.say("#lobby", "hello")
        await alice.run("reaction.add", id=message["id"], emoji=THUMB)
        waiting = (await alice.run("reaction.add", id=message["id"], emoji=HEART))["message"]
        assert [each["emoji"] for each in waiting["reactions"]] == [THUMB, HEART]
        await alice.settled()
        assert [len(row["reactions"]) for row in alice.rows("messages")] == [0, 1]
        token = alice.token
        await server.chat._pipeline.change(lambda act: act.db.execute(jobs.update().values(due_at=AT)), NOBODY)
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice", token=token) as alice,
        asyncio.timeout(PATIENCE),
    ):
        while (await alice.run("history", room="#lobby"))["messages"][-1]["rev"] == waiting["rev"]:
            await asyncio.sleep(0.01)
        (row,) = (await alice.run("history", room="#lobby"))["messages"]
        assert (row["reactions"], row["rev"]) == (waiting["reactions"], waiting["rev"] + 1)


# What an emoji is.

VALID = {
    "👍": "👍",
    "👍\ufe0f": "👍",
    "❤": "❤\ufe0f",
    "❤\ufe0f": "❤\ufe0f",
    "👍🏽": "👍🏽",
    "🇩🇪": "🇩🇪",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f": None,
    "1\u20e3": "1\ufe0f\u20e3",
    "👩🏿\u200d❤\ufe0f\u200d💋\u200d👩🏻": None,
    "👩\u200d❤\u200d👩": "👩\u200d❤\ufe0f\u200d👩",
    "🕵\ufe0f\u200d♂\ufe0f": None,
    "🏳\u200d🌈": "🏳\ufe0f\u200d🌈",
    "☺": "☺\ufe0f",
    "🏽": None,
    "\U0001fae9": None,
}
"""Each with the form in which it is stored; None for the same."""
INVALID = [
    *("", " ", "a", "1", "#", "+1", ":+1:", "☃\ufe0e", "\ufe0f", "\u200d", "👍👍", "👍 ", " 👍", "👍\n", "🇩", "🇩🇪🇫🇷"),
    *("👍\ufe0f\ufe0f", "👍\u200d", "👍🏽🏽", "👩\u200d👩\u200d👩\u200d👩\u200d👩", "❤\ufe0e"),
    *("🏴\U000e0067\U000e007f", "👍" * 30, "\u200d".join("👩" * 15), "👍" + "\ufe0f" * 19, "👍" + "\u0301" * 29),
    *("\ud83d", "\U0010ffff", "<b>", "\x00"),
]


@pytest.mark.parametrize(("given", "form"), VALID.items())
def test_one_emoji_is_one_in_its_recommended_form(given, form):
    assert emoji(given) == (form or given) == emoji(form or given)


@pytest.mark.parametrize("given", INVALID)
@pytest.mark.parametrize("command", ["reaction.add", "reaction.remove", "reaction.list"])
def test_anything_else_is_none(direct, command, given):
    with pytest.raises(Invalid) as refused:
        direct.run("bob", command, {"id": direct.posted["id"], "emoji": given})
    assert refused.value.details["field"] == "emoji"
    assert direct.reactions() == []


@given(st.text(max_size=8) | st.text(alphabet="👍👩❤🏽\ufe0f\u200d🇩🇪1\u20e3", max_size=8))
def test_whatever_is_taken_for_an_emoji_comes_back_unchanged_the_second_time(given):
    with suppress(ValueError):
        form = emoji(given)
        assert emoji(form) == form and form.replace("\ufe0f", "") == given.replace("\ufe0f", "")


def test_every_emoji_of_the_picker_is_one():
    for each in orjson.loads((STATIC / "vendor" / "emoji.json").read_bytes()):
        assert emoji(each["emoji"]) in (each["emoji"], each["emoji"].replace("\ufe0f", ""))


# What reacting does.


def test_reacting_twice_and_removing_twice_has_no_effect(direct):
    first, changes = direct.react("bob")
    assert changes and direct.react("bob", THUMB + "\ufe0f") == (first, [])
    direct.wait(2)
    removed, changes = direct.react("bob", how="remove")
    assert changes and removed["message"]["reactions"] == []
    assert direct.react("bob", how="remove") == (removed, [])
    assert direct.react("carol", HEART, how="remove") == (removed, [])


def test_the_oldest_emoji_comes_first_and_keeps_its_place_while_anyone_uses_it(direct):
    for who, what in (("alice", THUMB), ("bob", HEART), ("bob", THUMB)):
        direct.react(who, what)
    direct.react("alice", THUMB, how="remove")
    assert direct.reactions() == [(THUMB, 1, ["bob"]), (HEART, 1, ["bob"])]
    direct.react("bob", THUMB, how="remove")
    direct.react("alice", THUMB)
    assert direct.reactions() == [(HEART, 1, ["bob"]), (THUMB, 1, ["alice"])]


def test_a_message_has_at_most_fifty_kinds(direct):
    emojis = [chr(0x1F600 + number) for number in range(51)]
    for each in emojis[:50]:
        direct.react("alice", each)
    with pytest.raises(Conflict, match="50") as refused:
        direct.react("bob", emojis[50])
    assert refused.value.details["field"] == "emoji"
    assert direct.react("bob", emojis[0])[0]["message"]["reactions"][0]["count"] == 2
    direct.react("alice", emojis[1], how="remove")
    direct.react("bob", emojis[50])
    assert [kind for kind, _, _ in direct.reactions()] == [emojis[0], *emojis[2:51]]


def test_a_deleted_message_loses_its_reactions_and_gets_no_more(direct):
    direct.react("bob")
    direct.react("carol")
    tombstone = direct.run("alice", "message.delete", {"id": direct.posted["id"]})[0]["message"]
    assert tombstone["reactions"] == () and direct.row()["reactions"] == ()
    for command in ("reaction.add", "reaction.remove", "reaction.list"):
        with pytest.raises(NotFound, match="deleted"):
            direct.run("bob", command, {"id": direct.posted["id"], "emoji": THUMB})
    direct.wait(5)
    assert direct.work() == [], "a deleted message never changes again"
    with direct.engine.connect() as db:
        assert [db.scalar(select(func.count()).select_from(table)) for table in (stored.reactions, stored.reacted)] == [
            0,
            0,
        ]


def test_an_edit_keeps_the_reactions(direct):
    direct.react("bob")
    edited = direct.run("alice", "message.edit", {"id": direct.posted["id"], "text": "y"})[0]["message"]
    assert edited["reactions"] == direct.row()["reactions"] == [{"emoji": THUMB, "count": 1, "people": ["bob"]}]


async def test_an_archived_room_keeps_its_reactions_and_gets_no_others(person):
    alice = await person("alice")
    await alice.run("room.create", name="den")
    message = await alice.say("#den", "a")
    await alice.run("reaction.add", id=message["id"], emoji=THUMB)
    await alice.run("reaction.add", id=message["id"], emoji=HEART)
    await alice.run("room.archive", room="#den")
    for command in ("reaction.add", "reaction.remove"):
        with pytest.raises(Refused, match="archived"):
            await alice.run(command, id=message["id"], emoji=THUMB)
    assert (await alice.run("reaction.list", id=message["id"], emoji=THUMB))["people"] == ["alice"]
    await hears_reactions(alice, [(THUMB, ["alice"]), (HEART, ["alice"])])


async def test_people_react_in_conversations_and_to_their_own_notes(person):
    alice, bob = await person("alice"), await person("bob")
    message = await alice.say("bob", "hi")
    await bob.run("reaction.add", id=message["id"], emoji=THUMB)
    await hears_reactions(alice, [(THUMB, ["bob"])])
    note = await alice.say("alice", "milk")
    assert (await alice.run("reaction.add", id=note["id"], emoji=PARTY))["message"]["reactions"][0]["count"] == 1
    with pytest.raises(Refused, match="not_found"):
        await bob.run("reaction.add", id=note["id"], emoji=THUMB)


# How often a message is sent.


def test_the_reactions_of_a_second_are_sent_together(direct):
    assert [change["rev"] for change in direct.react("alice")[1]] == [direct.posted["rev"] + 1]
    direct.wait(0.5)
    for who in ("bob", "carol"):
        answer, changes = direct.react(who)
        assert changes == [] and answer["message"] == direct.row(), "stored, and in what anyone asks for"
    direct.react("bob", HEART)
    direct.react("carol", how="remove")
    assert direct.work() == []
    direct.wait(0.5)
    (change,) = direct.work()
    assert change["messages"] == [direct.row()] and change["rev"] == direct.posted["rev"] + 2
    assert direct.reactions() == [(THUMB, 2, ["alice", "bob"]), (HEART, 1, ["bob"])]
    direct.wait(0.5)
    assert direct.react("carol")[1] == []
    direct.wait(1)
    assert len(direct.react("carol", HEART)[1]) == 1, "the job is late, and finds nothing to do"
    assert direct.work() == []


def test_a_job_that_runs_again_sends_nothing(direct):
    direct.react("alice")
    direct.react("bob")
    direct.wait(1)
    assert [change["rev"] for change in asyncio.run(direct.run_jobs(lambda found: found * 2))] == [
        direct.posted["rev"] + 2
    ]


def test_a_clock_that_was_set_back_holds_up_no_reaction(direct):
    direct.react("alice")
    direct.wait(-3600)
    assert len(direct.react("bob")[1]) == 1
    assert direct.react("carol")[1] == []


CROWDS = {"one emoji": (500, [THUMB]), "four emoji": (500, [THUMB, HEART, PARTY, "😮"])}
CROWDS |= {"all kinds": (40, [chr(0x1F600 + number) for number in range(50)])}


@pytest.mark.parametrize(("people", "kinds"), CROWDS.values(), ids=CROWDS)
def test_two_thousand_reactions_in_a_minute_cost_a_reader_a_hundred_kilobytes(people, kinds):
    names = [f"person{number}" for number in range(people)]
    direct = Later(*names)
    received, moments = 0, []
    for number in range(2000):
        name, kind = names[number % people], kinds[number // people % len(kinds)]
        how = "remove" if len(kinds) == 1 and number // people % 2 else "add"
        for change in [*direct.react(name, kind, how=how)[1], *direct.work()]:
            received += len(orjson.dumps(["change", change]))
            moments.append(direct.at)
        direct.wait(0.03)
    direct.wait(60)
    received += sum(len(orjson.dumps(["change", change])) for change in direct.work())
    assert received <= 100_000
    assert all(clock.moved(a, timedelta(seconds=1)) <= b for a, b in pairwise(moments))
    assert max(Counter(moments).values()) == 1 and len(moments) > 4
    direct.engine.dispose()


async def test_a_reaction_that_waits_counts_as_what_it_will_send(tmp_path):
    async with running(tmp_path, rate_broadcast="20/hour") as server, connect(server.url, "alice") as alice:
        message = await alice.say("#lobby", "x" * 9_000)
        for each in (THUMB, HEART, PARTY):
            await alice.run("reaction.add", id=message["id"], emoji=each)
        with pytest.raises(Refused, match="rate_limited"):
            await alice.say("#lobby", "x" * 2_000)


async def test_reactions_count_like_messages(tmp_path):
    async with running(tmp_path, rate_post="3/hour") as server, connect(server.url, "alice") as alice:
        message = await alice.say("#lobby", "hello")
        await alice.run("reaction.add", id=message["id"], emoji=THUMB)
        await alice.run("reaction.remove", id=message["id"], emoji=THUMB)
        with pytest.raises(Refused, match="rate_limited"):
            await alice.run("reaction.add", id=message["id"], emoji=THUMB)


# What people know of their own reactions.


def test_the_first_twenty_are_named_and_others_know_their_own(direct):
    names = [f"p{number:02}" for number in range(25)]
    for name in names:
        direct.join(name)
        direct.react(name)
    assert direct.reactions() == [(THUMB, 25, names[:20])]
    id = direct.posted["id"]
    assert direct.react(names[24])[0]["mine"] == {id: [THUMB]}
    for name, mine in ((names[24], {id: [THUMB]}), (names[3], {}), ("bob", {})):
        assert direct.run(name, "history", {"room": LOBBY})[0]["mine"] == mine
        assert direct.run(name, "sync", {"revs": {}})[0]["mine"] == mine
    direct.react(names[0], how="remove")
    assert direct.reactions() == [(THUMB, 24, names[1:21])]
    assert direct.run(names[20], "history", {"room": LOBBY})[0]["mine"] == {}
    assert direct.react(names[24], how="remove")[0]["mine"] == {}


async def test_a_persons_other_connections_learn_of_their_own_reactions(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(stored, "FIRST", 1)
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "bob", token=bob.token) as phone,
    ):
        message = await alice.say("#lobby", "hello")
        about = {"room": "#lobby", "message": message["id"]}
        await alice.run("reaction.add", id=message["id"], emoji=THUMB)
        answer = await bob.run("reaction.add", id=message["id"], emoji=THUMB)
        heard = await phone.hears(lambda event, data: event == "signal" and data["type"] == OWN)
        assert heard == {"room": "bob", "from": "bob", "type": OWN, "data": {**about, "mine": [THUMB]}}
        mine = {message["id"]: [THUMB]}
        history, sync = await phone.run("history", room="#lobby"), await phone.run("sync", revs={})
        assert answer["mine"] == history["mine"] == sync["mine"] == mine
        assert (await alice.run("history", room="#lobby"))["mine"] == {}
        await bob.run("reaction.remove", id=message["id"], emoji=THUMB)
        await phone.hears(lambda _, data: data.get("data") == {**about, "mine": []})
        assert all(signal["from"] == "alice" for signal in alice.signals(OWN))
        with pytest.raises(Refused, match="reserved"):
            await alice.run("signal", to="bob", type=OWN, data={**about, "mine": []})


def test_all_people_come_in_pages_in_the_order_of_reacting(direct):
    names = [f"p{(number * 7) % 205:03}" for number in range(205)]
    for name in names:
        direct.join(name)
        direct.react(name)
    pages, after = [], ""
    for _ in range(3):
        page, _ = direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": THUMB, "after": after})
        pages.append((len(page["people"]), page["more"]))
        assert page["people"] == names[: len(page["people"])]
        after, names = page["people"][-1], names[len(page["people"]) :]
    assert pages == [(100, True), (100, True), (5, False)]
    with pytest.raises(NotFound) as refused:
        direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": THUMB, "after": "carol"})
    assert refused.value.details["field"] == "after"
    nobody = direct.run("bob", "reaction.list", {"id": direct.posted["id"], "emoji": HEART})[0]
    assert nobody == {"people": [], "more": False}


async def test_the_python_client_reacts_and_keeps_reactions(own_server, alice):
    message = await alice.say("#lobby", "hello")
    async with Client(own_server.url, username="dora") as dora:
        changes = dora.changes()
        row = await dora.react(message["id"], THUMB)
        async with asyncio.timeout(PATIENCE):
            async for change in changes:
                if any(each["reactions"] for each in change.rows("messages")):
                    break
        assert dora.rooms["#lobby"].messages[message["seq"]] == row
        assert row["reactions"] == [{"emoji": THUMB, "count": 1, "people": ["dora"]}]
        assert await dora.reactions(message["id"], THUMB) == {"people": ["dora"], "more": False}
        assert (await dora.unreact(message["id"], THUMB))["reactions"] == []


# What every client shows is what is stored, whatever happens in which order.
PEOPLE = ("alice", "bob", "carol", "dave")
ids = st.integers(1, 3).map(lambda number: str(UUID(int=number)))
who = st.sampled_from(PEOPLE)
reacting = st.tuples(
    who,
    st.sampled_from(("reaction.add", "reaction.add", "reaction.remove")),
    st.fixed_dictionaries({"id": ids, "emoji": st.sampled_from((THUMB, HEART, PARTY))}),
)
step = st.one_of(
    reacting,
    reacting,
    reacting,
    st.tuples(who, st.just("message.post"), st.fixed_dictionaries({"room": st.just(LOBBY), "text": who, "id": ids})),
    st.tuples(who, st.just("message.edit"), st.fixed_dictionaries({"id": ids, "text": who})),
    st.tuples(who, st.just("message.delete"), st.fixed_dictionaries({"id": ids})),
    st.tuples(st.just("wait"), st.none(), st.sampled_from((0.2, 0.6, 1.5))),
    st.tuples(st.just("jobs"), st.sampled_from((list, lambda found: found[::-1], lambda found: found * 2)), st.none()),
    st.tuples(st.just("ask"), st.none(), st.none()),
    st.tuples(st.just("miss"), st.none(), st.none()),
)


async def lives(steps: list[Any]) -> None:
    direct = Later("bob", "carol", "dave")
    tab = Line(direct)
    await tab.caught_up()
    is_heard = True
    for name, what, params in [*steps, ("jobs", list, None)]:
        if name == "ask":
            await tab.caught_up()
            is_heard = True
        elif name == "miss":
            is_heard = False
        elif name == "wait":
            direct.wait(params)
        else:
            with suppress(Refusal):
                changes = await direct.run_jobs(what) if name == "jobs" else direct.run(name, what, params)[1]
                for change in heard_by("alice", changes) if is_heard else ():
                    tab._hear(change)
    await tab.caught_up()
    fresh = Line(direct)
    await fresh.caught_up()
    held = {seq: orjson.loads(orjson.dumps(row)) for seq, row in tab.state.rooms[LOBBY].messages.items()}
    assert held == {seq: orjson.loads(orjson.dumps(row)) for seq, row in fresh.state.rooms[LOBBY].messages.items()}
    for row in held.values():
        assert {each["emoji"]: (each["count"], each["people"]) for each in row["reactions"]} == counted(direct, row)
    direct.engine.dispose()


def counted(direct: Direct, row: dict[str, Any]) -> dict[str, tuple[int, list[str]]]:
    """Return a message's reactions, counted anew."""
    with direct.engine.connect() as db:
        found = db.execute(
            select(stored.reactions.c.emoji, stored.reactions.c.username)
            .where(stored.reactions.c.message == row["id"])
            .order_by(stored.reactions.c.key)
        ).all()
    people: dict[str, list[str]] = {}
    for each in found:
        people.setdefault(each.emoji, []).append(each.username)
    return {kind: (len(names), names[: stored.FIRST]) for kind, names in people.items()}


@given(st.lists(step, min_size=10, max_size=60), st.sampled_from((1, 2, 20)))
@settings(max_examples=40, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
def test_every_client_shows_what_is_stored(steps, first):
    before, stored.FIRST = stored.FIRST, first
    try:
        asyncio.run(lives(steps))
    finally:
        stored.FIRST = before


def test_loading_a_page_reads_one_row_for_each_message_however_many_people_reacted(direct):
    with direct.engine.connect() as db:
        for query, values in (
            (stored._summaries, {"ids": "[]"}),
            (stored._of_person, {"ids": "[]", "username": "bob"}),
        ):
            compiled = query._statement.compile(db)
            given = tuple(values[name] for name in compiled.positiontup)
            plan = [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", given).all()]
            steps = [each for each in plan if "react" in each]
            assert steps and all(each.startswith("SEARCH") for each in steps), plan
