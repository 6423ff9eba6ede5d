"""The host application's own rules: who creates rooms, and who writes to whom, by its functions."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import AsyncExitStack

import pytest

from chatrooms import Chatrooms, Forbidden, Settings, User
from chatrooms.doors import policies
from chatrooms.doors.docs.generated import contract
from tests.doors import DOORS
from tests.people import connect
from tests.servers import QUICK, serving
from tests.ways_to_call import WAYS

ASKED = {
    *("message.post", "message.edit", "message.pin", "message.unpin", "reaction.add"),
    *("room.create", "room.invite", "signal", "typing"),
}
UNASKED = {
    "reaction.remove": "It takes away what was written.",
    "preview.remove": "It takes away what was written.",
}
"""Commands that count as posts or signals and tell nobody anything."""
NAMES = ("alice", "bob", "carol")


class Shop:
    """A chat whose rules a test sets, with people who are connected, by their ids."""

    def __init__(self, data) -> None:
        self.chat = Chatrooms(Settings(data=data, service_key="0123456789abcdef" * 2, **QUICK), authenticate=self.who)
        self.people = {}
        self.asked: list[tuple[str, str]] = []

    async def who(self, handshake):
        name = handshake.auth.get("id") or handshake.credentials.token
        return User(f"{name}@example.com", name)

    def denying(self, *denied: tuple[str, str]):
        async def decide(me: str, other: str) -> bool:
            self.asked.append((me.partition("@")[0], other.partition("@")[0]))
            return self.asked[-1] not in denied

        return decide

    async def answer(self, door: str, who: str, command: str, **params):
        return await DOORS[door](self.people[who], command, params)


@pytest.fixture
async def shop(tmp_path):
    made = Shop(tmp_path)
    async with serving(made.chat, lifespan="on") as url, AsyncExitStack() as stack:
        for name in NAMES:
            made.people[name] = await stack.enter_async_context(connect(url, name, auth={"id": name}))
            made.people[name].token = name
        yield made


def test_every_command_that_says_something_is_asked_about():
    said = {each.name for each in contract().commands if each.rate in ("post", "signal")}
    asked = {each.name for each in contract().commands if each.question}
    assert said - asked == set(UNASKED)
    assert asked == ASKED


@pytest.mark.parametrize("way", WAYS)
async def test_a_rule_may_be_anything_that_is_called(shop, way):
    shop.chat.may_write(WAYS[way](lambda subject: not subject.startswith("carol")))
    for to, allowed in (("bob", True), ("carol", False)):
        answer = await shop.answer("socket", "alice", "message.post", room=to, text="x")
        assert answer["ok"] == allowed, answer


def test_a_rule_that_does_not_take_both_is_said_at_once(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path))
    for wrong in (lambda: True, lambda me: True, lambda me, other, *, why: True, lambda me, other, more: True):
        with pytest.raises(TypeError, match="must take the id of a user"):
            chat.may_write(wrong)
    for right in (lambda me, other, more=None: True, lambda *given: True):
        chat.may_write(right)


@pytest.mark.parametrize("door", DOORS)
async def test_people_write_only_to_those_whom_the_application_allows(shop, door):
    earlier = await shop.people["alice"].say("carol", "before")
    shop.chat.may_write(shop.denying(("alice", "carol"), ("carol", "alice")))
    for command, params in (
        ("message.post", {"room": "carol", "text": "x"}),
        ("message.post", {"room": "alice+bob+carol", "text": "x"}),
        ("message.post", {"room": f"alice+carol/{earlier['seq']}", "text": "x"}),
        ("message.edit", {"id": earlier["id"], "text": "x"}),
        ("reaction.add", {"id": earlier["id"], "emoji": "\N{THUMBS UP SIGN}"}),
        ("typing", {"room": "alice+carol"}),
        ("signal", {"to": "carol", "type": "x"}),
    ):
        answer = await shop.answer(door, "alice", command, **params)
        assert answer["error"]["code"] == "forbidden", command
        assert answer["error"]["message"] == policies.REASONS["write"]
    assert (await shop.answer(door, "alice", "message.post", room="bob", text="x"))["ok"]
    assert (await shop.answer(door, "alice", "message.post", room="#lobby", text="x"))["ok"]
    assert (await shop.answer(door, "alice", "message.post", room="alice", text="a note"))["ok"]


async def test_the_application_is_asked_about_ids_and_never_about_itself_or_those_who_do_not_exist(shop):
    shop.chat.may_write(shop.denying())
    await shop.chat.post("alice@example.com", "Howdy")
    await shop.people["alice"].say("alice+system", "thank you")
    assert (await shop.answer("socket", "alice", "message.post", room="nobody", text="x"))["error"][
        "code"
    ] == "not_found"
    assert shop.asked == []
    await shop.chat.post("bob@example.com", "from alice", author="alice@example.com")
    assert shop.asked == [("alice", "bob")]


@pytest.mark.parametrize("door", DOORS)
async def test_people_create_and_invite_as_the_application_allows(shop, door):
    shop.chat.may_create(lambda me, room: me == "alice@example.com" and room != "#no")
    shop.chat.may_write(shop.denying(("alice", "carol")))
    assert (await shop.answer(door, "bob", "room.create", name="#bobs"))["error"]["code"] == "forbidden"
    assert (await shop.answer(door, "alice", "room.create", name="#no"))["error"]["code"] == "forbidden"
    assert (await shop.answer(door, "alice", "room.create", name="#yes"))["ok"]
    assert (await shop.answer(door, "alice", "room.invite", room="#yes", username="carol"))["error"][
        "code"
    ] == "forbidden"
    assert (await shop.answer(door, "alice", "room.invite", room="#yes", username="bob"))["ok"]


async def mistaken(_me, _other):
    raise RuntimeError("a mistake of the host's")


async def reasoned(_me, _other):
    raise Forbidden("Only staff writes to customers.")


async def endless(_me, _other):
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("decide", "code", "message"),
    [
        (mistaken, "forbidden", policies.REASONS["write"]),
        (lambda _me, _other: "yes", "forbidden", policies.REASONS["write"]),
        (lambda _me, _other: None, "forbidden", policies.REASONS["write"]),
        (reasoned, "forbidden", "Only staff writes to customers."),
        (endless, "unavailable", "The server can't do that right now. Try again."),
    ],
)
async def test_only_true_allows(shop, decide, code, message, monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    if decide is endless:
        monkeypatch.setattr(policies, "SECONDS_TO_ANSWER", 0.05)
    shop.chat.may_write(decide)
    shop.chat.may_write(shop.denying())
    answer = await shop.answer("socket", "alice", "message.post", room="bob", text="x")
    assert (answer["error"]["code"], answer["error"]["message"]) == (code, message)
    assert shop.asked == []


async def test_nobody_waits_for_a_function_that_blocks(shop):
    asked, goes_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(_me, _other):
        loop.call_soon_threadsafe(asked.set)
        return goes_on.wait(4)

    shop.chat.may_write(slow)
    waiting = asyncio.create_task(shop.answer("http", "alice", "message.post", room="bob", text="slow"))
    await asked.wait()
    assert (await shop.answer("http", "carol", "message.post", room="#lobby", text="quick"))["ok"]
    assert not waiting.done()
    goes_on.set()
    assert (await waiting)["ok"]


async def test_messages_of_a_socket_keep_their_order_while_the_application_decides(shop):
    shop.chat.may_write(shop.denying())
    alice = shop.people["alice"]
    await asyncio.gather(*(alice.run("message.post", room="bob", text=str(number)) for number in range(20)))
    history = await alice.run("history", room="alice+bob")
    assert [message["text"] for message in history["messages"]] == [str(number) for number in range(20)]


def test_what_cannot_decide_is_rejected(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    with pytest.raises(TypeError):
        chat.may_create(lambda: True)
