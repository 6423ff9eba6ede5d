"""A host application that must pass mypy --strict and pyright."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_type

from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Authenticate, Chatrooms, Connected, Forbidden, Handshake, Message, Refusal, Settings, User, outbox
from chatrooms import Change as HeardChange
from chatrooms.client import Change, Client, Membership
from chatrooms.client import Message as ReceivedMessage
from chatrooms.wire.server import Server


class Banned(Forbidden):
    code = "banned"


async def who(handshake: Handshake) -> str | None:
    if handshake.cookies.get("session") == "banned":
        raise Banned(until="2027")
    return handshake.headers.get("x-user")


async def welcome(username: str, auth: Mapping[str, Any]) -> None:
    try:
        await chat.post("#lobby", f"{username} is here", id=auth.get("id"))
    except Refusal as refusal:
        print(refusal.code, refusal.message, refusal.details)


authenticate: Authenticate = who
on_connect: Connected = welcome
engine = create_engine("sqlite://")
folder = Settings(data=Path("shop")).data
assert_type(folder, Path)
chat = Chatrooms(
    Settings(name="Example", lobby="", login_url="/login", data="shop", hosts=["shop.example"], origins="https://a.b"),
    authenticate=authenticate,
    on_connect=on_connect,
    outbox=engine,
)
app = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)


@chat.may_write
async def may_write(user_id: str, to_id: str) -> bool:
    return await chat.username(user_id) != await chat.username(to_id)


@chat.may_create
def may_create(user_id: str, room: str) -> bool:
    return room.startswith("#team-")


@chat.on_join
async def welcome_to(user_id: str, room: str) -> None:
    await chat.post(room, f"Welcome, {await chat.username(user_id)}!")


@chat.on_change(room="#support")
async def follow(change: HeardChange) -> None:
    print(change["rev"], *(row["text"] for row in change.get("messages", ())))


@chat.on_message
async def hear(message: Message) -> None:
    print(message["text"], *message["mentions"], *(file["name"] for file in message["files"]))


@chat.on_message(room="#support", mention="helper@example.com")
async def answer(message: Message) -> int:
    return message["seq"]


@chat.on_connect
async def greet(user_id: str, handshake: Handshake) -> str:
    return handshake.address


server = Server(ping_interval=5)


@server.on("greeting")
async def greeting(sid: str, data: dict[str, int]) -> int:
    return data["n"]


@server.event
async def farewell(sid: str) -> str:
    return sid


async def use() -> None:
    with engine.begin() as db:
        db.execute(outbox.message("alice", "Howdy", key="greeting"))
    assert_type(chat.add_user_sync(User("alice", tenant="acme")), str)
    assert_type(User("alice", "Alice", "/media/alice.png", ("admin", "billing")).avatar, str)
    User("alice", avatar="https://example.org/alice.png", roles=["moderator"])
    chat.signal_sync("alice", "greeting")
    assert_type(chat.user_id_sync("alice"), str)
    assert_type(await answer(await chat.post("alice", "Howdy")), int)
    assert_type(may_create("alice", "#team-7"), bool)
    assert_type(await may_write("alice", "bob"), bool)
    await chat.remove_user("alice")
    message = await chat.post("alice", "Howdy")
    assert_type(message, Message)
    assert_type(message["text"], str | None)
    assert_type(await chat.run("user.me", {}, username="alice"), dict[str, Any])
    assert_type(await farewell("a"), str)
    assert_type(await greeting("a", {"n": 1}), int)
    async with Client("http://127.0.0.1:8000", username="bob") as bob:
        async for change in bob.changes():
            assert_type(change, Change)
            assert_type(change.rows("messages"), list[ReceivedMessage])
            assert_type(change.rows("memberships"), list[Membership])
            for table in change.tables:
                print(change.rows(table))
