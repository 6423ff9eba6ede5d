"""What the doors need to know of files: which are uploaded, and who may download them."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from chatrooms import clock
from chatrooms.errors import NotAMember, NotFound
from chatrooms.features.files import stored
from chatrooms.features.files.beginning import KEPT
from chatrooms.features.files.finishing import finish
from chatrooms.features.files.removing import give_up, tidy
from chatrooms.features.messages.loading import find
from chatrooms.pictures.kinds import SHOWN
from chatrooms.pipeline import access, shares
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.contents import Contents, Incoming, Outgoing, Served

SIZES = ("small", "large")


def _incoming(db: Connection, id: str) -> Incoming | None:
    row = stored.find(db, id)
    if row is None:
        return None
    expires, is_complete = clock.moved(row["at"], KEPT), row["size"] is not None
    progressed, counted = row["progress_at"] or row["at"], tuple(row["shares"].split())
    return Incoming(id, row["owner"], row["length"], expires, row["charged"], progressed, counted, is_complete)


async def _arrived(chat: Chat, id: str, there: int) -> bool:
    return await chat.change(partial(_count, id=id, there=there), NOBODY)


def _count(act: Act, id: str, there: int) -> bool:
    return stored.arrived(act.db, id, there)


def _find(db: Connection, caller: Caller, id: str, _name: str, size: str) -> Outgoing | None:
    """Return a file if the caller can read the message that carries it now."""
    row = stored.find(db, id)
    message = find(db, row["message"]) if row and row["message"] else None
    if row is None or message is None or message["deleted"]:
        return None
    try:
        access.of(db, caller, message["room"])
    except (NotFound, NotAMember):
        return None
    if not size:
        return Outgoing(stored.key(row), row["name"], row["type"], row["size"], inline=row["type"] in SHOWN)
    if size not in SIZES or not row["picture"]:
        return None
    return Outgoing(f"{stored.key(row)}.{size}", row["name"], "image/webp", None, inline=True)


CONTENTS = Contents(_incoming, shares.left, _arrived, finish, give_up, tidy)
SERVED = Served("", _find)
