"""Items about reactions: one for each message of a person, unread again when somebody else reacts after it was read.

Who takes a reaction away and adds it again, or adds another one, makes it unread no second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

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
    select(*(inbox.c[column] for column in (*ITEM, "rev", "reactions", "reactors"))).where(
        inbox.c.message == bindparam("message"), inbox.c.kind == REACTION
    )
)


class Others(NamedTuple):
    """How many reactions others have added, how many people these are at least, and the last known of them."""

    reactions: int
    people: int
    newest: str


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
    known = cast(Mapping[str, Any], before or {"reactions": 0, "reactors": 0})
    found = _others(act, row)
    has_more = found.reactions > (known["reactions"] if is_held else 0)
    if before and is_held and not found.reactions:
        items.change(act, author, before["id"], gone=True)
    elif has_more and settings.wants_reactions(act.db, author) and author in _reader(act, message["room"], author):
        was_read = before is not None and before["read"] and not _is_news(found, before, known["reactors"] or 0)
        items.put(act, message, before, username=author, kind=REACTION, read=was_read, by=found.newest, at=act.now)
        items.read_some(act, author)
    if author in act.changes.by_room:
        items.broadcast(act, author)
    its = inbox.c.message == id, inbox.c.kind == REACTION
    reactors = max(found.people, known["reactors"] or 0)
    act.db.execute(update(inbox).where(*its).values(reactions=found.reactions, reactors=reactors))


def _is_news(found: Others, before: InboxItem, reactors: int) -> bool:
    """Return whether somebody has reacted whom an item has not been about yet, as far as that shows."""
    return found.people > reactors or found.newest != before["by"]


def _reader(act: Act, room: str, author: str) -> Mapping[str, int]:
    return items.positions(act.db, room, [author])


def _others(act: Act, row: Row) -> Others:
    """Return how others have reacted to a message.

    Those whom its author has blocked do not count, as far as the message names them.
    """
    reactions = row.get("reactions", ())
    named = {username for reaction in reactions for username in reaction["people"]}
    without = relations.blocked(act.db, row["author"], named) | {row["author"]}
    count, unnamed, newest = 0, 0, ""
    for reaction in reactions:
        others = [username for username in reaction["people"] if username not in without]
        unnamed = max(unnamed, reaction["count"] - len(reaction["people"]))
        count += reaction["count"] - (len(reaction["people"]) - len(others))
        newest = others[-1] if others else newest
    return Others(count, len(named - without) + unnamed, newest)
