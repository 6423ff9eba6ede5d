"""Editing the text of messages."""

from __future__ import annotations

from chatrooms.errors import Forbidden, Invalid
from chatrooms.features.messages import versions
from chatrooms.features.messages.loading import OneMessage, allow, rewrite, with_parts
from chatrooms.features.messages.permissions import (
    WRITING_THERE,
    Which,
    require_in_time,
    require_undeleted,
    room_of,
    writable,
)
from chatrooms.features.messages.posting import OF_PARTS
from chatrooms.pipeline import room_rules, text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change
from chatrooms.storage.rows import Message
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
        require_in_time(act, message, here)
        room_rules.wait(act, here)
    return message


@change("message.edit", may=_author, locks=room_of, repeatable=False, rate="post", scope="post", question=WRITING_THERE)
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
    return {"message": rewrite(act, message, text=p.text, edited_at=act.now)}


def _has_more(act: Act, message: Message) -> bool:
    """Return whether a message has something besides its text, such as files."""
    (row,) = with_parts(act, [message.copy()])
    return any(row.get(name) for name in OF_PARTS)
