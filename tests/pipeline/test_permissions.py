"""Permissions: every command, through both doors, by people of every role.

In `#staff` alice is a member, carol never was, and mallory was removed; `#open`, which is bob's too, is for everyone.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

import chatrooms
from chatrooms import Chatrooms, Settings
from chatrooms.doors.docs.generated import contract
from chatrooms.errors import Invalid, UnknownCommand
from chatrooms.pipeline.scopes import GROUPS
from tests.direct import DECLARED
from tests.doors import DOORS, post
from tests.features.files import upload
from tests.people import Person, Refused, connect, leave
from tests.servers import QUICK, running, serving
from tests.world import make_staff

PACKAGE = Path(chatrooms.__file__).parent
CANARY = "canary-5e1f"
FINE = "fine"


@dataclass
class World:
    """The people and their messages."""

    url: str
    chat: Chatrooms
    people: dict[str, Person]
    secret: dict
    reply: dict
    public: dict

    def params(self, template: dict) -> dict:
        """Return the parameters with this world's ids filled in."""
        named = {"SECRET": self.secret, "REPLY": self.reply, "PUBLIC": self.public}
        threads = {f"{name} THREAD": f"{row['room']}/{row['seq']}" for name, row in named.items()}
        ids = {**{name: row["id"] for name, row in named.items()}, **threads, "NEW": str(uuid4())}
        filled = {key: ids.get(value, value) if isinstance(value, str) else value for key, value in template.items()}
        return filled | ({"files": [self.secret["files"][0]["id"]]} if "files" in template else {})


@pytest.fixture(scope="module")
async def world(tmp_path_factory) -> AsyncIterator[World]:
    async with running(tmp_path_factory.mktemp("world")) as server, AsyncExitStack() as stack:
        names = ("alice", "bob", "carol", "mallory")
        people = {name: await stack.enter_async_context(connect(server.url, name)) for name in names}
        bob = people["bob"]
        for name in ("alice", "carol", "mallory"):
            await people[name].run("inbox.set", keywords=[CANARY])
        await make_staff(bob, topic=CANARY)
        await bob.run("room.create", name="#open")
        files = [await upload(bob, CANARY.encode(), f"{CANARY}.txt")]
        secret = await bob.say("#staff", f"{CANARY} @room @alice @carol @mallory", files=files)
        await people["alice"].hears(lambda _, data: bool(data.get("inbox")))
        await people["alice"].run("bookmark.add", id=secret["id"])
        thread = f"#staff/{secret['seq']}"
        reply = await bob.say(thread, f"{CANARY} @alice @carol @mallory")
        await people["alice"].hears(lambda _, data: any(row["room"] == thread for row in data.get("inbox", ())))
        await people["alice"].run("thread.follow", id=secret["id"])
        public = await bob.say("#open", "hello")
        for person in people.values():
            await person.settled()
            person.heard.clear()
        yield World(server.url, server.chat, people, secret, reply, public)


