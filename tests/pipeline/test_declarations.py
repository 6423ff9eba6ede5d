"""Mistakes in declarations fail at import, or the pipeline undoes the command on every database."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import socketio.exceptions

from chatrooms import Chatrooms, Forbidden, Settings
from chatrooms.errors import Internal, NotAMember, NotFound, Refusal
from chatrooms.features.files.serving import CONTENTS
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, change, entry, live, query
from chatrooms.pipeline.feature import Feature, Features
from chatrooms.pipeline.part import Part
from tests.direct import DECLARED
from tests.doors import post
from tests.people import Person, leave
from tests.servers import QUICK, serving

PEOPLE = ("alice", "bob", "carol")


@pytest.fixture
async def chat(tmp_path, either_database) -> AsyncIterator[Chatrooms]:
    """Run a chat that alice, bob and carol have joined."""
    chat = Chatrooms(Settings(data=tmp_path, database=either_database, **QUICK), authenticate=_by_name)
    async with chat.lifespan(), serving(chat) as url:
        for name in PEOPLE:
            await post(url, "/api/user.me", {}, headers={"login": name})
        yield chat


async def _by_name(handshake):
    return handshake.headers["login"]


async def code_of(work):
    """Return the code of a refused command, or None."""
    try:
        await work
    except Refusal as refusal:
        return refusal.code


async def roles(chat, room="#den"):
    members = (await chat.run("room.members", {"room": room}, username="carol"))["members"]
    return {member["username"]: member["role"] for member in members}


@pytest.fixture
async def den(chat):
    """Create `#den`, owned by alice; bob and carol joined later."""
    await chat.run("room.create", {"name": "#den"}, username="alice")
    for name in ("bob", "carol"):
        await chat.run("room.join", {"room": "#den"}, username=name)
    return chat


async def together(chat, *works):
    """Return the outcomes of works that the writer takes as one batch."""
    gate = threading.Event()
    first = asyncio.create_task(chat._db.writer.change(lambda _: gate.wait(10)))
    await asyncio.sleep(0)
    tasks = [asyncio.ensure_future(work) for work in works]
    while len(chat._db.writer._waiting) < len(tasks):
        await asyncio.sleep(0)
    gate.set()
    await first
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_command_that_changes_a_room_it_did_not_lock_is_undone_alone(chat, monkeypatch, caplog):
    join = dataclasses.replace(DECLARED["room.join"], locks=lambda _db, me, _p: [me.username])
    monkeypatch.setitem(chat._features.commands, "room.join", join)
    await chat.run("room.create", {"name": "#den"}, username="alice")
    join = chat.run("room.join", {"room": "#den"}, username="bob")
    outcomes = await together(chat, join, chat.post("#den", "hi", author="alice"))
    assert isinstance(outcomes[0], Internal) and outcomes[1]["text"] == "hi"
    assert "command failed: chatrooms.pipeline.changes.RoomNotLocked" in caplog.text
    members = (await chat.run("room.members", {"room": "#den"}, username="alice"))["members"]
    assert [member["username"] for member in members] == ["alice"]


async def test_a_command_cannot_broadcast_rows_that_sync_would_not_return(chat, monkeypatch, caplog):
    def add(act, _p, _here):
        act.changes.rev("alice")
        act.changes.add("alice", "hobbies", {"room": "alice"})

    update = dataclasses.replace(DECLARED["user.update"], body=add)
    monkeypatch.setitem(chat._features.commands, "user.update", update)
    with pytest.raises(Internal):
        await chat.run("user.update", {"about": "me"}, username="alice")
    assert "command failed: chatrooms.pipeline.changes.NotSynced" in caplog.text


@pytest.mark.parametrize("name", [name for name, command in DECLARED.items() if command.rate == "signal"])
async def test_a_repeatable_query_cannot_emit_signals(chat, monkeypatch, caplog, name):
    given = {"typing": {"room": "#lobby"}, "signal": {"to": "#lobby", "type": "wave"}}[name]
    assert await chat.run(name, given, username="alice") == {}
    monkeypatch.setitem(chat._features.commands, name, dataclasses.replace(DECLARED[name], repeatable=True))
    with pytest.raises(Internal):
        await chat.run(name, given, username="alice")
    assert "read failed: chatrooms.pipeline.transacting.NotRepeatable" in caplog.text


async def test_a_mistake_in_the_locks_refuses_that_command_alone(chat, monkeypatch):
    update = dataclasses.replace(DECLARED["user.update"], locks=lambda *_: [1 / 0])
    monkeypatch.setitem(chat._features.commands, "user.update", update)
    update = chat.run("user.update", {"about": "me"}, username="alice")
    outcomes = await together(chat, update, chat.post("#lobby", "hi", author="bob"))
    assert isinstance(outcomes[0], Internal) and outcomes[1]["text"] == "hi"


async def test_the_owner_leaves_and_the_room_passes_on(den):
    await den.run("room.leave", {"room": "#den"}, username="alice")
    assert await roles(den) == {"bob": "owner", "carol": "member"}
    await den.run("room.remove", {"room": "#den", "username": "bob"}, username="bob")
    assert await roles(den) == {"carol": "owner"}


async def test_a_room_with_another_owner_does_not_pass_on(den):
    def promote(act):
        from chatrooms.features import members

        members._put(act, "#den", "carol", role="owner", gone=False, known=True)

    await den._pipeline.change(promote, Caller("system", host=True), "#den", "carol")
    await den.run("room.leave", {"room": "#den"}, username="alice")
    assert await roles(den) == {"bob": "member", "carol": "owner"}


async def test_the_next_owner_leaves_at_the_same_moment(den):
    await together(
        den,
        den.run("room.leave", {"room": "#den"}, username="bob"),
        den.run("room.leave", {"room": "#den"}, username="alice"),
    )
    assert await roles(den) == {"carol": "owner"}


async def test_a_message_is_edited_at_the_moment_it_is_posted(chat):
    id = str(uuid4())
    posted, edited = await together(
        chat,
        chat.run("message.post", {"room": "bob", "text": "hi", "id": id}, username="alice"),
        chat.run("message.edit", {"id": id, "text": "hello"}, username="alice"),
    )
    assert (posted["message"]["text"], edited["message"]["text"]) == ("hi", "hello")


async def test_an_outsider_has_no_access_and_peek_is_only_for_joining(den):
    await den.run("room.create", {"name": "#shut", "access": "private"}, username="alice")

    def ask(find, room):
        return den._db.reader.read(lambda db: find(db, Caller("mallory"), room))

    for room, refusal in (("#shut", NotFound), ("#den", NotAMember), ("alice", NotFound), ("alice+bob", NotFound)):
        with pytest.raises(refusal):
            await ask(access.of, room)
    assert (await ask(access.peek, "#den")).role is None
    assert await code_of(den.run("room.join", {"room": "#shut"}, username="bob")) == "not_found"


def no_locks(_db, _me, _p):
    return ()


def changing(name, **how):
    return change(name, locks=no_locks, repeatable=True, **how)


def lively(name, **how):
    return live(name, repeatable=True, **how)


@pytest.mark.parametrize("kind", [query, lively, entry, changing])
def test_an_unknown_rate_is_found_at_import(kind):
    def body(act: Act, p: Params, _: None) -> None:
        pass

    with pytest.raises(ValueError, match=r"x\.y has an unknown rate: hugs"):
        kind("x.y", may=access.anyone, rate="hugs")(body)


@pytest.mark.parametrize("how", [{}, {"locks": no_locks}])
def test_what_may_have_an_effect_each_time_says_whether_clients_may_run_it_again(how):
    with pytest.raises(TypeError, match="repeatable"):
        (change if how else live)("x.y", may=access.anyone, **how)


@pytest.mark.parametrize("kind", [query, lively, entry, changing])
def test_a_body_whose_parameters_have_another_name_is_found_at_import(kind):
    def body(act: Act, params: Params, _: None) -> None:
        pass

    with pytest.raises(ValueError, match=r"x\.y needs type hints: its parameters are called `p`"):
        kind("x.y", may=access.anyone)(body)


TWICE = {
    "contents": [Feature(contents=CONTENTS)] * 2,
    "mine": [Feature(parts=(Part(name, Any, "", None, dict, mine=dict),)) for name in ("liked", "seen")],
}
"""What one feature or part can have, and features of which two have it."""


@pytest.mark.parametrize(("what", "both"), TWICE.items(), ids=TWICE)
def test_what_one_can_have_is_never_dropped_silently(what, both):
    Features(both[:1])
    with pytest.raises(ValueError, match=f"only one can have `{what}`"):
        Features(both)


class Banned(Forbidden):
    """A host application's own refusal."""

    code = "banned"
    default = "You were banned."


class BannedForLong(Banned):
    """A subclass of the host application's refusal."""


@pytest.mark.parametrize("refusal", [Banned, BannedForLong])
async def test_both_doors_return_the_hosts_own_refusals(tmp_path, refusal):
    async def authenticate(_handshake):
        raise refusal(until="2027")

    chat = Chatrooms(Settings(data=tmp_path, **QUICK), authenticate=authenticate)
    async with chat.lifespan(), serving(chat) as url:
        status, answer, _ = await post(url, "/api/user.me", {})
        told = {"code": "banned", "message": "You were banned.", "details": {"until": "2027"}}
        assert (status, answer) == (403, {"ok": False, "error": told})
        mallory, errors = Person(url, "mallory"), []
        mallory.client.on("connect_error", errors.append)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await mallory.client.connect(url)
        await leave(mallory)
        assert errors == [{"message": "You were banned.", "data": {"code": "banned", "until": "2027"}}]
