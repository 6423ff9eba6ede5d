"""Items about threads: a follower with unread messages in a thread has an unread item about it.

It leads to the first of them. Others are added only after it was read, so that a lively thread fills no inbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

from sqlalchemy import Connection, bindparam, func, select

from chatrooms import names
from chatrooms.features.inbox import items
from chatrooms.features.inbox.items import AT_ONCE, THREAD
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.own_tables import blocks, follows, inbox
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import is_message, messages, reads

_of = inbox.c.username == bindparam("who"), inbox.c.room == bindparam("thread")
_known = select(func.coalesce(func.max(inbox.c.seq), 0)).where(*_of).scalar_subquery()
_position = (
    select(func.coalesce(func.max(reads.c.seq), 0))
    .where(reads.c.username == bindparam("who"), reads.c.room == bindparam("thread"))
    .scalar_subquery()
)
_is_blocked = (
    select(blocks.c.blocked)
    .where(blocks.c.username == bindparam("who"), blocks.c.blocked == messages.c.author, blocks.c.gone.is_(False))
    .correlate(messages)
)
_unread = Prepared(select(inbox.c.id, inbox.c.kind).where(*_of, *items.is_unread))
_first = Prepared(
    SYNCED["messages"]
    .select()
    .where(
        messages.c.room == bindparam("thread"),
        messages.c.seq > _position,
        messages.c.seq > _known,
        messages.c.author != bindparam("who"),
        messages.c.deleted.is_(False),
        is_message,
        ~_is_blocked.exists(),
    )
    .order_by(messages.c.seq)
    .limit(1)
)
_without = Prepared(
    select(follows.c.username)
    .where(
        follows.c.room == bindparam("thread"),
        follows.c.gone.is_(False),
        access.belongs(follows.c.username, follows.c.room),
        ~select(inbox.c.id)
        .where(inbox.c.username == follows.c.username, inbox.c.room == bindparam("thread"), *items.is_unread)
        .exists(),
    )
    .order_by(follows.c.username)
)


@on("messages", when=("sent again",))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job when a message is sent with a newer reply in the thread under it."""
    for row in rows:
        thread = row.get("thread")
        if thread and not row["deleted"]:
            room = names.thread(row["room"], row["seq"])
            enqueue(act, THREADS, f"{row['id']} {thread['replies']} {thread['last_at']}", {"thread": room})


@on("follows")
def followed(act: Act, rows: Sequence[Row]) -> None:
    """Give people an item who begin to follow a thread with unread messages, and take it from those who stop.

    Their own rooms have changed already; a thread that they begin to follow is locked.
    """
    for row in rows:
        if row["gone"]:
            _drop(act, row["username"], row["room"])
        else:
            _notify(act, row["username"], row["room"])


async def _tell(chat: Chat, job: Job) -> None:
    thread: str = job.data["thread"]
    people = await chat.lookup(lambda db: _followers(db, thread))
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        await chat.change(partial(_notify_all, thread=thread, people=some), NOBODY, thread, *some)


THREADS = JobKind("inbox.threads", _tell)
"""Gives the followers of a thread an item, except those who have an unread one about it."""


def _followers(db: Connection, thread: str) -> list[str]:
    return [row["username"] for row in _without.all(db, {"thread": thread})]


def _notify_all(act: Act, thread: str, people: Sequence[str]) -> None:
    for username in people:
        _notify(act, username, thread)


def _notify(act: Act, username: str, thread: str) -> None:
    """Add an item about the first unread message of a thread that the person has had no item about."""
    given = {"who": username, "thread": thread}
    if _unread.one(act.db, given):
        return
    if message := cast(Message | None, _first.one(act.db, given)):
        items.put(act, message, None, username=username, kind=THREAD, read=False)
        items.read_some(act, username)
        items.broadcast(act, username)


def _drop(act: Act, username: str, thread: str) -> None:
    for item in _unread.all(act.db, {"who": username, "thread": thread}):
        if item["kind"] == THREAD:
            items.change(act, username, item["id"], gone=True)
    items.broadcast(act, username)