@pytest.fixture(scope="module")
async def hosted_url(tmp_path_factory) -> AsyncIterator[str]:
    """Where a chat is whose host application signs people in."""

    async def authenticate(_handshake):
        return "alice"

    chat = Chatrooms(Settings(data=tmp_path_factory.mktemp("hosted"), **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        yield url


STRANGER = "not_found"
# command: (parameters, what a member of #staff gets, what carol and mallory get)
CASES: dict[str, list[tuple[dict, str, str]]] = {
    "message.post": [
        ({"room": "#staff", "text": "x", "id": "NEW"}, FINE, STRANGER),
        ({"room": "#open", "text": "x"}, "not_a_member", "not_a_member"),
        ({"room": "bob+dave", "text": "x"}, STRANGER, STRANGER),
        ({"room": "#staff", "text": "x", "reply_to": "PUBLIC"}, "invalid", STRANGER),
        ({"room": "SECRET THREAD", "text": "x", "id": "NEW"}, FINE, STRANGER),
        ({"room": "PUBLIC THREAD", "text": "x"}, "not_a_member", "not_a_member"),
        ({"room": "REPLY THREAD", "text": "x"}, "invalid", "invalid"),
        ({"room": "bob/1", "text": "x"}, STRANGER, STRANGER),
        ({"room": "alice+bob/999", "text": "x"}, STRANGER, STRANGER),
        ({"room": "#staff", "files": "FILES"}, "not_found", STRANGER),
        ({"room": "carol", "files": "FILES"}, "not_found", "not_found"),
    ],
    "message.edit": [
        ({"id": "SECRET", "text": "y"}, "forbidden", STRANGER),
        ({"id": "REPLY", "text": "y"}, "forbidden", STRANGER),
    ],
    "message.delete": [({"id": "SECRET"}, "forbidden", STRANGER), ({"id": "REPLY"}, "forbidden", STRANGER)],
    "message.versions": [({"id": "SECRET"}, "forbidden", STRANGER)],
    "message.pin": [
        ({"id": "SECRET"}, FINE, STRANGER),
        ({"id": "REPLY"}, "invalid", STRANGER),
        ({"id": "PUBLIC"}, STRANGER, STRANGER),
    ],
    "message.unpin": [({"id": "SECRET"}, FINE, STRANGER)],
    "reaction.add": [
        ({"id": "SECRET", "emoji": "\N{THUMBS UP SIGN}"}, FINE, STRANGER),
        ({"id": "REPLY", "emoji": "\N{THUMBS UP SIGN}"}, FINE, STRANGER),
        ({"id": "PUBLIC", "emoji": "\N{THUMBS UP SIGN}"}, STRANGER, STRANGER),
    ],
    "thread.open": [
        ({"id": "SECRET"}, FINE, STRANGER),
        ({"id": "REPLY"}, "invalid", STRANGER),
        ({"id": "PUBLIC"}, STRANGER, STRANGER),
    ],
    "thread.close": [({"id": "SECRET"}, FINE, STRANGER), ({"id": "PUBLIC"}, STRANGER, STRANGER)],
    "thread.follow": [
        ({"id": "SECRET"}, FINE, STRANGER),
        ({"id": "REPLY"}, "invalid", STRANGER),
        ({"id": "PUBLIC"}, STRANGER, STRANGER),
    ],
    "thread.unfollow": [({"id": "SECRET"}, FINE, STRANGER), ({"id": "PUBLIC"}, STRANGER, STRANGER)],
    "thread.list": [({}, FINE, FINE), ({"unread": True}, FINE, FINE), ({"after": "SECRET"}, FINE, STRANGER)],
    "reaction.remove": [
        ({"id": "SECRET", "emoji": "\N{THUMBS UP SIGN}"}, FINE, STRANGER),
        ({"id": "PUBLIC", "emoji": "\N{THUMBS UP SIGN}"}, STRANGER, STRANGER),
    ],
    "reaction.list": [
        ({"id": "SECRET", "emoji": "\N{THUMBS UP SIGN}"}, FINE, STRANGER),
        ({"id": "PUBLIC", "emoji": "\N{THUMBS UP SIGN}"}, STRANGER, STRANGER),
    ],
    "room.pins": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "history": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "SECRET THREAD"}, FINE, STRANGER),
        ({"room": "PUBLIC THREAD"}, "not_a_member", "not_a_member"),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "sync": [
        ({"revs": {"#staff": 0, "bob": 0, "#open": 0}}, FINE, FINE),
        ({"revs": {}, "open": ["#staff", "#staff/3", "#staff/4", "#staff/5", "#staff/6"], "after": ""}, FINE, FINE),
    ],
    "room.create": [({"name": "#staff"}, "conflict", "conflict")],
    "room.update": [
        ({"room": "#staff", "title": "x"}, "forbidden", STRANGER),
        ({"room": "#open", "title": "x"}, "not_a_member", "not_a_member"),
    ],
    "room.picture": [
        ({"room": "#staff", "file": None}, "forbidden", STRANGER),
        ({"room": "#open", "file": None}, "not_a_member", "not_a_member"),
    ],
    "room.archive": [({"room": "#staff"}, "forbidden", STRANGER)],
    "room.unarchive": [({"room": "#staff"}, "forbidden", STRANGER)],
    "room.role": [
        ({"room": "#staff", "username": "bob", "role": "member"}, "forbidden", STRANGER),
        ({"room": "#open", "username": "bob", "role": "member"}, "not_a_member", "not_a_member"),
    ],
    "room.list": [({}, FINE, FINE)],
    "room.join": [({"room": "#staff"}, FINE, STRANGER)],
    "room.leave": [({"room": "#open"}, "not_a_member", "not_a_member")],
    "room.close": [
        ({"room": "#staff"}, "invalid", STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "alice+dave"}, STRANGER, STRANGER),
        ({"room": "bob"}, STRANGER, STRANGER),
        ({"room": "alice"}, "invalid", STRANGER),
    ],
    "request.accept": [
        ({"room": "#staff"}, "invalid", STRANGER),
        ({"room": "alice+dave"}, STRANGER, STRANGER),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "request.ignore": [
        ({"room": "#staff"}, "invalid", STRANGER),
        ({"room": "alice+dave"}, STRANGER, STRANGER),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "group.list": [({}, FINE, FINE)],
    "group.get": [({"id": "NEW"}, STRANGER, STRANGER)],
    "group.create": [({"name": "art"}, "forbidden", "forbidden")],
    "group.update": [({"id": "NEW", "name": "art"}, "forbidden", "forbidden")],
    "group.delete": [({"id": "NEW"}, "forbidden", "forbidden")],
    "room.mute": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
        ({"room": "alice"}, "invalid", STRANGER),
        ({"room": "SECRET THREAD"}, "invalid", STRANGER),
    ],
    "room.unmute": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "room.favorite": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
        ({"room": "alice"}, "invalid", STRANGER),
    ],
    "room.unfavorite": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "room.invite": [({"room": "#staff", "username": "carol"}, "forbidden", STRANGER)],
    "room.remove": [({"room": "#staff", "username": "bob"}, "forbidden", STRANGER)],
    "room.members": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#staff", "online": True}, FINE, STRANGER),
        ({"room": "SECRET THREAD"}, "invalid", STRANGER),
    ],
    "read.mark": [
        ({"room": "#staff", "seq": 1}, FINE, STRANGER),
        ({"room": "SECRET THREAD", "seq": 1}, FINE, STRANGER),
    ],
    "bookmark.add": [({"id": "SECRET"}, FINE, STRANGER)],
    "bookmark.remove": [({"id": "SECRET"}, FINE, STRANGER)],
    "bookmark.list": [({}, FINE, FINE)],
    "inbox.list": [({}, FINE, FINE)],
    "inbox.mark": [({"ids": [1]}, FINE, FINE)],
    "inbox.settings": [({}, FINE, FINE)],
    "inbox.set": [({"keywords": ["canary"]}, FINE, FINE)],
    "search": [
        ({"query": "canary"}, FINE, FINE),
        ({"query": "canary in:#staff"}, FINE, FINE),
        ({"query": "in:#staff -zebra"}, FINE, FINE),
        ({"query": "is:mention"}, FINE, FINE),
        ({"query": "from:bob", "after": "SECRET"}, FINE, STRANGER),
    ],
    "emoji.list": [({}, FINE, FINE)],
    "emoji.add": [({"name": "party", "file": "NEW"}, "forbidden", "forbidden")],
    "emoji.remove": [({"name": "party"}, "forbidden", "forbidden")],
    "file.begin": [({"name": "x", "size": 1}, FINE, FINE)],
    "file.space": [({}, FINE, FINE)],
    "file.list": [
        ({"room": "#staff"}, FINE, STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
        ({"room": "bob"}, STRANGER, STRANGER),
    ],
    "preview.remove": [
        ({"id": "SECRET", "url": "https://example.org"}, "forbidden", STRANGER),
        ({"id": "PUBLIC", "url": "https://example.org"}, STRANGER, STRANGER),
    ],
    "typing": [({"room": "#staff"}, FINE, STRANGER), ({"room": "SECRET THREAD"}, FINE, STRANGER)],
    "signal": [
        ({"to": "SECRET THREAD", "type": "x"}, FINE, STRANGER),
        ({"to": "#staff", "type": "x"}, FINE, STRANGER),
        ({"to": "nobody", "type": "x"}, STRANGER, STRANGER),
    ],
    "presence.watch": [({"usernames": ["alice"]}, FINE, FINE)],
    "user.me": [({}, FINE, FINE)],
    "user.get": [({"username": "alice"}, FINE, FINE)],
    "user.update": [({"about": "me"}, FINE, FINE)],
    "user.picture": [({"file": "NEW"}, "not_found", "not_found"), ({"file": None}, FINE, FINE)],
    "user.list": [({}, FINE, FINE)],
    "user.role": [({"username": "bob", "role": "guest"}, "forbidden", "forbidden")],
    "user.show": [({"username": "bob"}, "forbidden", "forbidden")],
    "user.rights": [
        ({"username": "bob"}, "forbidden", "forbidden"),
        ({"username": "bob", "room": "#staff"}, "forbidden", STRANGER),
        ({"username": "bob", "room": "#open"}, "not_a_member", "not_a_member"),
    ],
    "user.suspend": [({"username": "bob", "reason": "x"}, "forbidden", "forbidden")],
    "user.restore": [({"username": "bob"}, "forbidden", "forbidden")],
    "user.block": [({"username": "bob"}, FINE, FINE), ({"username": "nobody"}, STRANGER, STRANGER)],
    "user.unblock": [({"username": "bob"}, FINE, FINE), ({"username": "nobody"}, STRANGER, STRANGER)],
    "user.link": [({"username": "bob"}, "forbidden", "forbidden")],
    "user.sign_out": [({"username": "bob"}, "forbidden", "forbidden")],
    "server.people": [({}, "forbidden", "forbidden")],
    "server.rooms": [({}, "forbidden", "forbidden")],
    "server.invites": [({}, "forbidden", "forbidden")],
    "server.get": [({}, "forbidden", "forbidden")],
    "server.update": [
        ({"name": "Acme"}, "forbidden", "forbidden"),
        ({"sign_up": "closed"}, "forbidden", "forbidden"),
        ({}, "invalid", "invalid"),
    ],
    "applicant.list": [({}, "forbidden", "forbidden")],
    "applicant.approve": [({"id": "NEW"}, "forbidden", "forbidden")],
    "applicant.decline": [({"id": "NEW"}, "forbidden", "forbidden")],
    "session.list": [({}, FINE, FINE)],
    "session.revoke": [({"id": "NEW"}, STRANGER, STRANGER)],
    "session.revoke_others": [({}, FINE, FINE)],
    "invite.create": [
        ({"room": "#staff"}, "forbidden", STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
    ],
    "invite.list": [
        ({"room": "#staff"}, "forbidden", STRANGER),
        ({"room": "#open"}, "not_a_member", "not_a_member"),
    ],
    "invite.revoke": [({"id": "NEW"}, STRANGER, STRANGER)],
    "invite.accept": [({"code": "c" * 43}, STRANGER, STRANGER)],
    "link.create": [({}, FINE, FINE)],
    "key.list": [({}, FINE, FINE)],
    "key.create": [({"name": "x", "commands": ["read"]}, FINE, FINE)],
    "key.rotate": [({"id": "NEW"}, STRANGER, STRANGER)],
    "key.revoke": [({"id": "NEW"}, STRANGER, STRANGER)],
    "passkey.list": [({}, FINE, FINE)],
    "passkey.begin": [({"origin": "http://localhost"}, FINE, FINE)],
    "passkey.add": [({"credential": {}, "name": "x"}, "invalid", "invalid")],
    "passkey.rename": [({"id": "NEW", "name": "x"}, STRANGER, STRANGER)],
    "passkey.remove": [({"id": "NEW"}, STRANGER, STRANGER)],
    "oidc.get": [({}, FINE, FINE)],
    "oidc.connect": [({}, "forbidden", "forbidden")],
    "oidc.way_out": [({}, FINE, FINE)],
    "oidc.disconnect": [({}, STRANGER, STRANGER)],
    "ldap.get": [({}, FINE, FINE)],
    "ldap.connect": [({"there": "x"}, "forbidden", "forbidden")],
    "ldap.disconnect": [({}, STRANGER, STRANGER)],
    "factor.get": [({}, FINE, FINE)],
    "factor.begin": [({"password": "x"}, "invalid", "invalid")],
    "factor.enable": [({"code": "123456"}, "invalid", "invalid")],
    "factor.show": [({"code": "123456"}, "invalid", "invalid")],
    "factor.disable": [({"password": "x", "code": "123456"}, "invalid", "invalid")],
    "factor.renew": [({"password": "x", "code": "123456"}, "invalid", "invalid")],
    "password.get": [({}, FINE, FINE)],
    "password.set": [({"password": "password"}, "invalid", "invalid")],
}
EACH = [(command, *case) for command, cases in CASES.items() for case in cases]

# entry: (parameters, what anyone gets, and from a page of another site, and where a host application signs people in)
ENTRIES: dict[str, list[tuple[dict, str, str, str]]] = {
    "session.join": [
        ({"username": "erin"}, FINE, "forbidden", "forbidden"),
        ({"username": "alice"}, "name_taken", "forbidden", "forbidden"),
        ({"username": "system"}, "invalid", "forbidden", "forbidden"),
    ],
    "session.apply": [({"username": "frank", "about": "x"}, "conflict", "forbidden", "forbidden")],
    "session.applied": [({"username": "frank"}, "unauthorized", "forbidden", "forbidden")],
    "session.withdraw": [({"username": "frank"}, FINE, "forbidden", "forbidden")],
    "session.leave": [
        ({"username": "erin"}, FINE, "forbidden", "forbidden"),
        ({"username": "alice"}, FINE, "forbidden", "forbidden"),
    ],
    "invite.get": [({"code": "c" * 43}, STRANGER, "forbidden", STRANGER)],
    "link.get": [({"code": "c" * 43}, "unauthorized", "forbidden", "forbidden")],
    "session.link": [({"code": "c" * 43}, "unauthorized", "forbidden", "forbidden")],
    "passkey.challenge": [
        ({"origin": "http://localhost"}, FINE, "forbidden", "forbidden"),
        ({"origin": "https://evil.example"}, "forbidden", "forbidden", "forbidden"),
    ],
    "session.passkey": [({"credential": {}}, "unauthorized", "forbidden", "forbidden")],
    "oidc.begin": [({}, "forbidden", "forbidden", "forbidden")],
    "oidc.signed_out": [({"logout_token": "x"}, "forbidden", "forbidden", "forbidden")],
    "session.oidc": [({"state": "c" * 43, "code": "x"}, "forbidden", "forbidden", "forbidden")],
    "session.oidc_join": [({"ticket": "c" * 43, "username": "erin"}, "forbidden", "forbidden", "forbidden")],
    "session.oidc_apply": [
        ({"ticket": "c" * 43, "username": "erin", "about": "x"}, "forbidden", "forbidden", "forbidden")
    ],
    "setup.get": [({"code": "c" * 43}, "unauthorized", "forbidden", "forbidden")],
    "session.setup": [
        ({"code": "c" * 43, "username": "erin", "password": "x"}, "unauthorized", "forbidden", "forbidden")
    ],
    "session.ldap_apply": [
        ({"username": "erin", "password": "x", "about": "x"}, "forbidden", "forbidden", "forbidden")
    ],
    "session.password": [
        ({"username": "alice", "password": "x"}, "unauthorized", "forbidden", "forbidden"),
        ({"username": "nobody", "password": "x"}, "unauthorized", "forbidden", "forbidden"),
        ({"username": "system", "password": "x"}, "unauthorized", "forbidden", "forbidden"),
    ],
}
"""What runs before it is known who asks, by HTTP alone."""
EACH_ENTRY = [(entry, *case) for entry, cases in ENTRIES.items() for case in cases]


def outcome(answer: dict) -> str:
    return FINE if answer["ok"] else answer["error"]["code"]


def test_every_command_is_tested():
    assert set(CASES) == {command.name for command in contract().commands}
    assert set(ENTRIES) == {command.name for command in contract().entries}


@pytest.mark.parametrize(("entry", "params", "anyone", "foreign", "hosted"), EACH_ENTRY)
async def test_an_entry_serves_our_pages_where_nobody_else_signs_people_in(
    world, hosted_url, entry, params, anyone, foreign, hosted
):
    elsewhere = {"Origin": "https://evil.example"}
    answers = [
        await post(world.url, f"/api/{entry}", params),
        await post(world.url, f"/api/{entry}", params, headers=elsewhere),
        await post(hosted_url, f"/api/{entry}", params),
    ]
    assert [outcome(answer) for _, answer, _ in answers] == [anyone, foreign, hosted]
    for _, answer, headers in answers:
        assert answer["ok"] or "Set-Cookie" not in headers


@pytest.mark.parametrize("entry", ENTRIES)
async def test_an_entry_is_no_command_of_a_socket_or_of_the_application(world, entry):
    answer = await DOORS["socket"](world.people["carol"], entry, {"username": "carol"})
    assert outcome(answer) == "unknown_command"
    with pytest.raises(UnknownCommand):
        await world.chat.run(entry, {"username": "carol"}, username="carol")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("command", "params", "member", "stranger"), EACH)
