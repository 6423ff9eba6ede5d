"""Errors do not reveal what exists: to people outside, a private room and one that does not exist are the same.

The exception is `room.create`, as a name belongs to one room: it says that the name is taken, and probing has a rate.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from sqlite3 import Connection
from sqlite3 import connect as database
from typing import Any
from uuid import uuid4

import pytest

from chatrooms.doors.docs.generated import contract
from chatrooms.settings import RATES
from tests.appointing import appoint
from tests.doors import DOORS
from tests.features.files import picture, upload
from tests.identity.entering import enter
from tests.identity.test_passkeys import add
from tests.people import PATIENCE, Person, Refused, connect
from tests.servers import running
from tests.world import make_staff

MISSING = {"#staff": "#never", "alice+bob": "alice+nobody", "bob": "nobody"}
MISSING |= {"#staff/THREAD": "#never/3", "alice+bob/1": "alice+nobody/1", "bob/1": "nobody/1"}
"""What exists and carol must not know about, and something of the same kind that does not exist."""
ROOMS = {"shared-room": ["#staff"], "room": list(MISSING)}
"""By the format of a parameter."""
OBJECTS = {
    "message": ["MESSAGE", "REPLY"],
    "bookmark": ["MESSAGE", "REPLY"],
    "preview": ["MESSAGE", "REPLY"],
    "reaction": ["MESSAGE", "REPLY"],
    "thread": ["MESSAGE", "REPLY"],
    "reply_to": ["MESSAGE", "REPLY"],
    "after": ["MESSAGE", "REPLY"],
    "file": ["FILE", "MESSAGE"],
    "applicant": ["APPLICANT", "MESSAGE"],
    "group": ["MESSAGE"],  # everybody knows the groups
    "invite": ["INVITE", "MESSAGE"],
    "key": ["KEY", "MESSAGE"],
    "passkey": ["PASSKEY", "MESSAGE"],
    "session": ["SESSION", "MESSAGE"],
}
"""What a parameter can name, by its own noun, or for `id` that of its command; the capital letters stand for ids."""
NOUNS = OBJECTS.keys() - {"after", "reaction"}
"""What is named by a parameter, whatever its format."""
OTHERS: dict[str, dict[str, Any]] = {
    "emoji.add": {"name": "acme"},
    "message.post": {"room": "#lobby", "text": "x"},
    "message.edit": {"text": "x"},
    "passkey.rename": {"name": "x"},
    "preview.remove": {"url": "https://example.org"},
    "reaction.add": {"emoji": "\N{THUMBS UP SIGN}"},
    "reaction.list": {"emoji": "\N{THUMBS UP SIGN}"},
    "reaction.remove": {"emoji": "\N{THUMBS UP SIGN}"},
    "room.picture": {"room": "#carols", "file": None},
    "room.pins": {"room": "#lobby"},
    "room.update": {"title": "x"},
    "room.invite": {"username": "carol"},
    "room.remove": {"username": "bob"},
    "room.role": {"username": "bob", "role": "member"},
    "read.mark": {"seq": 1},
    "search": {"query": "hello"},
    "signal": {"type": "x"},
    "user.rights": {"username": "bob"},
}
"""The other parameters of a command: all that it requires, and such that nothing but the probed one is wrong."""
KNOWN = {
    ("room.create", "name"): "A name belongs to one room.",
    ("message.post", "id"): "Nobody can guess an id, and one of another message cannot be stored.",
    ("key.create", "rooms"): "It is for rooms by their names; it shows none that its person is not in.",
    ("inbox.mark", "ids"): "They are numbers of the person's own items; everybody has a first one.",
}
"""Parameters that are not probed, and why."""
OF_ADMINS = {"applicant.approve", "applicant.decline", "emoji.add", "group.delete", "group.update"}
"""What admins of the server alone can run: olga is asked too."""
SHOWN = {("applicant.approve", "APPLICANT"), ("applicant.decline", "APPLICANT")}
"""What admins may know about."""
CODES = {("message.post", "reply_to"): "invalid"}
"""With what a refusal says that there is no such thing, if it is not `not_found`."""


@dataclass
class World:
    """The people, the ids that stand for `MESSAGE` and `SESSION`, and a reader of the database."""

    people: dict[str, Person]
    ids: dict[str, str]
    db: Connection
    _stored: tuple[int, list[str]] = (-1, [])

    def stored(self) -> list[str]:
        """Return every row of the database; they are read again only after a commit."""
        (version,) = self.db.execute("PRAGMA data_version").fetchone()
        if version != self._stored[0]:
            self._stored = version, list(self.db.iterdump())
        return self._stored[1]

    async def settled(self) -> None:
        """Wait until the jobs that follow from what was said are done."""
        waiting = "SELECT count(*) FROM jobs WHERE done_at IS NULL AND key != ''"
        async with asyncio.timeout(PATIENCE):
            while self.db.execute(waiting).fetchone() != (0,):
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
async def world(tmp_path_factory) -> AsyncIterator[World]:
    data = tmp_path_factory.mktemp("hidden")
    async with running(data) as server, AsyncExitStack() as stack:
        everybody = ("alice", "bob", "carol", "mallory", "olga")
        people = {name: await stack.enter_async_context(connect(server.url, name)) for name in everybody}
        alice, carol = people["alice"], people["carol"]
        await make_staff(people["bob"])
        await carol.run("room.create", name="#carols")
        await people["mallory"].run("room.join", room="#carols")
        await carol.run("room.role", room="#carols", username="mallory", role="moderator")
        await alice.say("bob", "hello")
        message = await people["bob"].say("#staff", "hello")
        thread = f"#staff/{message['seq']}"
        ids = {
            "MESSAGE": message["id"],
            "#staff/THREAD": thread,
            "REPLY": (await people["bob"].say(thread, "hello"))["id"],
            "FILE": await upload(alice, picture(), "me.png", square=True),
            "APPLICANT": await applicant(server, people["olga"]),
            "INVITE": (await people["bob"].run("invite.create", room="#staff"))["invite"]["id"],
            "KEY": (await alice.run("key.create", name="x", commands=["read"]))["key"]["id"],
            "PASSKEY": await passkey(alice),
            "SESSION": (await alice.run("session.list"))["sessions"][0]["id"],
        }
        with closing(database(f"file:{data / 'chatrooms.sqlite3'}?mode=ro", uri=True)) as db:
            found = World(people, ids, db)
            await found.settled()
            yield found


async def applicant(server, olga: Person) -> str:
    """Make olga an admin, let somebody ask to join, and return the id under which they wait."""
    await appoint(server.chat, "olga", "admin")
    await olga.run("server.update", sign_up="approval")
    await enter(server.url, "apply", username="erin", about="x")
    return (await olga.run("applicant.list"))["applicants"][0]["id"]


async def passkey(person: Person) -> str:
    """Add a passkey and return its id."""
    await add(person)
    return (await person.run("passkey.list"))["passkeys"][0]["id"]


def parameters() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every parameter of a command with its schema; `sync` has tests of its own."""
    for command in contract().commands:
        for name, schema in contract().params(command)["properties"].items() if command.name != "sync" else ():
            yield command.name, name, schema


