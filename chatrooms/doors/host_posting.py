"""Posting for the host application: where a message of its own, or of one of its users, goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatrooms import ids, names
from chatrooms.doors.host_users import HostUsers, parsed
from chatrooms.errors import Invalid, NotFound
from chatrooms.features.messages.loading import find
from chatrooms.pipeline.act import APPLICATION, Caller
from chatrooms.pipeline.pipeline import Pipeline

if TYPE_CHECKING:
    from chatrooms.client.rows import Message

PLACES = ("target", "to", "room", "thread")
Where = tuple[str | None, str | None, str | None, str | None]
"""A target, a user's id, a room's name and the id of a message, of which one is given (see `ApplicationDoor.post`)."""


class HostPosting:
    """Posts messages for the application."""

    def __init__(self, pipeline: Pipeline, users: HostUsers) -> None:
        self._pipeline, self._users = pipeline, users

    async def post(
        self,
        where: Where,
        text: str,
        *,
        given: Mapping[str, Any],
        me: Caller = APPLICATION,
        author: str | None = None,
        create: bool = False,
        key: str | None = None,
    ) -> Message:
        """Post a message as ``me`` or a user, and return it as it was stored; raises a `Refusal`."""
        places = dict(zip(PLACES, where, strict=True))
        if key is not None and given["id"] is not None:
            raise Invalid("Give a key or an id: each says alone which message is posted once.", field="key")
        _require_text({**places, "reply_to": given["reply_to"], "id": given["id"], "author": author, "key": key})
        me = me if author is None else await self._users.active(author)
        room = await self._room(where, given["reply_to"], me, create=create)
        told = {name: value for name, value in given.items() if value is not None}
        if key is not None:
            told["id"] = ids.keyed(self._pipeline.facts.id_secret, me.username, room, key)
        result = await self._pipeline.run("message.post", {"room": room, "text": text, **told}, me)
        message: Message = result["message"]
        return message

    async def _room(self, where: Where, reply_to: str | None, me: Caller, *, create: bool) -> str:
        """Return the room of a new message; raises `Invalid` unless exactly one place is given."""
        target, to, room, thread = where
        if sum(place is not None for place in where) != (0 if reply_to and not any(where) else 1):
            raise Invalid("Give one of target, to, room and thread.", field="room")
        if target is not None:
            room, to = await self._users.target(target, create=create)
        if room is not None:
            return parsed(names.durable, room, "room")
        if to is not None:
            return names.conversation(me.username, (await self._users.reachable(to, create=create)).username)
        above = thread or reply_to or ""
        message = await self._pipeline.lookup(lambda db: find(db, above))
        if message is None:
            raise NotFound("There is no such message.", field="thread" if thread else "reply_to")
        return names.thread(message["room"], message["seq"]) if thread else message["room"]


def _require_text(given: Mapping[str, object]) -> None:
    """Raise `Invalid` for what names something and is no text, such as a number as an id."""
    for name, value in given.items():
        if not isinstance(value, str | None):
            raise Invalid(f"This must be text, not {type(value).__name__}.", field=name)
