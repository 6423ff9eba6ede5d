"""Messages have a number as their key, and the index of revs holds only those that changed

SQLite cannot change the key of a table, so it gets a new one with the same rows, in the order in which they were
stored. Other tables refer to messages by their ids, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = "id, room, seq, rev, number, author, kind, text, data, at, edited_at, deleted, reply_to"
REFERENCES = (("messages", "reply_to"), ("mentions", "message"), ("pins", "message"), ("inbox", "message"))
INDEXES = (("ix_messages_room_rev", "rev", "rev > seq"), ("ix_messages_numbered", "seq", "number IS NOT NULL"))
KEY = "in the order of storing"


def upgrade() -> None:
    op.drop_index("ix_messages_room_rev", "messages")
    if op.get_bind().dialect.name == "sqlite":
        _copy()
    else:
        _alter()
    for name, column, where in INDEXES:
        condition = sa.text(where)
        op.create_index(name, "messages", ["room", column], sqlite_where=condition, postgresql_where=condition)


def _copy() -> None:
    op.create_table(
        "messages_with_keys",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("author", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), server_default="text", nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("data", sa.JSON()),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("edited_at", sa.String(length=24)),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("reply_to", sa.String(length=36)),
        sa.ForeignKeyConstraint(["author"], ["users.username"], name=op.f("fk_messages_author")),
        sa.ForeignKeyConstraint(["reply_to"], ["messages.id"], name=op.f("fk_messages_reply_to")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_messages_room")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
        sa.UniqueConstraint("room", "seq", name=op.f("uq_messages_room_seq")),
    )
    op.execute(f"INSERT INTO messages_with_keys ({COLUMNS}) SELECT {COLUMNS} FROM messages ORDER BY rowid")
    op.drop_table("messages")
    op.rename_table("messages_with_keys", "messages")


def _alter() -> None:
    for table, column in REFERENCES:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    op.drop_constraint("pk_messages", "messages", type_="primary")
    op.execute("ALTER TABLE messages ADD COLUMN key BIGSERIAL CONSTRAINT pk_messages PRIMARY KEY")
    op.execute(f"COMMENT ON COLUMN messages.key IS '{KEY}'")
    op.create_unique_constraint("uq_messages_id", "messages", ["id"])
    for table, column in REFERENCES:
        op.create_foreign_key(f"fk_{table}_{column}", table, "messages", [column], ["id"])
