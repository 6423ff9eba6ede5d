"""Messages as clients receive them: the row, and the parts that other features add to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias, cast

from pydantic import Field
from sqlalchemy import Connection, Select, bindparam, update
from typing_extensions import TypedDict

from chatrooms.pipeline import access, traits
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.standing import Here
from chatrooms.pipeline.traits import Trait
from chatrooms.storage import ahead
from chatrooms.storage.expressions import packed
from chatrooms.storage.results import many
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import messages


class OneMessage(TypedDict):
    """The message as it is now."""

    message: Message


Mine: TypeAlias = Annotated[
    dict[str, list[str]],
    Field(
        description="By message id, the emoji of your own reactions that its `reactions` do not show, because 20 other "
        "people reacted with them before you."
    ),
]


_by_id = Prepared(SYNCED["messages"].select().where(messages.c.id == bindparam("id")))
_set_rev = Prepared(update(messages).where(messages.c.id == bindparam("which")).values(rev=bindparam("new_rev")))


def rows(here: Here) -> Select[Any]:
    """Return a query for the messages of a room that the caller may read, to be narrowed and passed to `load`."""
    return SYNCED["messages"].select().where(messages.c.room == here.room)


def rows_of(me: Caller) -> Select[Any]:
    """Return a query for the messages of all rooms that the caller belongs to, to be narrowed and passed to `load`."""
    return SYNCED["messages"].select().where(access.readable(messages.c.room, me))


def load(act: Act, query: Select[Any]) -> list[Message]:
    """Return the messages that ``query`` (see `rows` and `rows_of`) finds; one query loads each part of all of them."""
    return with_parts(act, many(Message, act.db.execute(query)))


def with_parts(act: Act, found: list[Message]) -> list[Message]:
    """Add the parts to rows of messages; those of a tombstone are empty, except what survives."""
    blank = {part.name: part.empty for part in act.server.parts}
    rows = {message["id"]: cast(dict[str, Any], message) for message in found}
    for row in rows.values():
        row.update(blank)
    undeleted = [message["id"] for message in found if not message["deleted"]]
    asked = [(part, ids) for part in act.server.parts if (ids := [*rows] if part.survives else undeleted)]
    with ahead.reading(act.db, [(part.asks, {"ids": packed(ids)}) for part, ids in asked if part.asks]):
        for part, ids in asked:
            for which, value in part.load(act.db, ids).items():
                rows[which][part.name] = value
    return found


def mine(act: Act, found: Sequence[Message]) -> Mine:
    """Return what messages, with their parts, do not show of the caller."""
    for part in act.server.parts:
        if part.mine:  # one part has it, see `Features`
            return dict(part.mine(act.db, act.me.username, found))
    return {}


def allow(act: Act, room: str, text: str, *, confirmed: bool) -> None:
    """Raise the `Refusal` of a part of messages that does not allow this text in a room, if there is one."""
    found = traits.of_text(text)
    for part in act.server.parts:
        if part.allow and not found.isdisjoint(part.when):
            part.allow(act, room, text, confirmed)


def store_parts(act: Act, message: Message, found: set[Trait]) -> None:
    """Have the parts stored that a message with these traits concerns, which was posted, edited or deleted.

    Set their values.
    """
    for part in act.server.parts:
        if part.store and not found.isdisjoint(part.when):
            cast(dict[str, Any], message)[part.name] = part.store(act.db, message)


def find(db: Connection, id: str) -> Message | None:
    """Return the row of a message without its parts and without checking permissions."""
    return cast(Message | None, _by_id.one(db, {"id": id}))


def changed(act: Act, message: Message, *more: Trait) -> Message:
    """Broadcast a message after a change to it or its parts; return it with its new rev and parts.

    It has ``more`` traits than those that it shows.
    """
    rev = act.changes.rev(message["room"])
    _set_rev.run(act.db, {"which": message["id"], "new_rev": rev})
    (row,) = with_parts(act, [{**message, "rev": rev}])
    act.changes.add(message["room"], "messages", row, *more)
    return row


def rewrite(act: Act, message: Message, **values: Any) -> Message:
    """Store and broadcast new values of a message, such as its text; return it as it is now, with its parts."""
    values["text_rev"] = act.changes.rev(message["room"])
    act.db.execute(update(messages).where(messages.c.id == message["id"]).values(**values))
    updated: Message = {**message, **values}  # type: ignore[typeddict-item] # columns of the table
    store_parts(act, updated, traits.of(updated))
    return changed(act, updated)
