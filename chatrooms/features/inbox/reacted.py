"""Items about reactions: one for each message of a person, unread again when somebody reacts who had not before.

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
    select(*(inbox.c[column] for column in (*ITEM, "rev", "reactions", "reactors", "reacted_by"))).where(
        inbox.c.message == bindparam("message"), inbox.c.kind == REACTION
    )
)


MOST_KNOWN = 1000
"""How many of these it knows: as many as a message can name."""


class Others(NamedTuple):
    """How many reactions others have added, how many people these are at least, and those whom the message names."""

    reactions: int
    people: int
    named: dict[str, None]


class Known(NamedTuple):
    """What an item knows: how many ``reactions`` there were when it changed last, and of whom it has been about.

    These are ``people`` at least, ``named`` those whom the message has named.
    """

    reactions: int
    people: int
    named: dict[str, None]


@on("messages", when=("sent again",))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that is sent again with reactions, or that has an item about them."""
    for row in rows:
        if row["seq"] != row["rev"] and row["author"] != names.APPLICATION and _concerns(act, row):
            about = {"message": row["id"], "room": row["room"], "author": row["author"]}
            enqueue(act, REACTIONS, f"{row['id']} {row['rev']}", about)


def _concerns(act: Act, row: Row) -> bool:
    return bool(row.get("reactions")) or _its.one(act.db, {"message": row["id"]}) is not None


async def _tell(chat: Chat, job: Job) -> None:
    locked = (job.data[key] for key in ("room", "author") if key in job.data)  # the version before stored no room
    await chat.change(partial(_settle, id=job.data["message"]), NOBODY, *locked)


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
    known, found = _known(before), _others(act, row)
    new = [username for username in found.named if username not in known.named]
    has_more = bool(new) or found.reactions > (known.reactions if is_held else 0)
    if before and is_held and not found.reactions:
        items.change(act, author, before["id"], gone=True)
    elif has_more and settings.wants_reactions(act.db, author) and author in _reader(act, message["room"], author):
        was_read = before is not None and before["read"] and not new and found.people <= known.people
        by = (new or [_newest(before, found)])[-1]
        items.put(act, message, before, username=author, kind=REACTION, read=was_read, by=by, at=act.now)
        items.read_some(act, author)
    if author in act.changes.by_room:
        items.broadcast(act, author)
    _keep(act, id, known, found)


def _known(item: Mapping[str, Any] | None) -> Known:
    if item is None:
        return Known(0, 0, {})
    named = dict.fromkeys((item["reacted_by"] or "").split())
    return Known(item["reactions"] or 0, max(item["reactors"] or 0, len(named)), named)


def _newest(item: InboxItem | None, found: Others) -> str:
    """Return who reacted last, as far as that shows, if nobody is new to the item."""
    by = item["by"] if item else ""
    return by if by in found.named or not found.named else next(reversed(found.named))


def _keep(act: Act, id: str, known: Known, found: Others) -> None:
    """Store what the item about a message knows by now."""
    named = [*(username for username in known.named if username not in found.named), *found.named][-MOST_KNOWN:]
    now = {"reactions": found.reactions, "reactors": max(found.people, known.people), "reacted_by": " ".join(named)}
    act.db.execute(update(inbox).where(inbox.c.message == id, inbox.c.kind == REACTION).values(now))


def _reader(act: Act, room: str, author: str) -> Mapping[str, int]:
    return items.positions(act.db, room, [author])


def _others(act: Act, row: Row) -> Others:
    """Return how others have reacted to a message.

    Those whom its author has blocked do not count, as far as the message names them.
    """
    reactions = row.get("reactions", ())
    named = dict.fromkeys(username for reaction in reactions for username in reaction["people"])
    without = relations.blocked(act.db, row["author"], named) | {row["author"]}
    count, unnamed = 0, 0
    for reaction in reactions:
        others = [username for username in reaction["people"] if username not in without]
        unnamed = max(unnamed, reaction["count"] - len(reaction["people"]))
        count += reaction["count"] - (len(reaction["people"]) - len(others))
    left = {username: None for username in named if username not in without}
    return Others(count, len(left) + unnamed, left)
