"""Editing and deleting messages; a deleted message leaves a tombstone in its place.

It keeps its row without text and data, and of its parts those that survive (`Part.survives`); of earlier texts, none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from chatrooms import clock
from chatrooms.errors import Forbidden, Invalid
from chatrooms.features.messages import versions
from chatrooms.features.messages.loading import OneMessage, allow, changed, store_parts, with_parts
from chatrooms.features.messages.permissions import (
    WRITING_THERE,
    Which,
    find_visible,
    require_message,
    require_undeleted,
    room_of,
    writable,
)
from chatrooms.features.messages.posting import OF_PARTS
from chatrooms.pipeline import access, room_rules, text_rate, traits
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change
from chatrooms.pipeline.standing import Here
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import messages
from chatrooms.types import Confirmed, MessageText


class Edit(Which):
    """A new text for a message."""

    text: MessageText
    confirmed: Confirmed = False


def _author(act: Act, p: Edit) -> Message:
    message, here = writable(act, p)
    if message["author"] != act.me.username and not act.me.host:
        raise Forbidden("Only the author can edit a message.")
    if message["text"] != p.text:
        _require_in_time(act, message, here)
        room_rules.wait(act, here)
    return message


def _author_or_moderator(act: Act, p: Which) -> Message:
    message, here = find_visible(act, p.id)
    require_message(message, "id")
    access.require_unarchived(here)
    here = access.governing(act.db, act.me, here)
    if message["author"] != act.me.username and not here.moderates:
        raise Forbidden("Only the author or a moderator can delete a message.")
    if not here.moderates:
        _require_in_time(act, message, here)
    return message


def _require_in_time(act: Act, message: Message, here: Here) -> None:
    """Raise `Forbidden` if it is too late to change a message. It never is in your own room, or to delete it again."""
    minutes = act.server.settings.edit_minutes
    if not minutes or message["deleted"] or act.me.host or here.access == "personal":
        return
    if message["at"] < clock.moved(act.now, -timedelta(minutes=minutes)):
        raise Forbidden(f"You can edit and delete a message for {minutes:,} minutes only.")


@change("message.edit", may=_author, locks=room_of, rate="post", scope="post", question=WRITING_THERE)
def edit(act: Act, p: Edit, message: Message) -> OneMessage:
    """Edit the text of your message; you and moderators can see what it said before.

    The text can be empty if the message has files. You can edit where you could post now; in slow mode, an edit counts
    like a message. The server can have a time for it (``limits.edit_minutes`` in ``welcome``), except in your own
    room.
    """
    require_undeleted(message)
    if message["text"] == p.text:
        return {"message": with_parts(act, [message])[0]}
    if not p.text and not _has_more(act, message):
        raise Invalid("This cannot be empty.", field="text")
    allow(act, message["room"], p.text, confirmed=p.confirmed)
    text_rate.count(act, p.text)
    versions.keep(act, message)
    return {"message": _update(act, message, text=p.text, edited_at=act.now)}


def _has_more(act: Act, message: Message) -> bool:
    """Return whether a message has something besides its text, such as files."""
    (row,) = with_parts(act, [message.copy()])
    return any(row.get(name) for name in OF_PARTS)


@change("message.delete", may=_author_or_moderator, locks=room_of, repeatable=True, after_end=True, scope="post")
def delete(act: Act, p: Which, message: Message) -> OneMessage:
    """Delete a message; a tombstone without its text takes its place.

    Your own you can delete as long as you can edit it, moderators can delete any.
    """
    if message["deleted"]:
        return {"message": with_parts(act, [message])[0]}
    versions.drop(act, message)
    return {"message": _update(act, message, text=None, data=None, deleted=True)}


def _update(act: Act, message: Message, **values: Any) -> Message:
    values["text_rev"] = act.changes.rev(message["room"])
    act.db.execute(update(messages).where(messages.c.id == message["id"]).values(**values))
    updated: Message = {**message, **values}  # type: ignore[typeddict-item] # columns of the table
    store_parts(act, updated, traits.of(updated))
    return changed(act, updated)
