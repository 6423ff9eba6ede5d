"""Reactions are stored when they are acknowledged, and sent together, at a bounded cost."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import orjson
import pytest

from chatrooms import clock
from chatrooms.features.reactions import SENDING, stored
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.tables import jobs
from tests.features.reactions.later import AT, HEART, PARTY, THUMB, Later
from tests.people import PATIENCE, Refused, connect
from tests.servers import running


async def test_an_acknowledged_reaction_survives_a_restart_and_is_sent_after_it(tmp_path, either_database, monkeypatch):
    monkeypatch.setattr(SENDING, "seconds", 100)
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
    changes = asyncio.run(direct.run_jobs(lambda found: found * 2))
    assert [change["rev"] for change in changes if "messages" in change] == [direct.posted["rev"] + 2]


def test_a_clock_that_was_set_back_holds_up_no_reaction(direct):
    direct.react("alice")
    direct.wait(-3600)
    assert len(direct.react("bob")[1]) == 1
    assert direct.react("carol")[1] == []


CROWDS = {"one emoji": (500, [THUMB]), "four emoji": (500, [THUMB, HEART, PARTY, "😮"])}
CROWDS |= {"all kinds": (40, [chr(0x1F600 + number) for number in range(50)])}


@pytest.mark.slow
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


def test_loading_a_page_reads_one_row_for_each_message_however_many_people_reacted(direct):
    with direct.engine.connect() as db:
        for query, values in (
            (stored.SUMMARIES, {"ids": "[]"}),
            (stored._of_person, {"ids": "[]", "username": "bob"}),
        ):
            compiled = query._statement.compile(db)
            given = tuple(values[name] for name in compiled.positiontup)
            plan = [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", given).all()]
            steps = [each for each in plan if "react" in each]
            assert steps and all(each.startswith("SEARCH") for each in steps), plan
