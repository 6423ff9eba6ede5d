"""Bots: each message is handled at least once and in order, and what is replied is posted once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chatrooms.client import Bot, Client, Refused, lease
from chatrooms.client import handlers as handling
from tests.client.faults import Faults
from tests.client.waiting import change_saying, stored, texts
from tests.people import PATIENCE, connect
from tests.ways_to_call import WAYS


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    """Wait a little for other copies, and before trying again."""
    for name, seconds in (("BEAT", 0.1), ("PATIENCE", 0.4), ("GREETING", 0.1)):
        monkeypatch.setattr(lease, name, seconds)
    monkeypatch.setattr(handling.Backoff, "next", lambda _: 0.01)


@asynccontextmanager
async def serving(*bots: Bot) -> AsyncIterator[None]:
    """Run bots until they work, and end them at the end."""
    tasks = [asyncio.create_task(bot.serve()) for bot in bots]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


class Echo(Bot):
    """A bot that replies with what it heard."""

    def __init__(self, url: str, **how) -> None:
        super().__init__(url, username="echo", **how)
        self.handled: list[str] = []
        self.on_message(self.answer)

    async def answer(self, message) -> None:
        self.handled.append(message["text"])
        await self.reply(message, f"echo {message['text']}")


async def known(url: str) -> str:
    """Return the token of the name `echo`, whose person has been here."""
    async with Client(url, username="echo") as echo:
        return echo.token


async def test_a_bot_replies_to_others_in_order_and_not_to_itself(own_server, join):
    alice = await join("alice")
    changes = alice.changes()
    bot = Echo(own_server.url)
    async with serving(bot):
        await until(lambda: bot.working)
        for number in range(5):
            await alice.post("#lobby", f"{number}")
        await alice.post("echo", "alone")
        await change_saying(changes, "echo 4")
        await until(lambda: "alice+echo" in alice.rooms and "echo alone" in texts(alice, "alice+echo"))
        replies = [row for row in await stored(alice, "#lobby") if row["author"] == "echo" and row["number"]]
    assert [text for text in bot.handled if text != "alone"] == [*"01234"]
    assert [row["text"] for row in replies] == [f"echo {number}" for number in range(5)]
    assert [row["quoted"]["text"] for row in replies] == [*"01234"]


async def test_a_bot_goes_on_where_it_stopped(own_server, join):
    token = await known(own_server.url)
    alice = await join("alice")
    await alice.post("#lobby", "before it ran")
    for text in ("once", "twice"):
        bot = Echo(own_server.url, token=token)
        changes = alice.changes()
        async with serving(bot):
            await alice.post("#lobby", text)
            await change_saying(changes, f"echo {text}")
            await until(lambda bot=bot: bot.unread("#lobby") == 0)
        await alice.post("#lobby", f"after {text}")
    bot = Echo(own_server.url, token=token)
    async with serving(bot):
        await until(lambda: "after twice" in bot.handled)
    every = ("before it ran", "once", "after once", "twice", "after twice")
    await until(lambda: len([text for text in texts(alice, "#lobby") if text.startswith("echo")]) == len(every))
    replies = [text for text in texts(alice, "#lobby") if text.startswith("echo")]
    assert replies == [f"echo {text}" for text in every]
    assert bot.handled == ["after twice"]


async def test_a_bot_serves_again_once_it_has_ended_and_only_then(own_server, join):
    alice = await join("alice")
    bot = Echo(own_server.url, token=await known(own_server.url))
    for text in ("one", "two"):
        await alice.post("echo", text)
        async with serving(bot):
            await until(lambda text=text: texts(alice, "alice+echo")[-1] == f"echo {text}")
            with pytest.raises(RuntimeError, match="runs already"):
                await bot.serve()
    assert bot.handled == ["one", "two"]


async def test_a_message_whose_handling_was_cut_off_is_handled_again_and_answered_once(own_server, join):
    token = await known(own_server.url)
    alice = await join("alice")
    replied, handled = asyncio.Event(), []

    async def answer(message):
        handled.append(message["text"])
        await bot.reply(message, "On it")
        replied.set()
        if len(handled) == 1:
            await asyncio.Event().wait()
        await bot.reply(message, "Done")

    for _ in range(2):
        bot = Bot(own_server.url, username="echo", token=token)
        bot.on_message(answer)
        replied.clear()
        changes = alice.changes()
        async with serving(bot):
            if not handled:
                await alice.post("#lobby", "Please")
            await asyncio.wait_for(replied.wait(), PATIENCE)
            if len(handled) == 2:
                await change_saying(changes, "Done")
    assert handled == ["Please", "Please"]
    assert texts(alice, "#lobby") == ["Please", "On it", "Done"]


async def test_a_handler_that_raises_is_called_again_and_the_next_message_comes_after_it(own_server, join, caplog):
    alice = await join("alice")
    handled = []
    bot = Bot(own_server.url, username="echo", attempts=3)

    @bot.on_message
    async def fail(message):
        handled.append(message["text"])
        await bot.reply(message, f"trying {message['text']}")
        if message["text"] == "bad" or len(handled) == 1:
            raise ValueError("a mistake of the bot's")

    @bot.on_message(room="#elsewhere")
    async def never(message):
        handled.append("elsewhere")

    with caplog.at_level(logging.ERROR, logger="chatrooms.client.bot"):
        async with serving(bot):
            await until(lambda: bot.working)
            for text in ("shaky", "bad", "good"):
                await alice.post("#lobby", text)
            await until(lambda: "trying good" in texts(alice, "#lobby"))
    assert handled == ["shaky", "shaky", "bad", "bad", "bad", "good"]
    assert sorted(text for text in texts(alice, "#lobby") if "trying" in text) == [
        f"trying {text}" for text in ("bad", "good", "shaky")
    ]
    assert caplog.text.count("failed 3 times, going on") == 1
    assert "bad" not in caplog.records[0].getMessage()


def test_a_forgotten_number_sign_is_said_at_once():
    bot = Bot("http://127.0.0.1:8000", username="echo")
    with pytest.raises(ValueError, match="such as '#support', and conversations, not 'support'"):
        bot.on_message(room="support")


@pytest.mark.parametrize("wrong", [5, "#support", lambda: None, lambda message, more: None])
def test_what_cannot_be_called_with_a_message_is_said_at_once(wrong):
    bot = Bot("http://127.0.0.1:8000", username="echo")
    for register in (bot.on_message, bot.on_message(mention=True)):
        with pytest.raises(TypeError, match="called with a message"):
            register(wrong)
    for right in (print, lambda message, more=None: None, lambda *given: None, [].append):
        assert bot.on_message(right) is right


async def test_a_plain_function_runs_in_a_thread_and_mentions_can_be_all_that_it_wants(own_server, join):
    alice = await join("alice")
    changes = alice.changes()
    bot = Bot(own_server.url, username="echo")

    @bot.on_message(mention=True)
    def answer(message):
        bot.reply_sync(message, "You called?")

    async with serving(bot):
        await until(lambda: bot.working)
        await alice.post("#lobby", "Nobody")
        asked = await alice.post("#lobby", "Hey @echo")
        change = await change_saying(changes, "You called?")
        assert change.rows("messages")[0]["reply_to"] == asked["id"]
    assert texts(alice, "#lobby").count("You called?") == 1


async def test_a_handler_may_be_anything_that_is_called(own_server, join):
    alice, heard = await join("alice"), []
    bot = Bot(own_server.url, username="echo")
    for way, made in WAYS.items():
        bot.on_message(made(lambda message, way=way: heard.append((way, message["text"]))))
    async with serving(bot):
        await until(lambda: bot.working)
        await alice.post("#lobby", "Hey")
        await until(lambda: len(heard) == len(WAYS))
    assert heard == [(way, "Hey") for way in WAYS]


async def test_of_two_copies_one_answers_and_the_other_takes_over(own_server, join, monkeypatch):
    monkeypatch.setattr(lease, "GREETING", 1.0)
    monkeypatch.setattr(lease, "PATIENCE", 3.0)
    token = await known(own_server.url)
    alice = await join("alice")
    first, second = (Echo(own_server.url, token=token) for _ in range(2))
    leading = asyncio.create_task(first.serve())
    await until(lambda: first.working)
    async with serving(second):
        await until(lambda: second.connected)
        for number in range(5):
            await alice.post("#lobby", f"{number}")
        await until(lambda: "echo 4" in texts(alice, "#lobby"))
        assert (first.handled, second.handled) == ([*"01234"], [])
        leading.cancel()
        await asyncio.wait({leading})
        await alice.post("#lobby", "again")
        await until(lambda: "echo again" in texts(alice, "#lobby"))
    assert sum(text.startswith("echo") for text in texts(alice, "#lobby")) == 6


async def test_what_comes_between_a_connection_and_the_lease_is_handled_though_the_copy_slept_through_both(
    own_server, join, monkeypatch
):
    monkeypatch.setattr(lease, "BEAT", 3.0)
    alice, faults = await join("alice"), Faults()
    bot = Echo(own_server.url, socket=faults.socket)
    async with serving(bot):
        await until(lambda: bot.working)
        await faults.cut()
        await until(lambda: bot.connected and not bot.working)
        changes = alice.changes()
        await alice.post("#lobby", "in between")
        await change_saying(changes, "echo in between")


async def test_the_token_of_a_claimed_name_is_kept_for_its_owner_alone(own_server, tmp_path):
    path = tmp_path / "bots" / "echo.token"
    for given in (path, str(path)):
        bot = Echo(own_server.url, token_file=given)
        async with serving(bot):
            await until(lambda bot=bot: bot.working)
        assert path.read_text().strip() == bot.token
        assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["echo.token"]


async def test_a_bot_that_the_server_does_not_let_in_ends_with_the_reason(own_server):
    with pytest.raises(Refused, match="unauthorized"):
        await asyncio.wait_for(Bot(own_server.url, token="x" * 43).serve(), PATIENCE)


async def test_a_bot_acts_by_a_service_key_that_is_for_read_positions_too(own_server, join):
    bob = await join("bob")
    changes = bob.changes()
    async with connect(own_server.url, "alice") as alice:
        keys = [
            (await alice.run("key.create", name="Bot", commands=["read", "post", *more]))["key"]["token"]
            for more in ((), ("own",))
        ]
    with pytest.raises(Refused, match="forbidden"):
        await asyncio.wait_for(Bot(own_server.url, token=keys[0]).serve(), PATIENCE)
    bot = Bot(own_server.url, token=keys[1])
    bot.on_message(lambda message: bot.reply_sync(message, "Here"))
    async with serving(bot):
        await until(lambda: bot.working)
        await bob.post("#lobby", "Anybody?")
        await change_saying(changes, "Here")
