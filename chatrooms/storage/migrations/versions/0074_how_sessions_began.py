"""Sessions say how they began, and applicants what they have proved

An id of version 8 (RFC 9562, 5.8) was that of a session by the provider, and began with 12 digits for the one there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

sessions = sa.table("sessions", *(sa.column(name) for name in ("id", "username", "began", "issuer", "mark")))
accounts = sa.table("oidc_accounts", sa.column("issuer"), sa.column("username"))
links = sa.table("links", *(sa.column(name) for name in ("began", "made_by", "expires_at")))
newcomers = sa.table("oidc_newcomers", *(sa.column(name) for name in ("issuer", "subject", "label", "token_hash")))
applicants = sa.table(
    "applicants", *(sa.column(name) for name in ("token_hash", "proof", "issuer", "subject", "label"))
)


def upgrade() -> None:
    _sessions()
    _links()
    _applicants()


def _sessions() -> None:
    op.add_column(
        "sessions",
        sa.Column(
            "began",
            sa.String(length=16),
            nullable=True,
            comment="how, see fields.Began; null if an earlier version began it",
        ),
    )
    op.add_column(
        "sessions",
        sa.Column("issuer", sa.String(length=300), nullable=True, comment="of the provider by which it began"),
    )
    op.add_column(
        "sessions",
        sa.Column(
            "mark",
            sa.String(length=64),
            nullable=True,
            comment="of the session at the provider, see identity.oidc.begun",
        ),
    )
    op.create_index(op.f("ix_sessions_mark"), "sessions", ["mark"])
    issuer = sa.select(sa.func.min(accounts.c.issuer)).where(accounts.c.username == sessions.c.username)
    mark = sa.func.substr(sessions.c.id, 1, 8).concat(sa.func.substr(sessions.c.id, 10, 4))
    values = {"began": "provider", "issuer": issuer.scalar_subquery(), "mark": mark}
    op.execute(sa.update(sessions).where(sessions.c.id.like("_" * 14 + "8%")).values(values))


def _links() -> None:
    op.add_column(
        "links",
        sa.Column(
            "began",
            sa.String(length=16),
            nullable=False,
            server_default="device",
            comment="how the session begins by it",
        ),
    )
    op.execute(sa.update(links).where(links.c.made_by.is_not(None)).values(began="admin"))


def _applicants() -> None:
    """Move what applicants have proved to them; who was picking a name signs in again."""
    op.add_column(
        "applicants",
        sa.Column(
            "proof",
            sa.String(length=16),
            nullable=True,
            comment="provider or directory, by which they came; null if by neither",
        ),
    )
    op.add_column("applicants", sa.Column("issuer", sa.String(length=300), nullable=True, comment="of the provider"))
    op.add_column(
        "applicants",
        sa.Column("subject", sa.String(length=255), nullable=True, comment="the provider's id of the person"),
    )
    op.add_column(
        "applicants",
        sa.Column("label", sa.String(length=100), nullable=False, server_default="", comment="what it calls them"),
    )
    db = op.get_bind()
    for issuer, subject, label, token_hash in db.execute(sa.select(newcomers)).all():
        values = {"proof": "provider", "issuer": issuer, "subject": subject, "label": label}
        if issuer == "ldap":
            values = {"proof": "directory"}
        db.execute(sa.update(applicants).where(applicants.c.token_hash == token_hash).values(values))
    op.drop_table("oidc_newcomers")
    op.create_table(
        "oidc_newcomers",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=True, comment="of their session at the provider, see begun"),
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("bound_to", sa.String(length=64), nullable=False, comment="the hash of a browser's cookie"),
        sa.Column("expires_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_oidc_newcomers")),
        sa.UniqueConstraint("ticket_hash", name=op.f("uq_oidc_newcomers_ticket_hash")),
    )
    op.create_index(op.f("ix_oidc_newcomers_expires_at"), "oidc_newcomers", ["expires_at"])
