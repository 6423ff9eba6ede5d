"""What people want in their inboxes: keywords, and whether reactions"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keywords",
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("begins", sa.String(length=40), nullable=False, comment="with this piece of a text"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_keywords_username")),
        sa.PrimaryKeyConstraint("username", "word", name=op.f("pk_keywords")),
    )
    op.create_index(op.f("ix_keywords_begins"), "keywords", ["begins"])
    op.create_table(
        "unreacted",
        sa.Column("username", sa.String(length=32), nullable=False, comment="who wants no items about reactions"),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_unreacted_username")),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_unreacted")),
    )
    op.add_column(
        "inbox",
        sa.Column(
            "reactions",
            sa.Integer(),
            nullable=True,
            comment="of others, of which the person knows, if it is about them",
        ),
    )
