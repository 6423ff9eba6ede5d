"""Files"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(length=100), nullable=False, comment="the media type that the client gave"),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="the bytes to upload"),
        sa.Column(
            "size", sa.BigInteger(), nullable=True, comment="the bytes to download; null until the upload is complete"
        ),
        sa.Column("charged", sa.BigInteger(), nullable=False, comment="the bytes that count for the owner"),
        sa.Column("type", sa.String(length=100), nullable=True, comment="by the content"),
        sa.Column("picture", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("message", sa.String(length=36), nullable=True, comment="null until it is posted"),
        sa.Column("room", sa.String(length=400), nullable=True, comment="of the message"),
        sa.Column("seq", sa.Integer(), nullable=True, comment="of the message"),
        sa.Column("place", sa.Integer(), nullable=True, comment="among the files of the message"),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False, comment="a job removes it"),
        sa.Column("at", sa.String(length=24), nullable=False, comment="when the upload began"),
        sa.ForeignKeyConstraint(["owner"], ["users.username"], name=op.f("fk_files_owner")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_files_message")),
        sa.ForeignKeyConstraint(["room"], ["rooms.name"], name=op.f("fk_files_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_message"), "files", ["message"])
    op.create_index(op.f("ix_files_room_seq"), "files", ["room", "seq"])
    files = sa.table("files", sa.column("message"), sa.column("gone", sa.Boolean))
    is_loose = sa.or_(files.c.message.is_(None), files.c.gone.is_(True))
    op.create_index("ix_files_loose", "files", ["at"], sqlite_where=is_loose, postgresql_where=is_loose)
    op.create_table(
        "file_usage",
        sa.Column("username", sa.String(length=32), nullable=False, comment="empty for all people together"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_file_usage")),
    )