async def test_each_person_gets_what_their_role_allows(world, door, command, params, member, stranger):
    expected = {"alice": member, "carol": stranger, "mallory": stranger}
    got = {name: outcome(await DOORS[door](world.people[name], command, world.params(params))) for name in expected}
    assert got == expected


SETTING_UP = {
    "factor.get",
    "factor.begin",
    "factor.enable",
    "factor.show",
    "passkey.list",
    "passkey.begin",
    "passkey.add",
    "password.get",
    "password.set",
}
"""What a second factor is shown or set up by."""


@pytest.fixture
def strict(world) -> Iterator[World]:
    """Require a second factor of everybody for a while."""
    pipeline = world.chat._pipeline
    before = pipeline.facts
    pipeline.learn(before._replace(second_factor="everybody"))
    yield world
    pipeline.learn(before)


@pytest.mark.parametrize("door", DOORS)
async def test_until_a_required_second_factor_is_shown_nothing_is_run_but_what_sets_one_up(strict, door):
    carol, allowed = strict.people["carol"], set()
    for command, ((params, *_), *_) in CASES.items():
        answer = await DOORS[door](carol, command, strict.params(params))
        if outcome(answer) != "second_factor_required":
            allowed.add(command)
        assert CANARY not in json.dumps(answer)
    assert allowed == SETTING_UP


