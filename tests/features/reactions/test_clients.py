"""Every client shows the reactions that are stored."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import orjson
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from chatrooms.client import Client
from chatrooms.errors import Refusal
from chatrooms.features.messages import resending
from chatrooms.features.reactions import stored
from tests.direct import LOBBY, Direct, heard_by
from tests.features.reactions.later import HEART, PARTY, THUMB, Later
from tests.features.test_sync_pages import Line
from tests.people import PATIENCE


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
    for name, what, params in [*steps, ("wait", None, resending.LONGEST.total_seconds()), ("jobs", list, None)]:
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
