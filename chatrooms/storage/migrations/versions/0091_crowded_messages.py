"""PostgreSQL's index marks messages of which it does not keep all places of words"""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "UPDATE search_index SET words = words || array_to_tsvector(ARRAY['§p']) WHERE EXISTS ("
            "SELECT 1 FROM unnest(words) AS word WHERE cardinality(word.positions) >= 255 OR 16383 = ANY(word.positions))"
        )
