"""Items about invitations: whom others add to a room has one, until they have seen the room."""

from __future__ import annotations

from collections.abc import Sequence

from chatrooms.features.inbox import items
from chatrooms.features.inbox.items import INVITATION
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Row, on


@on("memberships")
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Add an item for each person whom this command's caller added to a room; their own rooms have changed already."""
    for row in rows:
        username, by = row["username"], row["invited_by"]
        if not row["gone"] and row["since"] == act.now and by == act.me.username != username:
            about = {"kind": INVITATION, "room": row["room"], "message": None, "seq": None, "by": by, "at": act.now}
            items.add(act, username, about)
            items.read_some(act, username)
            items.broadcast(act, username)