def probes() -> Iterator[tuple[str, str, str]]:
    """Yield every parameter that names a room or an object, with each value that must stay hidden."""
    for command, name, schema in parameters():
        if (command, name) not in KNOWN:
            for hidden in _hidden(command, name, _formats(schema)):
                if not _addresses_a_person(command, hidden):
                    yield command, name, hidden


def asked() -> Iterator[tuple[str, str, str, str]]:
    """Yield all that is probed, by whom."""
    for command, field, hidden in probes():
        yield from (("carol", command, field, hidden), ("mallory", command, field, hidden))
        if command in OF_ADMINS and (command, hidden) not in SHOWN:
            yield "olga", command, field, hidden


def _hidden(command: str, name: str, formats: set[str]) -> list[str]:
    """Return what must stay hidden of what a parameter can name."""
    rooms = next((ROOMS[each] for each in ROOMS if each in formats), [])
    return rooms or (OBJECTS.get(_noun(command, name), []) if "uuid" in formats else [])


def _noun(command: str, name: str) -> str:
    """Return what a parameter names by its name: `file` for `files`, and for `id` what its command is about."""
    return command.partition(".")[0] if name in ("id", "ids") else name.removesuffix("s")


def _formats(schema: dict[str, Any]) -> set[str]:
    """Return the formats of a value, or of those in a list."""
    return set(re.findall(r'"format": "([^"]+)"', json.dumps(schema)))


def given(command: str, field: str, value: str) -> dict[str, Any]:
    """Return the parameters of a command, with a value for the probed one."""
    schema = contract().params(next(each for each in contract().commands if each.name == command))["properties"][field]
    return OTHERS.get(command, {}) | {field: [value] if '"array"' in json.dumps(schema) else value}


