"""Sessions, and what begins one, say whether a second factor was shown; the server says of whom it requires one"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

sessions = sa.table("sessions", *(sa.column(name) for name in ("username", "began", "created_at", "second_factor")))
factors = sa.table("second_factors", sa.column("username"), sa.column("enabled_at"))


def upgrade() -> None:
    for table, comment in (
        ("sessions", "whether its person has shown one in it"),
        ("links", "shown by who made it"),
        ("oidc_newcomers", "shown at the provider"),
    ):
        column: sa.Column[bool] = sa.Column(
            "second_factor", sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment
        )
        op.add_column(table, column)
    op.add_column(
        "facts",
        sa.Column(
            "second_factor", sa.String(length=9), nullable=False, server_default="", comment="of whom, as owners chose"
        ),
    )
    _sessions()


def _sessions() -> None:
    """Note in which sessions one was shown: by a passkey, or by the code that a password took by then."""
    took_a_code = (
        sa.exists()
        .where(factors.c.username == sessions.c.username, factors.c.enabled_at <= sessions.c.created_at)
        .correlate(sessions)
    )
    by_code = sa.and_(sessions.c.began.in_(("password", "directory")), took_a_code)
    op.execute(
        sa.update(sessions).where(sa.or_(sessions.c.began == "passkey", by_code)).values(second_factor=sa.true())
    )
