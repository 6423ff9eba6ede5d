"""Events in timelines: what happened in a room, as rows of their own kind that are never unread."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import select

from chatrooms.errors import Conflict, Invalid, RateLimited, Refusal
from chatrooms.features import inbox
from chatrooms.pipeline.feature import on
from chatrooms.pipeline.rates import Rates
from chatrooms.settings import Settings
from chatrooms.storage.rows import EventKind, Message
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import jobs, members, messages, reads
from tests.direct import LOBBY, OURS, Direct, declare
from tests.servers import QUICK

DEN = "#den"


@pytest.fixture
def database(either_database: str) -> str:
    """Run the tests with people on both databases."""
    return either_database


@pytest.fixture
def direct() -> Direct:
    """Return a chat with alice's room #den, of which bob is a member and carol is not."""
    made = Direct()
    for name in ("alice", "bob", "carol"):
        made.join(name)
    made.run("alice", "room.create", {"name": DEN})
    made.run("alice", "room.invite", {"room": DEN, "username": "bob"})
    return made


def timeline(direct: Direct, room: str = DEN, **where: int) -> list[dict[str, Any]]:
    """Return the rows of a room, as members get them."""
    return direct.run("alice", "history", {"room": room, "limit": 100, **where})[0]["messages"]


def newest(direct: Direct) -> dict[str, Any]:
    return timeline(direct)[-1]


def is_in(direct: Direct, username: str) -> bool:
    """Return whether somebody belongs to #den."""
    with direct.engine.connect() as db:
        found = select(members.c.username).where(members.c.room == DEN, members.c.gone.is_(False))
        return username in db.scalars(found).all()


def told(direct: Direct) -> tuple[str, str, str, Any]:
    event = newest(direct)
    return event["author"], event["kind"], event["text"], event["data"]


TOLD = [
    ("carol", "room.join", {}, "joined", "carol joined.", None),
    ("bob", "room.invite", {"username": "carol"}, "invited", "bob invited carol.", {"username": "carol"}),
    ("bob", "room.leave", {}, "left", "bob left.", None),
    ("alice", "room.leave", {}, "left", "alice left. bob is now the owner.", {"owner": "bob"}),
    ("alice", "room.remove", {"username": "bob"}, "removed", "alice removed bob.", {"username": "bob"}),
    ("alice", "room.remove", {"username": "alice"}, "left", "alice left. bob is now the owner.", {"owner": "bob"}),
    (
        "alice",
        "room.update",
        {"title": "*Den*"},
        "renamed",
        "alice renamed the room to “*Den*”.",
        {"title": "*Den*"},
    ),
    ("alice", "room.update", {"topic": "Foxes"}, "topic", "alice changed the topic to “Foxes”.", {"topic": "Foxes"}),
    ("alice", "room.update", {"access": "private"}, "access", "alice made the room private.", {"access": "private"}),
    (
        "alice",
        "room.update",
        {"access": "private", "title": "den", "topic": "Foxes"},
        "topic",
        "alice changed the topic to “Foxes” and made the room private.",
        {"topic": "Foxes", "access": "private"},
    ),
    ("alice", "room.archive", {}, "archived", "alice archived the room.", None),
]


@pytest.mark.parametrize(("who", "command", "params", "kind", "text", "data"), TOLD)
def test_what_changes_a_room_for_everyone_is_an_event_in_its_timeline(direct, who, command, params, kind, text, data):
    before = len(timeline(direct))
    (change,) = [change for change in direct.run(who, command, {"room": DEN, **params})[1] if change["room"] == DEN]
    reader = "alice" if is_in(direct, "alice") else "bob"
    (event,) = direct.run(reader, "history", {"room": DEN})[0]["messages"][before:]
    assert (event["author"], event["kind"], event["text"], event["data"]) == (who, kind, text, data)
    assert (event["number"], event["seq"], event["rev"]) == (None, change["rev"], change["rev"])
    assert event["mentions"] == event["reactions"] == []
    missed = direct.run(reader, "sync", {"revs": {DEN: change["rev"] - 1}})[0]["changes"]
    caught = next(change for change in missed if change["room"] == DEN)
    assert change["messages"] == caught["messages"] == [event], "live as later"


def test_pinning_unpinning_and_unarchiving_are_told_too(direct):
    message = direct.run("alice", "message.post", {"room": DEN, "text": "keep this"})[0]["message"]
    _, (change,) = direct.run("bob", "message.pin", {"id": message["id"]})
    assert [row["kind"] for row in change["messages"]] == ["text", "pinned"]
    assert told(direct) == ("bob", "pinned", "bob pinned a message.", {"message": message["id"], "seq": message["seq"]})
    _, (change,) = direct.run("alice", "message.unpin", {"id": message["id"]})
    assert [row["kind"] for row in change["messages"]] == ["text", "unpinned"]
    about = {"message": message["id"], "seq": message["seq"]}
    assert told(direct) == ("alice", "unpinned", "alice unpinned a message.", about)
    assert direct.run("alice", "message.unpin", {"id": message["id"]})[1] == []
    for command in ("room.archive", "room.unarchive"):
        direct.run("alice", command, {"room": DEN})
    assert told(direct) == ("alice", "unarchived", "alice unarchived the room.", None)


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_each_kind_of_event_fits_its_column_and_is_documented(kind):
    assert len(kind) <= messages.c.kind.type.length
    _, field = get_args(get_type_hints(Message, include_extras=True)["kind"])
    assert f"`{kind}`" in field.description


