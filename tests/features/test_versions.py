"""Earlier texts of edited messages: kept for the author and moderators, and deleted with the message."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from chatrooms.features.messages import versions
from chatrooms.storage import tables
from tests.people import Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")


async def earlier(person, message):
    return [version["text"] for version in (await person.run("message.versions", id=message["id"]))["versions"]]


async def edited(person, text, *others, room="#den"):
    """Post a message, edit it, and return what it is at last."""
    message = await person.say(room, text)
    for other in others:
        message = (await person.run("message.edit", id=message["id"], text=other))["message"]
    return message


@pytest.fixture
async def den(person):
    """Return the owner and two members of a room."""
    owner, author, member = [await person(name) for name in ("alice", "bob", "carol")]
    await owner.run("room.create", name="#den")
    for other in (author, member):
        await other.run("room.join", room="#den")
    return owner, author, member


async def test_the_author_and_moderators_see_what_a_message_said_before(den):
    owner, author, member = den
    message = await edited(author, "first", "second", "third")
    assert await earlier(owner, message) == await earlier(author, message) == ["second", "first"]
    (second, first) = (await author.run("message.versions", id=message["id"]))["versions"]
    assert (first["at"], second["at"] < message["edited_at"]) == (message["at"], True)
    with pytest.raises(Refused, match="forbidden"):
        await earlier(member, message)
    assert await earlier(owner, await author.say("#den", "never edited")) == []


async def test_an_edit_that_changes_nothing_keeps_nothing(den):
    _, author, _ = den
    assert await earlier(author, await edited(author, "same", "same")) == []


async def test_deleting_a_message_deletes_its_earlier_texts(own_server, den):
    owner, author, _ = den
    message = await edited(author, "a secret", "nothing")
    await author.run("message.delete", id=message["id"])
    for each in (owner, author):
        with pytest.raises(Refused, match="not_found"):
            await earlier(each, message)
    assert await own_server.chat._pipeline.lookup(lambda db: db.scalars(select(tables.versions.c.text)).all()) == []


async def test_an_author_who_left_no_longer_sees_them(den):
    _, author, _ = den
    message = await edited(author, "first", "second")
    await author.run("room.leave", room="#den")
    with pytest.raises(Refused, match="not_found"):
        await earlier(author, message)


async def test_the_first_and_the_most_recent_texts_are_kept(den, monkeypatch):
    monkeypatch.setattr(versions, "MAX_VERSIONS", 3)
    _, author, _ = den
    message = await edited(author, *"abcdef")
    assert await earlier(author, message) == ["e", "d", "a"]
