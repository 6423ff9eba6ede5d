"""Deleting messages, each of which leaves a tombstone in its place.

It keeps its row without text and data, and of its parts those that survive (`Part.survives`); of earlier texts, none.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from chatrooms import names
from chatrooms.errors import Forbidden
from chatrooms.features.messages import versions
from chatrooms.features.messages.loading import OneMessage, find, rewrite, with_parts
from chatrooms.features.messages.permissions import Which, find_visible, require_in_time, require_message
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import change
from chatrooms.storage.rows import Message


def _author_or_moderator(act: Act, p: Which) -> Message:
    message, here = find_visible(act, p.id)
    require_message(message, "id")
    access.require_unarchived(here)
    here = access.governing(act.db, act.me, here)
    if message["author"] != act.me.username and not here.moderates:
        raise Forbidden("Only the author or a moderator can delete a message.")
    if not here.moderates:
        require_in_time(act, message, here)
    return message


def _with_thread(db: Connection, _me: Caller, p: Which) -> Iterable[str]:
    """Lock the room of a message, and the thread under it, which ends with the message."""
    message = find(db, p.id)
    if message is None:
        return []
    room = message["room"]
    return [room] if names.kind(room) == "thread" else [room, names.thread(room, message["seq"])]


@change("message.delete", may=_author_or_moderator, locks=_with_thread, repeatable=True, after_end=True, scope="post")
def delete(act: Act, p: Which, message: Message) -> OneMessage:
    """Delete a message; a tombstone without its text takes its place.

    Your own you can delete as long as you can edit it, moderators can delete any.
    """
    if message["deleted"]:
        return {"message": with_parts(act, [message])[0]}
    versions.drop(act, message)
    return {"message": rewrite(act, message, text=None, data=None, deleted=True)}
