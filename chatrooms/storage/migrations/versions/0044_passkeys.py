"""Passkeys, and the challenges that they sign"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.String(length=1364), nullable=False, comment="in base64url"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="in COSE"),
        sa.Column(
            "handle",
            sa.String(length=43),
            nullable=False,
            comment="how authenticators know the person; says nothing of them",
        ),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_passkeys_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_username"), "passkeys", ["username"])
    op.create_table(
        "challenges",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column(
            "bound_to",
            sa.String(length=64),
            nullable=False,
            comment="the hash of a session's id, or of a browser's cookie",
        ),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column(
            "handle",
            sa.String(length=43),
            nullable=False,
            comment="of the person who adds a passkey; empty to sign in",
        ),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_expires_at"), "challenges", ["expires_at"])
