"""Items about reactions: one for each message of a person, unread again when others react after it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

from sqlalchemy import bindparam, select, update

from chatrooms import names
from chatrooms.features.inbox import items, settings
from chatrooms.features.inbox.items import REACTION
from chatrooms.features.messages.loading import find, with_parts
from chatrooms.pipeline import relations
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.own_rows import InboxItem
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import ITEM

_its = Prepared(
    select(*(inbox.c[column] for column in (*ITEM, "rev", "reactions"))).where(
        inbox.c.message == bindparam("message"), inbox.c.kind == REACTION
    )
)


@on("messages", when=("sent again",))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that is sent again with reactions, or that has an item about them."""
    for row in rows:
        if row["seq"] != row["rev"] and row["author"] != names.APPLICATION and _concerns(act, row):
            about = {"message": row["id"], "author": row["author"]}
            enqueue(act, REACTIONS, f"{row['id']} {row['rev']}", about)


def _concerns(act: Act, row: Row) -> bool:
    return bool(row.get("reactions")) or _its.one(act.db, {"message": row["id"]}) is not None


async def _tell(chat: Chat, job: Job) -> None:
    author: str = job.data["author"]
    await chat.change(partial(_settle, id=job.data["message"]), NOBODY, author)


REACTIONS = JobKind("inbox.reactions", _tell)
"""Gives the author of a message an item if others have reacted to it since they knew, or takes it if no one does."""


def _settle(act: Act, id: str) -> None:
    message = find(act.db, id)
    if message is None:
        return
    (row,) = cast(list[Row], with_parts(act, [message]))
    author = message["author"]
    before = cast(InboxItem | None, _its.one(act.db, {"message": id}))
    is_held = before is not None and not before["gone"]
    count, newest = _others(act, row)
    known = cast(Mapping[str, Any], before)["reactions"] if before and is_held else 0
    if before and is_held and not count:
        items.change(act, author, before["id"], gone=True)
    elif count > known and settings.wants_reactions(act.db, author) and author in _reader(act, message["room"], author):
        items.put(act, message, before, username=author, kind=REACTION, read=False, by=newest, at=act.now)
        items.read_some(act, author)
    if author in act.changes.by_room:
        items.broadcast(act, author)
    its = inbox.c.message == id, inbox.c.kind == REACTION
    act.db.execute(update(inbox).where(*its).values(reactions=count))


def _reader(act: Act, room: str, author: str) -> Mapping[str, int]:
    return items.positions(act.db, room, [author])


def _others(act: Act, row: Row) -> tuple[int, str]:
    """Return how many reactions others have added to a message, and the last known of these people.

    Those whom its author has blocked do not count, as far as the message names them.
    """
    reactions = row.get("reactions", ())
    named = {username for reaction in reactions for username in reaction["people"]}
    without = relations.blocked(act.db, row["author"], named) | {row["author"]}
    count, newest = 0, ""
    for reaction in reactions:
        others = [username for username in reaction["people"] if username not in without]
        count += reaction["count"] - (len(reaction["people"]) - len(others))
        newest = others[-1] if others else newest
    return count, newest