@asynccontextmanager
async def program(world: World, *groups: str, rooms: list[str] | None = None) -> AsyncIterator[Person]:
    """Connect a program of alice's with a key for these groups of commands."""
    name = f"{groups} {rooms}"[:60]
    key = (await world.people["alice"].run("key.create", name=name, commands=list(groups), rooms=rooms))["key"]
    async with connect(world.url, "alice", token=key["token"]) as person:
        yield person
    await world.people["alice"].run("key.revoke", id=key["id"])


@pytest.mark.parametrize("door", DOORS)
async def test_a_key_for_everything_has_every_command_of_its_groups_and_no_other(world, door):
    async with program(world, *GROUPS) as everything:
        for command, params, member, _ in EACH:
            expected = member if DECLARED[command].scope else "forbidden"
            got = outcome(await DOORS[door](everything, command, world.params(params)))
            assert (command, params, got) == (command, params, expected)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("group", GROUPS)
async def test_a_key_has_no_command_outside_of_its_groups(world, door, group):
    async with program(world, *(GROUPS.keys() - {group})) as without:
        for command, params, _, _ in EACH:
            if DECLARED[command].scope in (group, None):
                answer = await DOORS[door](without, command, world.params(params))
                assert (command, outcome(answer)) == (command, "forbidden")


