"""The pictures of previews, for those who can read a message that shows them."""

from __future__ import annotations

from sqlalchemy import Connection

from chatrooms.errors import NotAMember, NotFound
from chatrooms.features.messages.loading import find
from chatrooms.features.previews import stored
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.contents import Outgoing, Served


def _find(db: Connection, caller: Caller, message: str, page: str, size: str) -> Outgoing | None:
    """Return the picture of a page if the caller can read the message now, which shows it."""
    row, shows = stored.shown(db, message, page), find(db, message)
    if row is None or not row["picture"] or shows is None or size:
        return None
    try:
        access.of(db, caller, shows["room"])
    except (NotFound, NotAMember):
        return None
    return Outgoing(page, "preview.webp", "image/webp", row["size"], inline=True)


SERVED = Served("previews", _find)
