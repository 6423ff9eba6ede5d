"""The tables that every chat has, for all dialects; each feature declares its own on the same `metadata`.

Each row that clients receive has the ``rev`` of its room at which it last changed, so that catching up is one query:
all rows of the room with a greater ``rev``; see `chatrooms.storage.synced`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
)

from chatrooms.storage.indexes import partial_index

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

rooms = Table(
    "rooms",
    metadata,
    Column("name", String(400), primary_key=True),
    Column("title", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("access", String(12), nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("picture", String(36), comment="the id of the file"),
    Column("posting", String(10), nullable=False, server_default="members", comment="who can, as the next three"),
    Column("threading", String(10), nullable=False, server_default="members"),
    Column("inviting", String(10), nullable=False, server_default="members"),
    Column("calling", String(10), nullable=False, server_default="moderators"),
    Column("slow", Integer, nullable=False, server_default="0", comment="seconds between two messages of a member"),
    Column("rev", Integer, nullable=False),
    Column(
        "counter",
        Integer,
        nullable=False,
        comment="the newest rev given out; locked by whoever changes the room",
    ),
    Column("posted", Integer, nullable=False, comment="messages posted so far, deleted ones included"),
    Column("members", Integer, nullable=False, server_default="0", comment="people who belong to it now"),
    Column("tenant", String(64), nullable=False, server_default="", comment="empty for none"),
)
# In the order of `room.list`, so that it reads only what it returns.
_is_listed = and_(rooms.c.access == "open", rooms.c.archived.is_(False))
partial_index(
    "ix_rooms_tenant_members_name",
    rooms.c.tenant,
    rooms.c.members.desc(),
    rooms.c.name,
    where=_is_listed,
)

users = Table(
    "users",
    metadata,
    Column("username", String(32), ForeignKey(rooms.c.name), primary_key=True),
    Column("skeleton", String(200), nullable=False, unique=True),
    Column("look", String(200), nullable=False, server_default="", index=True, comment="of the display name"),
    Column("written_look", String(200), nullable=False, server_default="", index=True, comment="see names.looks"),
    Column("name", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("picture", String(36), comment="the id of the file"),
    Column("words", Text, nullable=False, server_default="", comment="of both names, to search in; see names.words"),
    Column("created_at", String(24), nullable=False),
    Column("role", String(12), nullable=False, server_default="member", comment="on this server, see pipeline.rights"),
    Column("rev", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default="1", comment="of the profile: others see it as rev"),
    Column("tenant", String(64), nullable=False, server_default="", comment="empty for none"),
    Index(None, "tenant", "username", "words"),
)

members = Table(
    "members",
    metadata,
    Column("room", String(400), ForeignKey(rooms.c.name), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("role", String(12), nullable=False),
    Column("since", String(24), nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("rev", Integer, nullable=False, comment="of the room"),
    Column("person_rev", Integer, nullable=False, comment="of the person's own room"),
    Column(
        "closed",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="the person has taken the conversation off their list",
    ),
    Column("invited_by", String(32), comment="null if no one did"),
    Column(
        "added",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="by somebody else; until they write there",
    ),
    Column(
        "left",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="by themselves, so that nobody brings them back",
    ),
    Column("favorite", Boolean, nullable=False, server_default=false()),
    Column("muted", Boolean, nullable=False, server_default=false()),
    Column("muted_until", String(24), comment="when a job ends it; null if the person does"),
    Column("request", String(8), comment="of a stranger to this person, who has not accepted; see pipeline.requests"),
    Index(None, "room", "rev"),
    Index(None, "username", "person_rev"),
)
# In the order of `sync`'s pages.
Index("ix_members_username_room", members.c.username, members.c.room)

# In the order in which members become the owner when the last one leaves.
_is_member_now = members.c.gone.is_(False)
partial_index(
    "ix_members_room_role_since_username",
    members.c.room,
    members.c.role,
    members.c.since,
    members.c.username,
    where=_is_member_now,
)

messages = Table(
    "messages",
    metadata,
    Column("key", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, comment="in the order of storing"),
    Column("id", String(36), nullable=False, unique=True),
    Column("room", String(400), ForeignKey(rooms.c.name), nullable=False),
    Column("seq", Integer, nullable=False, comment="the rev at birth; orders the timeline"),
    Column("rev", Integer, nullable=False),
    Column("number", Integer, comment="which message of its room this is, from 1; null for an event"),
    Column("author", String(32), ForeignKey(users.c.username), nullable=False),
    Column("kind", String(12), nullable=False, server_default="text"),
    Column("text", Text),
    Column("data", JSON(none_as_null=True), comment="of an event, such as who was invited"),
    Column("at", String(24), nullable=False),
    Column("edited_at", String(24)),
    Column("text_rev", Integer, comment="the rev at which its text changed last, or it was deleted; null if never"),
    Column("deleted", Boolean, nullable=False),
    Column("reply_to", String(36), ForeignKey("messages.id")),
    UniqueConstraint("room", "seq"),
)
# Only messages that changed since they were posted: others have their `seq` as their `rev`.
_has_changed = messages.c.rev > messages.c.seq
partial_index(
    "ix_messages_room_rev",
    messages.c.room,
    messages.c.rev,
    where=_has_changed,
)
is_message = messages.c.number.is_not(None)
"""The condition that a row of ``messages`` is a message, and not an event in the timeline."""
# Finding and counting messages takes no longer however many events are between them.
partial_index("ix_messages_numbered", messages.c.room, messages.c.seq, where=is_message)

reads = Table(
    "reads",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("room", String(400), ForeignKey(rooms.c.name), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False, comment="messages of the room that were read"),
    Column("seen_rev", Integer, nullable=False, server_default="0", comment="the room's rev when it was last read"),
    Column("rev", Integer, nullable=False),
    Index(None, "username", "rev"),
)

versions = Table(
    "versions",
    metadata,
    Column("message", String(36), ForeignKey(messages.c.id), primary_key=True),
    Column("at", String(24), primary_key=True, comment="when the message got this text"),
    Column("text", Text, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(32), nullable=False, unique=True, comment="of the same kind as usernames, and none of them"),
    Column("skeleton", String(200), nullable=False, unique=True),
    Column("tenant", String(64), nullable=False, server_default="", comment="empty for none"),
)
group_members = Table(
    "group_members",
    metadata,
    Column("group", String(36), ForeignKey(groups.c.id), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True, index=True),
)

custom_emoji = Table(
    "custom_emoji",
    metadata,
    Column("name", String(18), primary_key=True),
    Column("picture", String(36), nullable=False, comment="the id of the file"),
    Column("by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("at", String(24), nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("seen_at", String(24), nullable=False),
    Column("began", String(16), comment="how, see fields.Began; null if an earlier version began it"),
    Column("issuer", String(300), comment="of the provider by which it began"),
    Column("mark", String(64), index=True, comment="of the session at the provider, see identity.oidc.begun"),
    Column(
        "second_factor",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="whether its person has shown one in it",
    ),
    Column("proven_at", String(24), comment="when its person proved who they are, if that was before it began"),
    Column(
        "made_by",
        String(32),
        index=True,
        comment="another person, by whose link it or the one before it began",
    ),
)

suspensions = Table(
    "suspensions",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("by", String(32), ForeignKey(users.c.username), nullable=False),
    Column("at", String(24), nullable=False),
    Column("reason", Text, nullable=False),
    Column(
        "removed",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="the application removed them: they are in no list, until it adds them again",
    ),
)
_removed = suspensions.c.removed.is_(True)
partial_index("ix_suspensions_removed", suspensions.c.username, where=_removed)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False, comment="one job of a kind and key is enqueued once"),
    Column("data", JSON, nullable=False),
    Column("due_at", String(24), nullable=False),
    Column("attempts", Integer, nullable=False, comment="failed ones"),
    Column("done_at", String(24)),
    Column("leased_until", String(24), comment="by the clock of PostgreSQL: until then a server runs it"),
    Column("failure", String(100), comment="the type of the last error, if the job was given up"),
    UniqueConstraint("kind", "key"),
    Index(None, "done_at", "due_at"),
)