@pytest.mark.parametrize("door", DOORS)
async def test_a_key_for_one_room_learns_nothing_of_others(world, door):
    async with program(world, *GROUPS, rooms=["#lobby"]) as scoped:
        for command, params, _, _ in EACH:
            answer = await DOORS[door](scoped, command, world.params(params))
            assert not answer["ok"] or DECLARED[command].scoped, command
            assert CANARY not in json.dumps(answer)
            assert "#staff" not in json.dumps(answer.get("result"))
        await world.people["bob"].say("#staff", CANARY)
        await world.people["bob"].say("alice", CANARY)
        await world.people["bob"].say("#lobby", f"to all by {door}")
        await scoped.hears_text(f"to all by {door}")
        await scoped.settled()
        assert CANARY not in json.dumps(scoped.heard)
        assert {data["room"] for event, data in scoped.heard if event == "change"} == {"#lobby"}


async def test_a_key_without_reading_receives_nothing(world):
    async with program(world, "post") as writer:
        await world.people["bob"].say("#staff", CANARY)
        await world.people["bob"].say("alice", CANARY)
        message = await writer.say("#staff", "written")
        await world.people["alice"].hears_text("written")
        assert message["author"] == "alice"
        with pytest.raises(Refused, match="forbidden"):
            await writer.run("user.me")  # its answer comes after all that was sent before
        assert [event for event, _ in writer.heard] == ["welcome"]


