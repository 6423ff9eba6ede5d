"""The index of words is empty again, because words are folded otherwise: a job fills it while the server runs"""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
        op.execute("CREATE VIRTUAL TABLE search_index USING fts5(words, columnsize=0, tokenize='ascii')")
        op.execute("INSERT INTO search_index (search_index, rank) VALUES ('usermerge', 2)")
    else:
        op.execute("TRUNCATE search_index")
    newest = "(SELECT COALESCE(MAX(key), 0) + 1 FROM messages)"
    op.execute(f"UPDATE indexed SET low = {newest}, high = {newest}, start = {newest}")
    op.execute("UPDATE jobs SET due_at = '2000-01-01T00:00:00.000Z' WHERE kind = 'search.keep' AND done_at IS NULL")
