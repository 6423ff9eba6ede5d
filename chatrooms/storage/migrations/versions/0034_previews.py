"""Previews of links"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preview_pages",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="as in the text"),
        sa.Column("found", sa.Boolean(), nullable=False, comment="whether there is anything to show"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("picture", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False, comment="the bytes of the picture"),
        sa.Column(
            "expires_at",
            sa.String(length=24),
            nullable=False,
            comment="from when on it is fetched anew for further messages",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_pages")),
    )
    op.create_index(op.f("ix_preview_pages_url_expires_at"), "preview_pages", ["url", "expires_at"])
    op.create_index(op.f("ix_preview_pages_expires_at"), "preview_pages", ["expires_at"])
    op.create_table(
        "previews",
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="among the links of the message"),
        sa.Column("page", sa.String(length=36), nullable=True, comment="null if there is nothing to show"),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False, comment="by the author"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_previews_message")),
        sa.ForeignKeyConstraint(["page"], ["preview_pages.id"], name=op.f("fk_previews_page")),
        sa.PrimaryKeyConstraint("message", "url", name=op.f("pk_previews")),
    )
    op.create_index(op.f("ix_previews_page"), "previews", ["page"])