@pytest.mark.parametrize("command", CASES)
async def test_a_stranger_is_unauthorized(world, command):
    nobody = Person(world.url, "nobody")
    answer = await DOORS["http"](nobody, command, world.params(CASES[command][0][0]))
    await leave(nobody)
    assert outcome(answer) == "unauthorized"


async def test_no_byte_of_a_private_room_reaches_non_members(world):
    for command, params, _, _ in EACH:
        for name in ("carol", "mallory"):
            for door in DOORS.values():
                answer = await door(world.people[name], command, world.params(params))
                assert CANARY not in json.dumps(answer) or command == "inbox.settings"  # their own keyword
    for name in ("carol", "mallory"):
        await world.people[name].settled()
        assert CANARY not in json.dumps(world.people[name].heard)


@cache
def calls() -> list[tuple[Path, ast.Call, str]]:
    """Return all calls of the server, each with its file and the function that it calls, as it is written."""
    return [
        (path.relative_to(PACKAGE), call, ast.unparse(call.func))
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
    ]


def makes_here(function: str) -> bool:
    """Return whether a call makes a `Here`, or another one of one."""
    return function.rpartition(".")[2] == "Here" or function in ("here._replace", "Here._make")


def test_only_the_permissions_say_who_is_where():
    """A `Here` that others make would let commands read rooms whose members nobody looked up."""
    makers = {str(path) for path, _, function in calls() if makes_here(function)}
    assert makers == {"pipeline/access.py", "pipeline/standing.py"}


