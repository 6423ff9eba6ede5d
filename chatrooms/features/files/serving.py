"""What the doors need to know of files: which are uploaded, and who may download them."""

from __future__ import annotations

from sqlalchemy import Connection

from chatrooms import clock
from chatrooms.errors import NotAMember, NotFound
from chatrooms.features.files import stored
from chatrooms.features.files.beginning import KEPT
from chatrooms.features.files.finishing import finish
from chatrooms.features.files.kinds import SHOWN
from chatrooms.features.files.removing import give_up
from chatrooms.features.messages.loading import find
from chatrooms.pipeline import access
from chatrooms.pipeline.commands import Caller
from chatrooms.pipeline.contents import Contents, Incoming, Outgoing

SIZES = ("small", "large")


def _incoming(db: Connection, id: str) -> Incoming | None:
    row = stored.find(db, id)
    if row is None:
        return None
    return Incoming(id, row["owner"], row["length"], clock.moved(row["at"], KEPT), row["size"] is not None)


def _outgoing(db: Connection, caller: Caller, id: str, size: str) -> Outgoing | None:
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
        return Outgoing(id, row["name"], row["type"], row["size"], inline=row["type"] in SHOWN)
    if size not in SIZES or not row["picture"]:
        return None
    return Outgoing(f"{id}.{size}", row["name"], "image/webp", None, inline=True)


CONTENTS = Contents(_incoming, _outgoing, finish, give_up)
