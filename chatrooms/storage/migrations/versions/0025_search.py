"""The index of words, empty: a job fills it while the server runs"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5(words, columnsize=0, tokenize='ascii')")
        op.execute("INSERT INTO search_index (search_index, rank) VALUES ('usermerge', 2)")
    else:
        op.execute(
            "CREATE TABLE search_index (key BIGINT CONSTRAINT pk_search_index PRIMARY KEY, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_index_words ON search_index USING gin (words)")
    op.create_table(
        "indexed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="1: there is one row"),
        sa.Column("low", sa.BigInteger(), nullable=False, comment="messages with smaller keys are not indexed yet"),
        sa.Column("high", sa.BigInteger(), nullable=False, comment="nor are those with this key and greater ones"),
        sa.Column("start", sa.BigInteger(), nullable=False, comment="what `low` was at first"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indexed")),
    )
    op.execute(
        "INSERT INTO indexed (id, low, high, start) "
        "SELECT 1, key, key, key FROM (SELECT COALESCE(MAX(key), 0) + 1 AS key FROM messages) AS newest"
    )
