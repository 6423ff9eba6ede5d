"""The tables of rows that only their person receives, in their own room; see `chatrooms.storage.own_rows`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, and_

from chatrooms.storage.indexes import partial_index
from chatrooms.storage.tables import messages, metadata, rooms, users

inbox = Table(
    "inbox",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False, comment="which item of the person this is, from 1"),
    Column("kind", String(12), nullable=False),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("message", String(36), ForeignKey(messages.c.id)),
    Column("seq", Integer, comment="of the message"),
    Column("by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("at", String(24), nullable=False),
    Column("read", Boolean, nullable=False),
    Column("gone", Boolean, nullable=False, comment="it no longer concerns the person"),
    Column("reactions", Integer, comment="of others, of which the person knows, if it is about them"),
    Column("reactors", Integer, comment="how many others have reacted at most, if it is about reactions"),
    Column("reacted_by", Text, comment="the usernames of others who have, as far as the message named them"),
    Column("born", Integer, nullable=False, comment="the rev at which it was added"),
    Column("rev", Integer, nullable=False, comment="of the person's own room"),
    UniqueConstraint("message", "username", "kind", "by"),
    Index(None, "username", "rev"),
    Index(None, "username", "room", "seq"),
)

_is_unread = and_(inbox.c.read.is_(False), inbox.c.gone.is_(False))
partial_index("ix_inbox_unread", inbox.c.username, inbox.c.id, where=_is_unread)

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("seq", Integer, nullable=False, comment="of the message"),
    Column("at", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("rev", Integer, nullable=False, comment="of the person's own room"),
    Index(None, "username", "rev"),
    Index(None, "message"),
)

follows = Table(
    "follows",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), primary_key=True, comment="the thread"),
    Column("message", String(36), ForeignKey(messages.c.id), nullable=False, comment="that the thread is under"),
    Column("by", String(32), comment="who caused it; null if the person did"),
    Column("at", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("rev", Integer, nullable=False, comment="of the person's own room"),
    Index(None, "username", "rev"),
    Index(None, "room", "gone"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("blocked", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("pair", String(65), nullable=False, index=True, comment="the conversation of the two"),
    Column("at", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("rev", Integer, nullable=False, comment="of the person's own room"),
    Index(None, "username", "rev"),
)