def calls_of(method: str) -> list[ast.Call]:
    """Return the calls of a method of the server, or of its manager, outside of the wire."""
    return [
        call
        for path, call, function in calls()
        if "wire" not in path.parts and re.search(rf"server(\.manager)?\.{method}$", function)
    ]


def test_the_chat_never_emits_without_a_recipient():
    calls = calls_of("emit")
    assert calls
    for call in calls:
        assert "to" in {word.arg for word in call.keywords}, ast.unparse(call)
    assert not calls_of("send")


@pytest.mark.parametrize("to", [[], [""], [None]])
async def test_events_that_are_emitted_together_reach_no_one_without_a_recipient(own_server, person, to):
    assert calls_of("emit_all")
    alice = await person("alice")
    await own_server.chat._server.manager.emit_all([("secret", 1, to)])
    await alice.settled()
    assert "secret" not in [event for event, _ in alice.heard]


@pytest.mark.parametrize(("to", "refusal"), [("", None), ([], None), (None, Invalid), ([""], Invalid)])
async def test_an_empty_recipient_from_the_application_reaches_no_one(own_server, person, to, refusal):
    alice = await person("alice")
    with pytest.raises(refusal) if refusal else nullcontext():
        await own_server.chat.emit("secret", 1, to=to)
    await alice.settled()
    assert "secret" not in [event for event, _ in alice.heard]


async def test_a_signal_to_an_unknown_person_reaches_no_one(own_server, person):
    alice = await person("alice")
    with pytest.raises(Invalid):
        await own_server.chat.signal("", "secret")
    await alice.settled()
    assert not alice.signals("secret")
