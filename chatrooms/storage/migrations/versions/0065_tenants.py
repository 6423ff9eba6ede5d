"""Tenants of people, rooms and groups"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("users", "rooms", "groups"):
        tenant = sa.Column("tenant", sa.String(length=64), nullable=False, server_default="", comment="empty for none")
        op.add_column(table, tenant)
    op.drop_index("ix_rooms_members_name", table_name="rooms")
    rooms = sa.table("rooms", sa.column("access"), sa.column("archived"))
    listed = sa.and_(rooms.c.access == "open", rooms.c.archived.is_(False))
    columns: list[str | sa.TextClause] = ["tenant", sa.text("members DESC"), "name"]
    op.create_index("ix_rooms_tenant_members_name", "rooms", columns, sqlite_where=listed, postgresql_where=listed)
    op.drop_index(op.f("ix_users_username_words"), table_name="users")
    op.create_index(op.f("ix_users_tenant_username_words"), "users", ["tenant", "username", "words"])
