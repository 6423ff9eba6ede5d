"""A read position for each person in each of their rooms

Those who had none had read what was posted before they joined: the first message of another person since then, and
what follows, stays unread. Their own rooms hold nothing unread.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADD = """
INSERT INTO reads (username, room, seq, number, rev)
WITH missing AS (
    SELECT members.username, members.room, (
        SELECT messages.seq FROM messages
        WHERE messages.room = members.room AND messages.author <> members.username AND messages.at >= members.since
        ORDER BY messages.seq LIMIT 1
    ) AS unread
    FROM members
    WHERE members.gone = false AND NOT EXISTS (
        SELECT 1 FROM reads WHERE reads.username = members.username AND reads.room = members.room
    )
    UNION ALL
    SELECT users.username, users.username, NULL
    FROM users
    WHERE NOT EXISTS (SELECT 1 FROM reads WHERE reads.username = users.username AND reads.room = users.username)
), placed AS (
    SELECT missing.username, missing.room, (
        SELECT max(messages.seq) FROM messages
        WHERE messages.room = missing.room AND messages.seq < coalesce(missing.unread, 2147483648)
    ) AS seq
    FROM missing
)
SELECT placed.username, placed.room, coalesce(placed.seq, 0), coalesce(messages.number, 0),
    own.counter + row_number() OVER (PARTITION BY placed.username ORDER BY placed.room)
FROM placed
JOIN rooms AS own ON own.name = placed.username
LEFT JOIN messages ON messages.room = placed.room AND messages.seq = placed.seq
"""
"""Each row has a rev of its own, as `sync` divides a room's rows by their revs."""

COUNT = """
UPDATE rooms SET counter = (SELECT max(reads.rev) FROM reads WHERE reads.username = rooms.name)
WHERE counter < (SELECT max(reads.rev) FROM reads WHERE reads.username = rooms.name)
"""


def upgrade() -> None:
    op.execute(sa.text(ADD))
    op.execute(sa.text(COUNT))
