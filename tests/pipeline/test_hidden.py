"""Errors do not reveal what exists: to people outside, a private room and one that does not exist are the same.

The exception is `room.create`, as a name belongs to one room: it says that the name is taken, and probing has a rate.
"""

from __future__ import annotations

import asyncio
import json
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
from tests.doors import DOORS
from tests.people import PATIENCE, Person, Refused, connect
from tests.servers import running
from tests.world import make_staff

MISSING = {"#staff": "#never", "alice+bob": "alice+nobody", "bob": "nobody"}
MISSING |= {"#staff/THREAD": "#never/3", "alice+bob/1": "alice+nobody/1", "bob/1": "nobody/1"}
"""What exists and carol must not know about, and something of the same kind that does not exist."""
KINDS = {"shared-room": ["#staff"], "room": list(MISSING), "uuid": ["MESSAGE", "REPLY", "SESSION"]}
"""By the format of a parameter; the capital letters stand for ids of alice's."""
OTHERS: dict[str, dict[str, Any]] = {
    "message.post": {"room": "#lobby", "text": "x"},
    "message.edit": {"text": "x"},
    "preview.remove": {"url": "https://example.org"},
    "reaction.add": {"emoji": "\N{THUMBS UP SIGN}"},
    "reaction.list": {"emoji": "\N{THUMBS UP SIGN}"},
    "reaction.remove": {"emoji": "\N{THUMBS UP SIGN}"},
    "room.picture": {"room": "#lobby", "file": None},
    "room.update": {"title": "x"},
    "room.invite": {"username": "carol"},
    "room.remove": {"username": "bob"},
    "room.role": {"username": "bob", "role": "member"},
    "read.mark": {"seq": 1},
    "search": {"query": "hello"},
    "signal": {"type": "x"},
    "user.rights": {"username": "bob"},
}
"""The other parameters of a command."""
KNOWN = {
    ("room.create", "name"): "A name belongs to one room.",
    ("message.post", "id"): "Nobody can guess an id, and one of another message cannot be stored.",
}
"""Parameters that must differ from those of others, and why."""


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
        everybody = ("alice", "bob", "carol", "mallory")
        people = {name: await stack.enter_async_context(connect(server.url, name)) for name in everybody}
        await make_staff(people["bob"])
        await people["alice"].say("bob", "hello")
        message = await people["bob"].say("#staff", "hello")
        thread = f"#staff/{message['seq']}"
        ids = {
            "MESSAGE": message["id"],
            "#staff/THREAD": thread,
            "REPLY": (await people["bob"].say(thread, "hello"))["id"],
            "SESSION": (await people["alice"].run("session.list"))["sessions"][0]["id"],
        }
        with closing(database(f"file:{data / 'chatrooms.sqlite3'}?mode=ro", uri=True)) as db:
            found = World(people, ids, db)
            await found.settled()
            yield found


def probes() -> Iterator[tuple[str, str, str]]:
    """Yield every parameter that names a room or an object, with each value that must stay hidden."""
    for command in contract().commands:
        for name, field in contract().params(command)["properties"].items() if command.name != "sync" else ():
            for hidden in KINDS.get(_format(field), ()):
                if (command.name, name) not in KNOWN and not _addresses_a_person(command.name, hidden):
                    yield command.name, name, hidden


def _format(field: dict[str, Any]) -> str:
    return next((each["format"] for each in [field, *field.get("anyOf", ())] if "format" in each), "")


def _addresses_a_person(command: str, value: str) -> bool:
    """Return whether the value is somebody to write to, not their own room; people are known to everybody."""
    return command in ("message.post", "signal") and value == "bob"


def test_every_command_with_a_room_is_probed():
    described = {command.name: json.dumps(contract().params(command)) for command in contract().commands}
    with_rooms = {name for name, params in described.items() if '"shared-room"' in params or '"room"' in params}
    assert with_rooms - {"room.create", "key.create"} <= {command for command, _, _ in probes()}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["carol", "mallory"])
@pytest.mark.parametrize(("command", "field", "hidden"), list(probes()))
async def test_what_is_hidden_is_answered_like_what_does_not_exist(world, door, who, command, field, hidden):
    exists = world.ids.get(hidden, hidden)
    missing = MISSING.get(hidden) or str(uuid4())
    before, answers = world.stored(), []
    for value in (exists, missing):
        params = OTHERS.get(command, {}) | {field: value}
        answer = await DOORS[door](world.people[who], command, params)
        answers.append(json.loads(json.dumps(answer).replace(value, "it")))
    assert answers[0] == answers[1]
    assert not answers[0]["ok"]
    assert world.stored() == before


@pytest.mark.parametrize("who", ["carol", "mallory"])
async def test_sync_ignores_what_is_hidden(world, who):
    for hidden, missing in MISSING.items():
        rooms = (world.ids.get(hidden, hidden), missing)
        asked = [{"revs": {room: 0}, "open": [room], "after": ""} for room in rooms]
        first, second = [await world.people[who].run("sync", **params) for params in asked]
        assert first == second


async def test_nobody_notices_being_probed(world):
    for command, field, hidden in probes():
        for who in ("carol", "mallory"):
            params = OTHERS.get(command, {}) | {field: world.ids.get(hidden, hidden)}
            await DOORS["socket"](world.people[who], command, params)
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
