"""Removing people for the application that the chat belongs to, and adding them again."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from sqlalchemy import Connection, select

from chatrooms.errors import NotFound
from chatrooms.features import roles, users
from chatrooms.identity import endings, hosts, suspensions
from chatrooms.identity.accounts import User
from chatrooms.pipeline import people, rights
from chatrooms.pipeline.act import APPLICATION, Act
from chatrooms.pipeline.chat import Chat
from chatrooms.storage import grouped
from chatrooms.storage.tables import members, rooms


async def remove(chat: Chat, username: str) -> None:
    """Remove a person, as `ApplicationDoor.remove_user` says; raises `NotFound`. It can be repeated after a crash."""
    await chat.change(partial(_bar, username=username), APPLICATION, username)
    await _end_memberships(chat, username)


async def add(chat: Chat, user: User) -> str:
    """Return the username of an account, which is added if it is new here, or was removed."""
    username = await hosts.add(chat, user)
    if await chat.lookup(lambda db: people.is_removed(db, username)):
        await _end_memberships(chat, username)  # in case that removing was interrupted
        locks = users.locks_to_join(username, chat.settings.lobby)
        await chat.change(partial(_readmit, username=username), APPLICATION, *locks)
    return username


def _bar(act: Act, username: str) -> None:
    """End all that lets a person in, their part in groups, and their role if it is more than a member's."""
    if rights.rank(rights.of(act.db, username)) > rights.rank("member"):
        roles.vouch(act, username, "member")
    suspensions.remove(act.db, username)
    grouped.leave(act.db, username)
    act.ended.extend(endings.end_for_good(act.db, username))
    act.barred.append(username)


async def _end_memberships(chat: Chat, username: str) -> None:
    for room in await chat.lookup(lambda db: _shared_rooms(db, username)):
        with suppress(NotFound):  # they left in the meantime
            await chat.run("room.remove", {"room": room, "username": username}, APPLICATION)


def _shared_rooms(db: Connection, username: str) -> list[str]:
    theirs = members.c.username == username, members.c.gone.is_(False), rooms.c.access.in_(("open", "private"))
    found = select(members.c.room).join(rooms, rooms.c.name == members.c.room).where(*theirs)
    return list(db.scalars(found.order_by(members.c.room)))


def _readmit(act: Act, username: str) -> None:
    suspensions.readmit(act.db, username)
    users.join_lobby(act, username)
