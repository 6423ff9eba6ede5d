"""Calls: `@room` and `@here` of owners and moderators mention all members, or those who are online."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from chatrooms.errors import Refusal, Unconfirmed
from chatrooms.features.inbox import called as giving
from chatrooms.features.inbox import concerned
from chatrooms.features.mentions.calling import ASKED_ABOVE, called
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.tables import members, messages
from tests.direct import LOBBY, Direct
from tests.people import connect
from tests.servers import running

DEN = "#den"
GUESTS = ("bob", "carol", "dave")


@pytest.fixture
def direct() -> Direct:
    """A room of alice's with three guests, of whom bob is online."""
    made = Direct()
    for name in ("alice", *GUESTS):
        made.join(name)
    made.run("alice", "room.create", {"name": DEN})
    for name in GUESTS:
        made.run(name, "room.join", {"room": DEN})
    made.online = frozenset({"alice", "bob", "nobody"})
    return made


def post(direct, text, author="alice", room=DEN, **more):
    return direct.run(author, "message.post", {"room": room, "text": text, **more})[0]["message"]


def holders(direct, message):
    """Return who has an item about a message, after all jobs."""
    while asyncio.run(direct.run_jobs()):
        pass
    is_its = inbox.c.message == message["id"], inbox.c.kind != "reaction", inbox.c.gone.is_(False)
    with direct.engine.connect() as db:
        return sorted(db.scalars(select(inbox.c.username).where(*is_its)).all())


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("@room", "room"),
        ("Hello @Room, look", "room"),
        ("@here!", "here"),
        ("@here and @room", "room"),
        ("@roommate @heres @room-1 @hereby", None),
        ("`@room` and\n> @here", None),
        ("mail@room.org, me@here", None),
        ("[@room](https://example.org) https://example.org/@here", None),
        ("大家好@here谢谢", "here"),
        ("@bob " * 500 + "@room", "room"),
        ("nobody", None),
    ],
)
def test_a_text_calls_by_the_rules_of_mentions(text, whom):
    assert called(text) == whom


@given(st.text("@rom_here `>\n.-[]()", max_size=60))
@settings(max_examples=100, deadline=None, database=None)
def test_any_text_calls_the_same_people_whatever_its_case(text):
    assert called(text) == called(text.upper())


@pytest.mark.parametrize(("word", "people"), [("room", [*GUESTS]), ("here", ["bob"])])
def test_an_owner_calls_all_members_or_those_who_are_online(direct, word, people):
    message = post(direct, f"@{word}, lunch!")
    assert (message["mentions"], message["calls"]["whom"]) == ([], word)
    assert holders(direct, message) == people
    assert direct.run("bob", "inbox.list", {})[0]["items"][0]["kind"] == "mention"
    (stored,) = direct.run("bob", "history", {"room": DEN, "around": message["seq"], "limit": 1})[0]["messages"]
    assert stored["calls"] == message["calls"]


def test_a_moderator_may_call_and_a_member_mentions_no_one(direct):
    assert post(direct, "@room @bob", author="carol")["calls"] is None
    with direct.engine.begin() as db:
        db.execute(update(members).where(members.c.username == "carol", members.c.room == DEN).values(role="moderator"))
    message = post(direct, "@room", author="carol")
    assert holders(direct, message) == ["alice", "bob", "dave"]


@pytest.mark.parametrize("room", [DEN, LOBBY])
@pytest.mark.parametrize("role", ["moderator", "admin", "owner"])
def test_a_role_on_the_server_calls_in_the_rooms_of_its_person(direct, room, role):
    direct.appoint("bob", role)
    direct.run("alice", "room.create", {"name": "#elsewhere"})
    direct.run("bob", "room.join", {"room": LOBBY})
    assert post(direct, "@room", author="bob", room=room)["calls"]["whom"] == "room"
    with pytest.raises(Refusal):
        post(direct, "@room", author="bob", room="#elsewhere")


