"""Emoji of the server: who adds and removes them, under which names, who loads them, and who reacts with them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from chatrooms.errors import Refusal
from chatrooms.storage.tables import custom_emoji
from tests.appointing import appoint
from tests.direct import Direct, code
from tests.features.files import load, opened, picture, upload
from tests.people import Refused

ID = "3f1c5b0e-0000-4000-8000-00000000000b"


@pytest.fixture
def direct() -> Direct:
    """Alice is an admin; the emoji `:party:` is there."""
    made = Direct()
    for name in ("alice", "bob"):
        made.join(name)
    made.appoint("alice", "admin")
    with made.engine.begin() as db:
        db.execute(insert(custom_emoji).values(name="party", picture=ID, by="alice", at="2026-01-01T00:00:00.000Z"))
    return made


def react(direct, message, emoji, command="reaction.add", who="bob"):
    return direct.run(who, command, {"id": message["id"], "emoji": emoji})[0]["message"]


@pytest.mark.parametrize(
    "name", ["Party", "p", "p-t", "a" * 19, "", "pàrty", ":party:", "grinning_face", "smile", "thumbsup"]
)
def test_a_name_is_short_plain_and_none_of_unicode(direct, name):
    assert code(direct, "alice", "emoji.add", name=name, file=ID) == "invalid"


def test_a_number_is_no_new_name_but_one_from_before_can_be_removed(direct):
    assert code(direct, "alice", "emoji.add", name="123", file=ID) == "invalid"
    with direct.engine.begin() as db:
        db.execute(insert(custom_emoji).values(name="123", picture=ID, by="alice", at="2026-01-01T00:00:00.000Z"))
    direct.run("alice", "emoji.remove", {"name": "123"})
    assert [each["name"] for each in direct.run("bob", "emoji.list", {})[0]["emoji"]] == ["party"]


def test_the_refusal_of_a_name_says_what_a_name_is(direct):
    with pytest.raises(Refusal, match="Names are 2 to 18 characters: a-z, digits and underscores"):
        direct.run("alice", "emoji.add", {"name": "Party Parrot", "file": ID})


def test_a_name_is_taken_once_and_a_file_must_be_an_own_square_one(direct):
    assert code(direct, "alice", "emoji.add", name="party", file=ID) == "conflict"
    assert code(direct, "alice", "emoji.add", name="our_logo", file=ID) == "not_found"
    assert code(direct, "alice", "emoji.remove", name="parrot") == "not_found"


@pytest.mark.parametrize("role", ["guest", "member", "moderator"])
def test_others_change_no_emoji(direct, role):
    direct.appoint("bob", role)
    assert code(direct, "bob", "emoji.add", name="parrot", file=ID) == "forbidden"
    assert code(direct, "bob", "emoji.remove", name="party") == "forbidden"
    assert [each["name"] for each in direct.run("bob", "emoji.list", {})[0]["emoji"]] == ["party"]


def test_people_react_with_an_emoji_of_the_server_while_it_is_there(direct):
    message = direct.run("alice", "message.post", {"room": "#lobby", "text": "We made it :party:"})[0]["message"]
    assert react(direct, message, ":party:")["reactions"][0]["emoji"] == ":party:"
    assert direct.run("bob", "reaction.list", {"id": message["id"], "emoji": ":party:"})[0]["people"] == ["bob"]
    assert code(direct, "bob", "reaction.add", id=message["id"], emoji=":parrot:") == "not_found"
    for emoji in (":PARTY:", "party", ":party", ":p:", ":party::party:", ": party:"):
        assert code(direct, "bob", "reaction.add", id=message["id"], emoji=emoji) == "invalid", emoji
    direct.run("alice", "emoji.remove", {"name": "party"})
    asyncio.run(direct.run_jobs())
    (stored,) = direct.run("bob", "history", {"room": "#lobby", "around": message["seq"], "limit": 1})[0]["messages"]
    assert (stored["text"], stored["reactions"][0]["emoji"]) == ("We made it :party:", ":party:")
    assert code(direct, "alice", "reaction.add", id=message["id"], emoji=":party:") == "not_found"
    assert react(direct, message, ":party:", "reaction.remove")["reactions"] == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_an_admin_uploads_an_emoji_that_everybody_loads_until_it_is_removed(alice, bob, own_server):
    await appoint(own_server.chat, "alice", "admin")
    for content, how in ((b"text", {}), (picture(), {"square": True}), (picture(width=513), {})):
        with pytest.raises(Refused, match="invalid"):
            await alice.run("emoji.add", name="party", file=await upload(alice, content, "party.png", **how))
    file = await upload(alice, picture(width=300, height=200), "party.png")
    added = (await alice.run("emoji.add", name="party", file=file))["emoji"]
    assert (await bob.run("emoji.list"))["emoji"] == [added]
    status, headers, body = await load(bob, own_server.url, {"url": f"{added['url']}?size=small"})
    assert (status, headers["Content-Type"], opened(body).size) == (200, "image/webp", (300, 200))
    assert (await load(bob, own_server.url, {"url": f"files/emoji/parrot/{file}"}))[0] == 404
    with pytest.raises(Refused, match="invalid"):
        await alice.say("#lobby", "", files=[file])
    with pytest.raises(Refused, match="conflict"):
        await alice.run("emoji.add", name="feast_day", file=file)
    await alice.run("emoji.remove", name="party")
    assert (await load(bob, own_server.url, {"url": added["url"]}))[0] == 404
    assert (await bob.run("emoji.list"))["emoji"] == []


@pytest.fixture
def database(request) -> str:
    return request.getfixturevalue("created_database") if getattr(request, "param", "") == "postgresql" else ""
