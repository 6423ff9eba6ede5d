"""Names of people who left nothing are free again, and begin anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert

from chatrooms.identity import free_names, passwords, service_keys, suspending
from chatrooms.pipeline.act import APPLICATION
from chatrooms.pipeline.chat import NOBODY
from chatrooms.storage.tables import sessions
from tests.appointing import appoint
from tests.direct import Direct
from tests.identity.entering import code_of, enter, whose
from tests.people import Refused, connect
from tests.servers import RunningServer

KEY = {"name": "a program", "commands": ["post"], "rooms": None, "expires_at": None}
AT = "2026-01-01T00:00:00.000Z"
STRONG = "umbrella cactus 42"


@pytest.fixture
def direct():
    direct = Direct()
    for name in ("bob", "gus"):
        direct.join(name)
    direct.appoint("bob", "owner")
    yield direct
    direct.engine.dispose()


def posts(who: str, room: str, text: str = "hello") -> Callable[[Direct], object]:
    return lambda direct: direct.run(who, "message.post", {"room": room, "text": text})


def runs(who: str, command: str, **params) -> Callable[[Direct], object]:
    return lambda direct: direct.run(who, command, params)


def reacts(direct: Direct) -> None:
    message = posts("bob", "#lobby")(direct)[0]["message"]
    direct.run("gus", "reaction.add", {"id": message["id"], "emoji": "\N{THUMBS UP SIGN}"})


def joins(direct: Direct) -> None:
    direct.run("bob", "room.create", {"name": "#open"})
    direct.run("gus", "room.join", {"room": "#open"})


def is_invited(direct: Direct) -> None:
    direct.run("bob", "room.create", {"name": "#staff", "access": "private"})
    direct.run("bob", "room.invite", {"room": "#staff", "username": "gus"})
    direct.run("bob", "room.remove", {"room": "#staff", "username": "gus"})


def is_in_a_group(direct: Direct) -> None:
    group = direct.run("bob", "group.create", {"name": "design"})[0]["group"]
    direct.run("bob", "group.update", {"id": group["id"], "add": ["gus"]})


def stores(table, **row) -> Callable[[Direct], object]:
    def store(direct: Direct) -> None:
        with direct.engine.begin() as db:
            db.execute(insert(table).values(username="gus", **row))

    return store


def is_suspended(direct: Direct) -> None:
    with direct.engine.begin() as db:
        suspending.store(db, "gus", "bob", "Spam")


TRACES = {
    "a message": posts("gus", "#lobby"),
    "a note": posts("gus", "gus"),
    "a message to them": posts("bob", "gus"),
    "a message of the application": lambda direct: direct.run_as(
        APPLICATION, "message.post", {"room": "gus", "text": "hello"}
    ),
    "a reaction": reacts,
    "a room": runs("gus", "room.create", name="#mine"),
    "an open room": joins,
    "a private room, where they were": is_invited,
    "a group": is_in_a_group,
    "a block": runs("bob", "user.block", username="gus"),
    "a role": lambda direct: direct.appoint("gus", "moderator"),
    "a suspension": is_suspended,
    "a session": stores(sessions, id="1", token_hash="1", agent="", created_at=AT, seen_at=AT),
    "a password": stores(passwords.passwords, hash="x", changed_at=AT),
}
NONE = {
    "nothing": lambda _: None,
    "a profile": runs("gus", "user.update", name="Gus", about="Hi"),
    "a mention": posts("bob", "#lobby", "@gus hello"),
    "a keyword": runs("gus", "inbox.set", keywords=["art"]),
    "a block of theirs": runs("gus", "user.block", username="bob"),
}
KEEPS = {
    "accounts.username": "the application knows them",
    "blocks.blocked": "somebody has blocked them",
    "custom_emoji.by": "others see who added it",
    "files.owner": "it may be in a message, or become a picture",
    "group_members.username": "who mentions the group means them",
    "inbox.by": "others see who it is about",
    "invites.created_by": "others see who invites them",
    "ldap_accounts.username": "signs them in",
    "messages.author": "others see who wrote it",
    "oidc_accounts.username": "signs them in",
    "passkeys.username": "signs them in",
    "passwords.username": "signs them in",
    "pins.by": "others see who pinned it",
    "prepared_factors.username": "signs them in, once it is confirmed",
    "reactions.username": "others see who reacted",
    "recovery_codes.username": "signs them in",
    "second_factors.username": "signs them in",
    "service_keys.username": "signs programs in",
    "sessions.username": "signs them in",
    "suspended_tokens.username": "they are suspended",
    "suspensions.by": "others see who suspended somebody",
    "suspensions.username": "they are suspended",
}
"""The columns by which a row keeps the name of a person, and why."""


def test_each_column_that_refers_to_a_person_keeps_the_name_or_goes_with_it():
    """A table for a person alone belongs in `OWN`, or else nobody who has a row there can lose the name."""
    names = [free_names._name(column) for column in free_names._referring()]
    assert sorted(names) == sorted([*free_names.OWN, *free_names.APART, *KEEPS])


def unused(direct: Direct) -> set[str]:
    with direct.engine.connect() as db:
        return free_names._unused(db, "#lobby")


@pytest.mark.parametrize("leave", TRACES.values(), ids=TRACES)
def test_who_left_anything_keeps_the_name(direct, leave):
    leave(direct)
    assert unused(direct) == set()


@pytest.mark.parametrize("leave", NONE.values(), ids=NONE)
def test_what_concerns_the_person_alone_keeps_no_name(direct, leave):
    leave(direct)
    assert unused(direct) == {"gus"}


async def find(server: RunningServer) -> None:
    await free_names._find(server.chat._pipeline, None)


async def sign_out(person) -> None:
    (session,) = (await person.run("session.list"))["sessions"]
    await person.run("session.revoke", id=session["id"])
    await person.disconnected()


async def test_a_name_that_is_free_again_begins_anew(person, own_server):
    url, bob = own_server.url, await person("bob")
    gus = await person("gus")
    before = (await gus.run("user.update", name="Gus the First", about="Hi"))["user"]
    message = await bob.say("#lobby", "@gus hello")
    await gus.hears(lambda _, data: bool(data.get("inbox")))
    await gus.run("bookmark.add", id=message["id"])
    await gus.run("room.favorite", room="#lobby")
    await sign_out(gus)
    assert await code_of(url, "join", username="gus") == "name_taken"
    await find(own_server)
    assert await code_of(url, "join", username="guѕ") == "name_taken"  # a look-alike, with a Cyrillic letter
    status, answer, cookie = await enter(url, "join", username="gus")
    assert (status, await whose(url, cookie)) == (200, "gus")
    user = answer["result"]["user"]
    assert (user["name"], user["about"]) == ("", "") and user["created_at"] > before["created_at"]
    async with connect(url, "gus", headers={"Cookie": cookie}) as again:
        synced = {change["room"]: change for change in (await again.run("sync", revs={}))["changes"]}
        assert not {"inbox", "bookmarks"} & synced["gus"].keys()
        assert [(row["room"], row["favorite"]) for row in synced["gus"]["memberships"]] == [("#lobby", False)]
        assert (await again.run("password.set", password=STRONG)) == {}  # a session that began the name is fresh
        assert (await again.say("#lobby", "hello"))["author"] == "gus"
    assert await code_of(url, "join", username="gus") == "name_taken"


async def test_who_comes_back_in_time_keeps_the_name(person, own_server):
    adam, gus = await person("adam"), await person("gus")
    await appoint(own_server.chat, "adam", "admin")
    await sign_out(gus)
    await find(own_server)
    code = (await adam.run("user.link", username="gus"))["link"]["code"]
    assert (await enter(own_server.url, "link", code=code, claim="g" * 43))[0] == 200
    again = await person("gus", token="g" * 43)
    await again.say("#lobby", "I am back")
    await sign_out(again)
    assert await code_of(own_server.url, "join", username="gus") == "name_taken"
    await find(own_server)
    assert await code_of(own_server.url, "join", username="gus") == "name_taken"


async def test_a_key_that_the_operator_made_meanwhile_keeps_the_name(person, own_server):
    await sign_out(await person("gus"))
    await find(own_server)
    await own_server.chat._pipeline.change(lambda act: service_keys.make(act.db, "gus", KEY), NOBODY)
    assert await code_of(own_server.url, "join", username="gus") == "name_taken"


async def test_what_others_did_meanwhile_keeps_the_name(person, own_server):
    bob, gus = await person("bob"), await person("gus")
    await sign_out(gus)
    await find(own_server)
    await bob.say("gus", "are you there?")
    assert await code_of(own_server.url, "join", username="gus") == "name_taken"
    with pytest.raises(Refused, match="not_found"):
        await bob.say("nobody", "are you there?")
