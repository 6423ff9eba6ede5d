"""Uses of the client for ``mypy`` to check; never run. Each ignored line must be an error."""

from __future__ import annotations

from typing import Any, Literal, assert_type

from chatrooms.client import (
    Bot,
    Change,
    Client,
    History,
    Listing,
    Member,
    MemberPage,
    Message,
    Read,
    Room,
    Session,
    User,
)


async def use(alice: Client, change: Change) -> None:
    """Use what type-checks, and what must not."""
    assert_type(change.rows("messages"), list[Message])
    assert_type(change.rows("members"), list[Member])
    assert_type(change.rows("reads"), list[Read])
    assert_type([change.rows(table) for table in change.tables], list[list[Any]])
    assert_type(await alice.history("bob", before=3), History)
    assert_type(await alice.members("#lobby"), MemberPage)
    assert_type(await alice.joinable("design"), list[Listing])
    assert_type(await alice.watch(["bob"]), dict[str, Literal["online", "offline"]])
    assert_type(await alice.create("#design", access="private"), Room)
    assert_type(await alice.sessions(), list[Session])
    assert_type(await alice.me(), User)
    assert_type((await alice.post("bob", "Hi"))["text"], str | None)
    async for member in alice.iter_members("#lobby"):
        assert_type(member["role"], Literal["owner", "moderator", "member"])

    change.rows("messages")[0]["title"]  # type: ignore[typeddict-item] # messages have none
    await alice.create("#design", access="conversation")  # type: ignore[arg-type] # only the server creates those
    await alice.history("bob", 3)  # type: ignore[call-arg] # before, after or around?


bot = Bot("http://127.0.0.1:8000", username="echo")


@bot.on_message
async def answer(message: Message) -> None:
    assert_type(await bot.reply(message, "Howdy"), Message)


@bot.on_message(room="#lobby", mention=True)
def note(message: Message) -> None:
    assert_type(bot.reply_sync(message, "Noted"), Message)


@bot.on_message  # type: ignore[type-var] # a handler takes a message
async def forget() -> None:
    return None