@pytest.mark.parametrize("room", ["alice+bob", "alice", "thread", LOBBY])
def test_only_who_owns_or_moderates_a_room_calls_and_only_there(direct, room):
    if room == "thread":
        room = f"{DEN}/{post(direct, 'above')['seq']}"
    message = post(direct, "@room @here", room=room)
    assert message["calls"] is None
    assert holders(direct, message) == []


def test_the_application_calls_no_one_because_it_passes_on_texts_of_others(direct):
    message = direct.run("system", "message.post", {"room": "system", "text": "@room"})[0]["message"]
    assert message["calls"] is None


def test_an_edit_gives_takes_and_keeps_items_and_a_deletion_takes_them(direct):
    message = post(direct, "lunch")
    edit = lambda text: direct.run("alice", "message.edit", {"id": message["id"], "text": text})[0]["message"]  # noqa: E731
    assert edit("@here, lunch")["calls"]["whom"] == "here"
    assert holders(direct, message) == ["bob"]
    direct.online |= {"carol"}
    first = edit("@here, dinner")
    assert holders(direct, message) == ["bob"], "they were called once"
    assert edit("@here, supper")["calls"] == first["calls"]
    edit("@room, supper")
    assert holders(direct, message) == [*GUESTS]
    edit("@dave, supper")
    assert holders(direct, message) == ["dave"]
    edit("@room")
    direct.run("alice", "message.delete", {"id": message["id"]})
    assert holders(direct, message) == []


def test_a_reaction_to_an_edited_call_calls_no_one_again(direct):
    message = post(direct, "lunch")
    direct.run("alice", "message.edit", {"id": message["id"], "text": "@here"})
    assert holders(direct, message) == ["bob"]
    direct.online |= {"carol"}
    direct.run("dave", "reaction.add", {"id": message["id"], "emoji": "\N{THUMBS UP SIGN}"})
    assert holders(direct, message) == ["bob"]


def test_who_replies_to_somebody_and_calls_all_gives_each_of_them_one_item(direct):
    above = post(direct, "hello", author="bob")
    message = post(direct, "@room, @bob, look", reply_to=above["id"])
    assert holders(direct, message) == [*GUESTS]


def test_a_search_for_mentions_finds_calls_too(direct):
    called, here = post(direct, "@room now"), post(direct, "@here now")
    named = post(direct, "@carol alone")
    holders(direct, named)

    def found(who):
        return [each["id"] for each in direct.run(who, "search", {"query": "is:mention"})[0]["messages"]]

    assert found("bob") == [here["id"], called["id"]]
    assert found("carol") == [named["id"], called["id"]]
    assert found("alice") == []


def crowd(direct, size):
    """Add people to alice's room."""
    for number in range(size):
        direct.join(f"p{number:03}")
        direct.run(f"p{number:03}", "room.join", {"room": DEN})


def test_a_call_of_many_people_needs_to_be_confirmed(direct):
    crowd(direct, ASKED_ABOVE - len(GUESTS))
    post(direct, "@room")
    crowd_of = ASKED_ABOVE + 1
    direct.join("erin")
    direct.run("erin", "room.join", {"room": DEN})
    direct.online |= {f"p{number:03}" for number in range(ASKED_ABOVE)}
    post(direct, "@here")
    with pytest.raises(Unconfirmed) as refused:
        post(direct, "@room")
    assert (refused.value.code, refused.value.details) == ("unconfirmed", {"field": "confirmed", "people": crowd_of})
    assert post(direct, "@room", author="bob")["calls"] is None, "nobody needs to confirm what calls no one"
    message = post(direct, "x")
    with pytest.raises(Unconfirmed):
        direct.run("alice", "message.edit", {"id": message["id"], "text": "@room"})
    direct.run("alice", "message.edit", {"id": message["id"], "text": "@room", "confirmed": True})
    assert len(holders(direct, message)) == crowd_of