def test_a_removed_topic_is_told(direct):
    direct.run("alice", "room.update", {"room": DEN, "topic": "Foxes"})
    direct.run("alice", "room.update", {"room": DEN, "topic": ""})
    assert told(direct) == ("alice", "topic", "alice removed the topic.", {"topic": ""})


def test_what_changes_nothing_for_everyone_is_not_told(direct):
    direct.join("dave")
    assert timeline(direct, LOBBY) == [], "joining the chat"
    message = direct.run("alice", "message.post", {"room": DEN, "text": "x"})[0]["message"]
    direct.run("alice", "message.pin", {"id": message["id"]})
    before = timeline(direct)
    for who, command, params in (
        ("bob", "room.join", {"room": DEN}),
        ("alice", "room.invite", {"room": DEN, "username": "bob"}),
        ("alice", "room.update", {"room": DEN, "title": "den", "topic": "", "access": "open"}),
        ("alice", "room.unarchive", {"room": DEN}),
        ("alice", "message.pin", {"id": message["id"]}),
        ("bob", "room.mute", {"room": DEN}),
        ("bob", "room.favorite", {"room": DEN}),
        ("bob", "read.mark", {"room": DEN, "seq": 99}),
        ("bob", "history", {"room": DEN}),
    ):
        direct.run(who, command, params)
        assert timeline(direct) == before, command
    direct.run("alice", "message.post", {"room": "bob", "text": "x"})
    assert [row["kind"] for row in timeline(direct, "alice+bob")] == ["text"], "beginning a conversation"


def test_leaving_and_returning_is_told_each_time(direct):
    for _ in range(2):
        direct.run("bob", "room.leave", {"room": DEN})
        direct.run("bob", "room.join", {"room": DEN})
    assert [row["text"] for row in timeline(direct)] == [
        "alice invited bob.",
        *["bob left.", "bob joined."] * 2,
    ]
    direct.run("carol", "room.leave", {"room": LOBBY})
    direct.run("carol", "room.join", {"room": LOBBY})
    assert [row["text"] for row in timeline(direct, LOBBY)] == ["carol left.", "carol joined."]


def test_events_are_not_numbered_and_leave_everything_that_counts_messages_alone(direct):
    first = direct.run("alice", "message.post", {"room": DEN, "text": "one"})[0]["message"]
    unread = read_by(direct, "bob")
    row = direct.run("alice", "room.update", {"room": DEN, "topic": "@bob"})[0]["room"]
    assert (row["posted"], row["posted_at"]) == (1, first["at"])
    direct.run("carol", "room.join", {"room": DEN})
    assert read_by(direct, "carol")[:3] == (first["seq"], 1, 0), "nothing is unread after joining"
    again = read_by(direct, "bob")
    assert again[:3] == unread[:3]
    second = direct.run("alice", "message.post", {"room": DEN, "text": "two"})[0]["message"]
    assert second["number"] == 2
    for seq, number in ((second["seq"] - 1, 1), (10**6, 2)):
        marked = direct.run("bob", "read.mark", {"room": DEN, "seq": seq})[0]["read"]
        assert (marked["seq"], marked["number"], marked["uncounted"]) == (
            (first if number == 1 else second)["seq"],
            number,
            0,
        )
    with direct.engine.connect() as db:
        assert db.execute(select(jobs).where(jobs.c.kind == inbox.concerned.MENTIONS.name)).all() == []


def read_by(direct: Direct, username: str) -> tuple[int, int, int, int]:
    """Return a person's read position in #den."""
    answer = direct.run(username, "sync", {"revs": {}})[0]
    (read,) = [row for row in answer["reads"] if row["room"] == DEN]
    return read["seq"], read["number"], read["uncounted"], read["room_rev"]


NOT_A_MESSAGE = [
    ("message.edit", {"text": "never"}),
    ("message.delete", {}),
    ("message.pin", {}),
    ("message.unpin", {}),
    ("reaction.add", {"emoji": "\N{THUMBS UP SIGN}"}),
    ("reaction.remove", {"emoji": "\N{THUMBS UP SIGN}"}),
]


