"""Groups of people, and the messages that mention them"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "name", sa.String(length=32), nullable=False, comment="of the same kind as usernames, and none of them"
        ),
        sa.Column("skeleton", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
        sa.UniqueConstraint("skeleton", name=op.f("uq_groups_skeleton")),
    )
    op.create_table(
        "group_members",
        sa.Column("group", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["group"], ["groups.id"], name=op.f("fk_group_members_group")),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_group_members_username")),
        sa.PrimaryKeyConstraint("group", "username", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_username"), "group_members", ["username"])
    op.create_table(
        "group_calls",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False, comment="of the group, when it was mentioned"),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_group_calls_message")),
        sa.PrimaryKeyConstraint("message", "name", name=op.f("pk_group_calls")),
    )