def test_a_call_is_given_and_taken_in_steps_that_go_on_where_they_ended(direct, monkeypatch):
    monkeypatch.setattr(giving, "PEOPLE", 4)
    monkeypatch.setattr(concerned, "MANY", 3)
    crowd(direct, 15)
    message = post(direct, "@room")
    assert len(holders(direct, message)) == 15 + len(GUESTS)
    direct.run("alice", "message.edit", {"id": message["id"], "text": "never mind, @bob"})
    assert holders(direct, message) == ["bob"]
    again = post(direct, "@room")
    assert len(holders(direct, again)) == 15 + len(GUESTS)
    direct.run("alice", "message.delete", {"id": again["id"]})
    assert holders(direct, again) == []


@pytest.mark.parametrize(("text", "weight"), [("@room", 8), ("@here", 5), ("hello", 0)])
def test_a_call_counts_by_the_people_whom_it_calls(direct, monkeypatch, text, weight):
    monkeypatch.setattr(giving, "OF_CALL", 5)
    monkeypatch.setattr(giving, "OF_ONE", 0.5)
    charged = []
    monkeypatch.setattr(direct._rates.limits["post"], "charge", lambda _who, _where, weight: charged.append(weight))
    post(direct, text)
    assert sum(charged) == weight


def test_calls_leave_the_writer_to_others():
    assert giving.CALLS.at_once <= 2


def test_who_leaves_before_the_job_runs_gets_no_item(direct):
    message = post(direct, "@room")
    direct.run("dave", "room.leave", {"room": DEN})
    assert holders(direct, message) == ["bob", "carol"]


step = st.one_of(
    st.tuples(st.sampled_from(("alice", "bob")), st.just("post"), st.sampled_from(("@room", "@here", "@carol", "x"))),
    st.tuples(st.sampled_from(("alice", "bob")), st.just("edit"), st.sampled_from(("@room", "@here @dave", "x"))),
    st.tuples(st.just("alice"), st.just("delete"), st.just("")),
    st.tuples(st.sampled_from(GUESTS), st.sampled_from(("room.join", "room.leave")), st.just("")),
    st.tuples(st.just(""), st.just("jobs"), st.just("")),
)


@given(st.lists(step, min_size=5, max_size=25))
@settings(max_examples=25, deadline=None, database=None)
def test_whatever_happens_only_members_whom_a_message_concerns_have_items(steps):
    direct = Direct()
    for name in ("alice", *GUESTS):
        direct.join(name)
    direct.run("alice", "room.create", {"name": DEN})
    direct.online = frozenset(GUESTS)
    posted = []
    for who, what, text in steps:
        with suppress(Refusal):
            if what == "post":
                posted.append(post(direct, text, author=who)["id"])
            elif what == "jobs":
                asyncio.run(direct.run_jobs())
            elif what.startswith("room."):
                direct.run(who, what, {"room": DEN})
            elif posted:
                direct.run(who, f"message.{what}", {"id": posted[-1], **({"text": text} if text else {})})
    while asyncio.run(direct.run_jobs()):
        pass
    with direct.engine.connect() as db:
        in_room = set(db.scalars(select(members.c.username).where(members.c.room == DEN, members.c.gone.is_(False))))
        found = select(inbox.c.username, messages.c.text, messages.c.author).join(
            messages, messages.c.id == inbox.c.message
        )
        for username, text, author in db.execute(found.where(inbox.c.gone.is_(False), inbox.c.read.is_(False))):
            assert username in in_room and username != author
            assert f"@{username}" in text or ("@" in text and author == "alice")


async def test_calls_work_through_the_doors_and_on_either_database(tmp_path, either_database):
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob") as bob,
        connect(server.url, "carol") as carol,
    ):
        await alice.run("room.create", name=DEN)
        for person in (bob, carol):
            await person.run("room.join", room=DEN)
        token = carol.token
        await bob.run("user.me")
        message = await alice.say(DEN, "@here")
        change = await bob.hears(lambda _, data: bool(data.get("inbox")))
        assert (change["inbox"][0]["message"], change["inbox"][0]["kind"]) == (message["id"], "mention")
        await carol.hears(lambda _, data: bool(data.get("inbox")))
    async with (
        running(tmp_path, database=either_database) as server,
        connect(server.url, "carol", token=token) as carol,
    ):
        page = await carol.run("inbox.list")
        assert page["messages"][0]["calls"] == message["calls"]