def _addresses_a_person(command: str, value: str) -> bool:
    """Return whether the value is somebody to write to, not their own room; people are known to everybody."""
    return command in ("message.post", "signal") and value == "bob"


def test_every_command_with_a_room_is_probed():
    described = {command.name: json.dumps(contract().params(command)) for command in contract().commands}
    with_rooms = {name for name, params in described.items() if '"shared-room"' in params or '"room"' in params}
    assert with_rooms - {"room.create", "key.create"} <= {command for command, _, _ in probes()}


def test_every_parameter_that_names_something_is_probed():
    """If this fails for a new one: what it names is to be in `OBJECTS`, or why it is not hidden in `KNOWN`."""
    probed = {(command, field) for command, field, _ in probes()} | KNOWN.keys()
    for command, name, schema in parameters():
        names_something = {"uuid", *ROOMS} & _formats(schema) or name in ("id", "ids") or _noun(command, name) in NOUNS
        assert not names_something or (command, name) in probed, f"{command} {name}: add what it names to OBJECTS"


def test_every_probed_command_is_given_what_it_requires():
    required = {command.name: set(contract().params(command).get("required", ())) for command in contract().commands}
    for command, field, _ in probes():
        lacking = required[command] - OTHERS.get(command, {}).keys() - {field}
        assert not lacking, f"add what {command} requires to OTHERS"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("who", "command", "field", "hidden"), list(asked()))
async def test_what_is_hidden_is_answered_like_what_does_not_exist(world, door, who, command, field, hidden):
    exists = world.ids.get(hidden, hidden)
    missing = MISSING.get(hidden) or str(uuid4())
    before, answers = world.stored(), []
    for value in (exists, missing):
        answer = await DOORS[door](world.people[who], command, given(command, field, value))
        answers.append(json.loads(json.dumps(answer).replace(value, "it")))
    assert answers[0] == answers[1]
    assert not answers[0]["ok"] and _is_about(answers[0]["error"], who, command, field), answers[0]
    assert world.stored() == before


def _is_about(error: dict[str, Any], who: str, command: str, field: str) -> bool:
    """Return whether a command was refused as it did not find what the probed parameter names, not before it looked.

    Of what admins alone can run, people are to learn only that.
    """
    if command in OF_ADMINS and who != "olga":
        return error["code"] == "forbidden"
    return error["code"] == CODES.get((command, field), "not_found") and error["details"] in (
        {"field": field},
        {"room": "it"},
    )


@pytest.mark.parametrize("who", ["carol", "mallory"])
async def test_sync_ignores_what_is_hidden(world, who):
    for hidden, missing in MISSING.items():
        rooms = (world.ids.get(hidden, hidden), missing)
        asked = [{"revs": {room: 0}, "open": [room], "after": ""} for room in rooms]
        first, second = [await world.people[who].run("sync", **params) for params in asked]
        assert first == second
        guessed = {"seq": 1, "id": str(uuid4())}
        asked = [{"revs": {}, "newest": {room: guessed}} for room in rooms]
        first, second = [await DOORS["socket"](world.people[who], "sync", params) for params in asked]
        assert first == second and first["error"]["code"] == "diverged"


async def test_nobody_notices_being_probed(world):
    for who, command, field, hidden in asked():
        await DOORS["socket"](world.people[who], command, given(command, field, world.ids.get(hidden, hidden)))
    for person in world.people.values():
        await person.settled()
        assert not [data for event, data in person.heard if event == "signal" and data["from"] in ("carol", "mallory")]


async def test_probing_for_names_is_limited_by_person_and_by_address(tmp_path):
    async with running(tmp_path, rate_create="3/hour") as server, AsyncExitStack() as stack:
        bob = await stack.enter_async_context(connect(server.url, "bob"))
        await bob.run("room.create", name="#staff", access="private")
        found = []
        for number in range(RATES["create"]):
            guest = await stack.enter_async_context(connect(server.url, f"guest{number}"))
            for _ in range(4):
                with pytest.raises(Refused) as refused:
                    await guest.run("room.create", name="#staff")
                found.append(refused.value.code)
        assert found[:4] == ["conflict"] * 3 + ["rate_limited"]
        assert found.count("conflict") == 3 * RATES["create"] - 1  # bob is at this address too