@pytest.mark.parametrize("author", ["alice", "bob"])
@pytest.mark.parametrize(("command", "params"), NOT_A_MESSAGE)
def test_no_one_can_change_pin_or_react_to_an_event(direct, command, params, author):
    event = newest(direct)
    with pytest.raises(Invalid, match="not a message") as refused:
        direct.run(author, command, {"id": event["id"], **params})
    assert refused.value.details["field"] == "id"
    with pytest.raises(Refusal) as hidden:
        direct.run("carol", command, {"id": event["id"], **params})
    assert hidden.value.code == "not_found", "who is no member learns nothing"
    assert newest(direct) == event


def test_no_one_can_reply_to_an_event_or_post_with_its_id(direct):
    event = newest(direct)
    assert event["author"] == "alice"
    with pytest.raises(Invalid, match="not a message") as refused:
        direct.run("alice", "message.post", {"room": DEN, "text": "x", "reply_to": event["id"]})
    assert refused.value.details["field"] == "reply_to"
    with pytest.raises(Conflict):
        direct.run("alice", "message.post", {"room": DEN, "text": "x", "id": event["id"]})
    assert newest(direct) == event


def test_listeners_hear_of_events_only_if_they_ask(direct, monkeypatch):
    heard: dict[str, list[str]] = {"messages": [], "all": []}
    quiet = on("messages")(lambda _, rows: heard["messages"].extend(row["kind"] for row in rows))
    curious = on("messages", events=True)(lambda _, rows: heard["all"].extend(row["kind"] for row in rows))
    declare(monkeypatch, "listeners", (*OURS.listeners, quiet, curious))
    message = direct.run("alice", "message.post", {"room": DEN, "text": "x"})[0]["message"]
    direct.run("carol", "room.join", {"room": DEN})
    direct.run("alice", "message.pin", {"id": message["id"]})
    assert heard == {"messages": ["text", "text"], "all": ["text", "joined", "text", "pinned"]}


def test_one_person_cannot_flood_a_timeline_with_events(direct):
    direct._rates = Rates(Settings(**QUICK | {"rate_post": "2/hour"}))
    for command in ("room.leave", "room.join"):
        direct.run("bob", command, {"room": DEN})
    with pytest.raises(RateLimited):
        direct.run("bob", "room.leave", {"room": DEN})
    assert is_in(direct, "bob")
    direct.run("bob", "room.join", {"room": DEN})
    direct.run("carol", "room.join", {"room": DEN})
    direct.run("bob", "room.leave", {"room": LOBBY})
    for number in range(5):
        direct.join(f"dave{number}")
        direct.run("alice", "room.invite", {"room": DEN, "username": f"dave{number}"})


def test_finding_and_counting_messages_reads_no_events(direct):
    """It must not take longer because thousands join between two messages."""
    with direct.engine.connect() as db:
        for query in (
            SYNCED["reads"].select().where(reads.c.username == "bob"),
            SYNCED["rooms"].select(),
        ):
            compiled = str(query.compile(db))
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", (1,) * compiled.count("?")).all()
            steps = [row[3] for row in plan if "messages" in row[3]]
            assert steps and all("ix_messages_numbered" in step for step in steps), steps


def test_a_page_of_history_around_a_message_has_the_events_between(direct):
    first = direct.run("alice", "message.post", {"room": DEN, "text": "one"})[0]["message"]
    direct.run("carol", "room.join", {"room": DEN})
    direct.run("alice", "message.post", {"room": DEN, "text": "two"})
    around = timeline(direct, around=first["seq"])
    assert [row["kind"] for row in around] == ["invited", "text", "joined", "text"]
    assert [row["seq"] for row in timeline(direct, after=first["seq"])] == [row["seq"] for row in around[2:]]


async def test_an_event_arrives_live_and_by_both_doors_alike(person):
    alice, bob = await person("alice"), await person("bob")
    await alice.run("room.create", name=DEN)
    await bob.run("room.join", room=DEN)
    live = await alice.hears_text("bob joined.")
    assert (await alice.run("history", room=DEN))["messages"] == [live]
    assert live["data"] is None
    await alice.run("room.update", room=DEN, title="Foxes")
    event = await bob.hears_text("alice renamed the room to “Foxes”.")
    assert event["data"] == {"title": "Foxes"}
    sync = await bob.run("sync", revs={})
    assert next(change for change in sync["changes"] if change["room"] == DEN)["messages"] == [live, event]


async def test_a_removed_person_does_not_learn_who_removed_them_from_the_timeline(person):
    alice, mallory = await person("alice"), await person("mallory")
    await alice.run("room.create", name=DEN, access="private")
    await alice.run("room.invite", room=DEN, username="mallory")
    await mallory.hears(lambda _, data: bool(data.get("memberships")))
    await alice.run("room.remove", room=DEN, username="mallory")
    await alice.hears_text("alice removed mallory.")
    await mallory.settled()
    assert "alice removed mallory." not in [row["text"] for row in mallory.rows("messages")]
