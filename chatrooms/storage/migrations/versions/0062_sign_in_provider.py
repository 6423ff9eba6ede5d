"""Signing in by an OpenID provider"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oidc_attempts",
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of the state"),
        sa.Column(
            "bound_to",
            sa.String(length=64),
            nullable=False,
            comment="the hash of a browser's cookie; empty until it begins",
        ),
        sa.Column(
            "session",
            sa.String(length=36),
            nullable=False,
            comment="to connect the provider to its person; empty to sign in",
        ),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("verifier", sa.String(length=43), nullable=False, comment="of the code (RFC 7636)"),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_oidc_attempts")),
    )
    op.create_index(op.f("ix_oidc_attempts_expires_at"), "oidc_attempts", ["expires_at"])
    op.create_table(
        "oidc_newcomers",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("bound_to", sa.String(length=64), nullable=False, comment="the hash of a browser's cookie"),
        sa.Column(
            "token_hash", sa.String(length=64), nullable=True, comment="of an applicant; null until they ask to join"
        ),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_newcomers")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_oidc_newcomers_ticket_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_oidc_newcomers_token_hash")),
    )
    op.create_index(op.f("ix_oidc_newcomers_expires_at"), "oidc_newcomers", ["expires_at"])
    op.create_table(
        "oidc_accounts",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False, comment="the provider's id of the person"),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False, comment="what the provider calls them"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("used_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["users.username"], name=op.f("fk_oidc_accounts_username")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_accounts")),
        sa.UniqueConstraint("issuer", "username", name=op.f("uq_oidc_accounts_issuer_username")),
    )
    op.create_index(op.f("ix_oidc_accounts_username"), "oidc_accounts", ["username"])
