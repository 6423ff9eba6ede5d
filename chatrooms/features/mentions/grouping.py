"""Groups that a message mentions: each of their members in the room gets it in the inbox (see `features.groups`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, cast

from pydantic import Field
from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Forbidden, Unconfirmed
from chatrooms.features.mentions.calling import ASKED_ABOVE
from chatrooms.features.mentions.written import written
from chatrooms.pipeline import room_rules
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.part import Part
from chatrooms.storage import grouped
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages, metadata

MAX_GROUPS = 10
"""How many groups a message can mention; others are not mentioned."""


TOO_LARGE = f"Only owners and moderators of this room can mention groups of more than {ASKED_ABOVE} people."


class MentionedGroup(TypedDict):
    """A group that a message mentions."""

    name: Annotated[str, Field(description="The group's name when it was mentioned.")]
    at: Annotated[str, Field(description="When it was first mentioned; ISO 8601, UTC, with milliseconds.")]


group_calls = Table(
    "group_calls",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("name", String(32), primary_key=True, comment="of the group, when it was mentioned"),
    Column("at", String(24), nullable=False),
)
_insert = Prepared(insert(group_calls))
_ids = values("ids")
_of = Foreseen(
    select(group_calls)
    .select_from(_ids.join(group_calls, group_calls.c.message == _ids.c.value))
    .order_by(group_calls.c.name)
)


def _named(db: Connection, author: str, text: str, known: Sequence[str] = ()) -> list[str]:
    """Return the groups that an author's text names, each once; those ``known`` from before need not exist any more."""
    tried = written(text)
    if not tried:
        return []
    there = grouped.of_tenant(db, author, set(chain.from_iterable(tried))) | set(known)
    found = (next((name for name in meant if name in there), None) for meant in tried) if there else ()
    return list(dict.fromkeys(name for name in found if name is not None))[:MAX_GROUPS]


def _allow(act: Act, room: str, text: str, confirmed: bool) -> None:  # noqa: FBT001 - as `Part` declares it
    """Raise `Unconfirmed` if a text mentions groups of more than 20 others, unless its author ``confirmed`` that.

    Raises `Forbidden` if the author may not notify everybody in the room either.
    """
    named = _named(act.db, act.me.username, text)
    people = grouped.people(act.db, room, named, act.me.username) if named else ()
    if len(people) <= ASKED_ABOVE:
        return
    if not act.me.host and not room_rules.may_call(act.db, names.base(room), act.me.username):
        raise Forbidden(TOO_LARGE)
    if not confirmed:
        which = " and ".join(f"@{name}" for name in named)
        raise Unconfirmed(f"{which} notifies {len(people):,} people.", field="confirmed", people=len(people))


def _load(db: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[MentionedGroup]]:
    found: dict[str, list[MentionedGroup]] = {}
    for row in _of.all(db, {"ids": packed(ids)}):
        found.setdefault(row.pop("message"), []).append(cast(MentionedGroup, row))
    return found


def _store(db: Connection, message: Message) -> Sequence[MentionedGroup]:
    """Store which groups a message mentions; an edit that mentions one again is no other mention."""
    text, is_changed = message["text"] or "", message["edited_at"] or message["deleted"]
    known = _load(db, [message["id"]]).get(message["id"], ()) if is_changed else ()
    before = {group["name"]: group for group in known}
    if before:
        db.execute(delete(group_calls).where(group_calls.c.message == message["id"]))
    at = message["edited_at"] or message["at"]
    named = sorted(_named(db, message["author"], text, [*before]))
    found = [before.get(name) or MentionedGroup(name=name, at=at) for name in named]
    for group in found:
        _insert.run(db, {"message": message["id"], **group})
    return found or ()


GROUPS = Part(
    "groups",
    list[MentionedGroup],
    "The groups that it mentions by their names after an `@`: their members in the room get it in their inboxes; at "
    "most 10.",
    (),
    _load,
    _store,
    allow=_allow,
    asks=_of,
    when=("@", "edited", "deleted"),
)
