"""Each person's inbox has ids of its own

Ids that everybody shares tell how many items others get. Items of before keep theirs, which clients know, and those
that follow have greater ones, as before. SQLite cannot change the key of a table, so it gets a new one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

COLUMNS = 'username, id, kind, room, message, seq, "by", at, read, gone, reactions, born, rev'
WHICH = "which item of the person this is, from 1"
INDEXES = (("ix_inbox_username_rev", ("username", "rev")), ("ix_inbox_username_room_seq", ("username", "room", "seq")))


def upgrade() -> None:
    op.drop_index("ix_inbox_username_id", "inbox")
    if op.get_bind().dialect.name == "sqlite":
        _copy()
    else:
        _alter()


def _copy() -> None:
    op.create_table(
        "inbox_of_each",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment=WHICH),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("room", sa.String(length=400), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("reactions", sa.Integer(), nullable=True),
        sa.Column("born", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_inbox_username")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_inbox_room")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_inbox_message")),
        sa.ForeignKeyConstraint(["by"], ["users.username"], name=op.f("fk_inbox_by")),
        sa.PrimaryKeyConstraint("username", "id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("message", "username", "kind", "by", name=op.f("uq_inbox_message_username_kind_by")),
    )
    op.execute(f"INSERT INTO inbox_of_each ({COLUMNS}) SELECT {COLUMNS} FROM inbox ORDER BY username, id")
    op.drop_table("inbox")
    op.rename_table("inbox_of_each", "inbox")
    for name, columns in INDEXES:
        op.create_index(name, "inbox", list(columns))
    op.create_index("ix_inbox_unread", "inbox", ["username", "id"], sqlite_where=sa.text("read IS 0 AND gone IS 0"))


def _alter() -> None:
    op.drop_constraint("pk_inbox", "inbox", type_="primary")
    op.create_primary_key("pk_inbox", "inbox", ["username", "id"])
    op.execute("ALTER TABLE inbox ALTER COLUMN id DROP DEFAULT")
    op.execute("DROP SEQUENCE inbox_id_seq")
    op.execute(f"COMMENT ON COLUMN inbox.id IS '{WHICH}'")
