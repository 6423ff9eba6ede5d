"""The Python client: commands, changes as an async iterator, an outbox, catch-up, bots. It does not import the server.

Install it with ``chatrooms[client]``::

    async with Client("http://127.0.0.1:8000", username="alice") as alice:
        await alice.post("#lobby", "Howdy")
        async for change in alice.changes():
            print(change.room, change.rows("messages"))
"""

from __future__ import annotations

from chatrooms.client.bot import Bot
from chatrooms.client.changes import Change, Signal
from chatrooms.client.client import Client
from chatrooms.client.errors import ClientError, Closed, Lagging, Refused, Unanswered
from chatrooms.client.outbox import Also, Sending
from chatrooms.client.rows import (
    Access,
    History,
    Listing,
    Member,
    MemberPage,
    Membership,
    Message,
    Read,
    Role,
    Room,
    Session,
    User,
    UserPage,
)
from chatrooms.client.state import RoomState
from chatrooms.client.streams import Stream

__all__ = [
    "Access",
    "Also",
    "Bot",
    "Change",
    "Client",
    "ClientError",
    "Closed",
    "History",
    "Lagging",
    "Listing",
    "Member",
    "MemberPage",
    "Membership",
    "Message",
    "Read",
    "Refused",
    "Role",
    "Room",
    "RoomState",
    "Sending",
    "Session",
    "Signal",
    "Stream",
    "Unanswered",
    "User",
    "UserPage",
]
