"""Reactions: emoji that people add to messages; a part of each message, and a list of all people for each emoji."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from chatrooms.errors import Conflict, NotFound
from chatrooms.events import Signal
from chatrooms.features.messages.loading import Mine, mine, with_parts
from chatrooms.features.messages.permissions import WRITING_THERE, Which, markable, readable, room_of
from chatrooms.features.messages.resending import Resending
from chatrooms.features.reactions import stored
from chatrooms.features.reactions.emoji import Emoji
from chatrooms.features.reactions.stored import Reaction
from chatrooms.pipeline import text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change, query
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.part import Part
from chatrooms.storage import emoji as custom
from chatrooms.storage.rows import Message
from chatrooms.types import MAX_PAGE, Search

MAX_KINDS = 50
SENDING = Resending("reactions.send", stored.reacted, seconds=1.0)


class React(Which):
    """A reaction to a message."""

    emoji: Emoji


class FindPeople(React):
    """A page of the people who reacted to a message with an emoji."""

    after: Search = Field("", description="Start after this username; if empty, at the first.")


class Reacted(TypedDict):
    """The message as it is now."""

    message: Message
    mine: Mine


class ReactionPage(TypedDict):
    """Usernames, oldest reaction first; ``more`` is true if there are others after the last one."""

    people: list[str]
    more: bool


def _store(db: Connection, message: Message) -> Sequence[Reaction]:
    """Remove the reactions of a deleted message. Those of an edited one are loaded anew."""
    if message["deleted"]:
        stored.forget(db, message["id"])
    return ()


REACTIONS = Part(
    "reactions",
    list[Reaction],
    f"The emoji with which people reacted to it, at most {MAX_KINDS}, the oldest first.",
    (),
    stored.load,
    _store,
    stored.beyond,
    found_by={"has:reaction": lambda _: select(stored.reactions.c.message)},
    asks=stored.SUMMARIES,
    when=("deleted",),
)


@change(
    "reaction.add",
    may=markable,
    locks=room_of,
    rate="post",
    repeatable=True,
    method="react",
    scope="post",
    question=WRITING_THERE,
)
def add(act: Act, p: React, message: Message) -> Reacted:
    """React to a message with an emoji; people can use 50 of them on one message. Reacting twice has no effect.

    The room receives the message again: at once, or if it did in the last second, once for all reactions of that
    second; a second is longer for a message of more than 1,200 bytes. Your other connections receive a ``reaction``
    signal.
    """
    name = custom.named(p.emoji)
    if name and custom.picture(act.db, name) is None:
        raise NotFound("There is no such emoji.", field="emoji")
    kinds = [kind["emoji"] for kind in stored.reactions_to(act.db, p.id)]
    if p.emoji not in kinds and len(kinds) >= MAX_KINDS:
        raise Conflict(f"A message can have at most {MAX_KINDS} different reactions.", field="emoji")
    is_new = stored.add(act.db, p.id, p.emoji, act.me.username)
    if is_new:
        text_rate.count(act)
    return _answer(act, message, has_changed=is_new)


@change(
    "reaction.remove",
    may=markable,
    locks=room_of,
    rate="post",
    repeatable=True,
    after_end=True,
    method="unreact",
    scope="post",
)
def remove(act: Act, p: React, message: Message) -> Reacted:
    """Remove your reaction to a message. Removing one that is not there has no effect."""
    return _answer(act, message, has_changed=stored.remove(act.db, p.id, p.emoji, act.me.username))


def _answer(act: Act, message: Message, *, has_changed: bool) -> Reacted:
    row = SENDING.send(act, message) if has_changed else with_parts(act, [message])[0]
    own = mine(act, [row])
    if has_changed:
        me, about = act.me.username, {"room": row["room"], "message": row["id"], "mine": own.get(row["id"], [])}
        act.signals.append(Signal(me, me, "reaction", about))
    return {"message": row, "mine": own}


@query("reaction.list", may=readable, method="reactions", scope="read")
def page(act: Act, p: FindPeople, _message: Message) -> ReactionPage:
    """Return who reacted to a message with an emoji, a hundred at a time, oldest reaction first."""
    after = stored.key_of(act.db, p.id, p.emoji, p.after) if p.after else 0
    if after is None:
        raise NotFound("This person's reaction is gone. Start again without `after`.", field="after")
    found = stored.people(act.db, p.id, p.emoji, MAX_PAGE + 1, after)
    return {"people": found[:MAX_PAGE], "more": len(found) > MAX_PAGE}


FEATURE = Feature(
    tables=(stored.reactions, stored.reacted), commands=(add, remove, page), parts=(REACTIONS,), jobs=(SENDING.job,)
)
