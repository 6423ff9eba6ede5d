"""The index of words: FTS5 in SQLite, a ``tsvector`` with a GIN index in PostgreSQL, by the key of each message.

Besides its words, a message has marks there (see `wanted`). SQLite walks along its lists of rows forwards faster than
backwards, so there a row's number is its message's key below 0. What an index finds is looked at once more.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    Table,
    bindparam,
    event,
    insert,
    select,
    text,
    update,
)

from chatrooms.features.search.wanted import MARK, Wanted, mark, marked, parts, telling
from chatrooms.features.search.words import Needle
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata

SLICE = 1 << 15
"""PostgreSQL finds no newest rows first, so messages have a mark for each so many keys, and a query names some."""
FIRST_WINDOW, LARGEST_WINDOW, GROWTH = 2 * SLICE, 64 * SLICE, 8
"""How many keys one query covers, more with each query: one that finds little must not take long."""
PAGES = 100
"""How many pages of SQLite's index one step of merging writes, of about 4 KB each."""
TABLE = "search_index"
PLACES, LAST_PLACE = 255, 16_383
"""How many places of one word PostgreSQL keeps, and the last one (https://www.postgresql.org/docs/current/textsearch-limitations.html)."""
CROWDED = f"{MARK}p"
"""The mark of a message of which PostgreSQL does not keep all places, so that it may not find its phrases."""
RARE = 100
"""What fewer messages of a range have, or than up to twice as many, SQLite looks for alone."""

Candidate = tuple[int, str]
"""The key of a message, and its room."""

CREATE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(words, columnsize=0, tokenize='ascii')",
        f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('usermerge', 2)",
    ),
    "postgresql": (
        f"CREATE TABLE IF NOT EXISTS {TABLE} (key BIGINT CONSTRAINT pk_{TABLE} PRIMARY KEY, words TSVECTOR NOT NULL)",
        f"CREATE INDEX IF NOT EXISTS ix_{TABLE}_words ON {TABLE} USING gin (words)",
    ),
}


@event.listens_for(metadata, "after_create")
def _create(_target: object, db: Connection, **_: object) -> None:
    for statement in CREATE[db.dialect.name]:
        db.execute(text(statement))


indexed = Table(
    "indexed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="1: there is one row"),
    Column("low", BigInteger, nullable=False, comment="messages with smaller keys are not indexed yet"),
    Column("high", BigInteger, nullable=False, comment="nor are those with this key and greater ones"),
    Column("start", BigInteger, nullable=False, comment="what `low` was at first"),
)

_limits = Prepared(select(indexed.c.low, indexed.c.high, indexed.c.start))
_kept_limits = Prepared(select(indexed.c.low, indexed.c.high, indexed.c.start).with_for_update(read=True))
_own_limits = Prepared(select(indexed.c.low, indexed.c.high, indexed.c.start).with_for_update())
_PUT = {
    "sqlite": f"INSERT INTO {TABLE} (rowid, words) VALUES (-?, ?)",
    "postgresql": f"INSERT INTO {TABLE} (key, words) VALUES (%s, CAST(%s AS tsvector))",
}
_REMOVE = {
    "sqlite": Prepared(text(f"DELETE FROM {TABLE} WHERE rowid = -:key")),
    "postgresql": Prepared(text(f"DELETE FROM {TABLE} WHERE key = :key")),
}
_MERGE = Prepared(text(f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('merge', {PAGES})"))
_BOUND = text(
    "SELECT set_config('statement_timeout', :limit, true), set_config('enable_seqscan', 'off', true), "
    "set_config('jit', 'off', true)"
)
_COUNT = text(
    f"SELECT count(*) FROM (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH :wanted "
    "AND rowid > -:below AND rowid <= -:first LIMIT :limit)"
)
_FIND = {
    "sqlite": text(
        f"SELECT -rowid, (SELECT room FROM messages WHERE key = -{TABLE}.rowid) FROM {TABLE} "
        f"WHERE {TABLE} MATCH :wanted AND rowid > -:below AND rowid <= -:first ORDER BY rowid LIMIT :limit"
    ),
    # Adding 0 keeps PostgreSQL from walking along the keys, which takes long if few messages have the words.
    "postgresql": text(
        "SELECT key, (SELECT room FROM messages WHERE messages.key = found.key) FROM "
        f"(SELECT key FROM {TABLE} WHERE words @@ CAST(:wanted AS tsquery) AND key + 0 >= :first AND key + 0 < :below "
        "ORDER BY key + 0 DESC LIMIT :limit) AS found ORDER BY key DESC"
    ),
}
# As `IS TRUE`, PostgreSQL looks each up in a table of hashes, and goes along the keys as it would without.
_IN_ROOMS = "(split_part(room, '/', 1) IN (SELECT unnest(CAST(:rooms AS text[])))) IS TRUE"
_FIND_IN_ROOMS = text(
    f"SELECT key, room FROM (SELECT key, room FROM {TABLE} JOIN messages USING (key) "
    f"WHERE words @@ CAST(:wanted AS tsquery) AND key + 0 >= :first AND key + 0 < :below AND {_IN_ROOMS} "
    "ORDER BY key + 0 DESC LIMIT :limit) AS found ORDER BY key DESC"
)
_LIST_ROOMS = text(
    "SELECT key, room FROM messages WHERE key >= :first AND key < :below AND number IS NOT NULL AND NOT deleted "
    f"AND {_IN_ROOMS} ORDER BY key DESC LIMIT :limit"
)


def limits(db: Connection) -> tuple[int, int, int]:
    """Return the keys from and below which messages are indexed, and from which they were at first."""
    return _read(db, _limits)


def limits_to_keep(db: Connection) -> tuple[int, int, int]:
    """Return the `limits` for a change to an indexed message; no other server extends them before it is committed."""
    return _read(db, _kept_limits)


def limits_to_extend(db: Connection) -> tuple[int, int, int]:
    """Return the `limits` for extending them; what changes messages on another server waits, or was committed."""
    return _read(db, _own_limits)


def _read(db: Connection, limits: Prepared) -> tuple[int, int, int]:
    row = limits.one(db, {})
    return (row["low"], row["high"], row["start"]) if row else (0, 0, 0)


def set_limits(db: Connection, low: int, high: int) -> None:
    """Store which messages are indexed."""
    if not db.execute(update(indexed).values(low=low, high=high)).rowcount:
        db.execute(insert(indexed).values(id=1, low=low, high=high, start=low))


def put_all(db: Connection, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Index messages that are not. SQLite does it faster if the greatest key comes first."""
    dialect = db.dialect.name
    as_stored = _tsvector if dialect == "postgresql" else _plain
    if given := [(key, as_stored(key, words)) for key, words in rows]:
        db.exec_driver_sql(_PUT[dialect], given)


def remove(db: Connection, key: int) -> None:
    """Forget a message, if it is indexed."""
    _REMOVE[db.dialect.name].run(db, {"key": key})


def merge(db: Connection) -> bool:
    """Merge some of the parts of which SQLite's index consists, as each adds to a search; return whether it did.

    PostgreSQL does it by itself.
    """
    if db.dialect.name != "sqlite":
        return False
    driver: Any = db.connection.driver_connection
    before = driver.total_changes
    _MERGE.run(db, {})
    return bool(driver.total_changes - before > 1)  # as documented: fewer mean that there was nothing to merge


def windows(low: int, below: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of keys, from the greatest below ``below`` down to ``low``, for `find`."""
    size = FIRST_WINDOW
    while below > low:
        first = max(low, (below - 1) // SLICE * SLICE + SLICE - size)
        yield first, below
        below, size = first, min(GROWTH * size, LARGEST_WINDOW)


class Within(NamedTuple):
    """The rooms to look in, and in their threads: by their marks, or else by their names."""

    rooms: Collection[str]
    named: bool


def find(
    db: Connection, wanted: Wanted, first: int, below: int, limit: int, *, within: Within | None = None
) -> list[Candidate]:
    """Return the greatest keys from ``first`` and below ``below`` of messages that have what is ``wanted``.

    If they are to be ``within`` some rooms, nothing need be wanted. Some may lack a part of it, or be in other rooms.
    Their own come with them: a further query for these would be seen in the time that a search takes, see `finding`.
    """
    statement = _FIND[db.dialect.name]
    given: dict[str, Any] = {"first": first, "below": below, "limit": limit}
    if within and within.named:
        statement = _FIND_IN_ROOMS if wanted else _LIST_ROOMS
        given["rooms"] = list(within.rooms)
    elif within:
        wanted = [*wanted, marked(*(mark("r", room) for room in within.rooms))]
    if wanted:
        given["wanted"] = _query(db, telling(wanted), first, below)
    found = db.execute(statement.bindparams(bindparam("limit", type_=Integer)), given)
    return [(key, room or "") for key, room in found]


def _query(db: Connection, wanted: Wanted, first: int, below: int) -> str:
    if db.dialect.name == "sqlite":
        return _match(_rare(db, wanted, first, below) or wanted)
    slices = range(first // SLICE, (below - 1) // SLICE + 1)
    return _tsquery([*wanted, marked(*(_slice(each) for each in slices))])


def _rare(db: Connection, wanted: Wanted, first: int, below: int) -> Wanted | None:
    """Return the first part of what is wanted that few messages of a range have, if there are other parts.

    For several, SQLite reads the list of each from one message that has the others to the next. So a single message of
    others with a secret word would cost it milliseconds if the query has twenty common words, or a hundred rooms.
    """
    for part in parts(wanted):
        limit = at_random(RARE)
        given = {"wanted": _match([part]), "first": first, "below": below, "limit": limit}
        if db.scalar(_COUNT, given) < limit:
            return [part]
    return None


def combines(db: Connection) -> bool:
    """Return whether rooms whose marks cost little are best a part of what is wanted at once.

    PostgreSQL reads all that has the rest.
    """
    return db.dialect.name == "postgresql"


def at_random(number: int) -> int:
    """Return that number or one up to twice as great."""
    return number + secrets.randbelow(number)


def bound(db: Connection, seconds: float) -> None:
    """Let no statement of this transaction take longer in PostgreSQL; in SQLite, `windows` keep them short.

    Nor does PostgreSQL read the whole index as a table, as it would for hundreds of rooms, taking them for almost all,
    or compile a query, which takes longer than most of them.
    """
    if db.dialect.name == "postgresql":
        db.execute(_BOUND, {"limit": f"{1000 * seconds:.0f}"})


def _slice(number: int) -> str:
    return f"{MARK}s{number}"


def _plain(_key: int, words: Sequence[str]) -> str:
    return " ".join(words)


def _tsvector(key: int, words: Sequence[str]) -> str:
    """Return words as PostgreSQL reads them, each with its place; neither words nor marks have quotes."""
    marks = [_slice(key // SLICE)]
    if len(words) >= LAST_PLACE or (words and max(Counter(words).values()) > PLACES):
        marks.append(CROWDED)
    return " ".join(f"'{word}':{place}" for place, word in enumerate((*marks, *words), 1))


def _match(wanted: Wanted) -> str:
    """Return a query of FTS5 (https://sqlite.org/fts5.html#full_text_query_syntax)."""
    return " AND ".join(f"({' OR '.join(map(_quoted, group))})" for group in wanted)


def _quoted(needle: Needle) -> str:
    return f'"{" ".join(needle.words)}"{" *" if needle.prefix else ""}'


def _tsquery(wanted: Wanted) -> str:
    return " & ".join(f"({' | '.join(map(_followed, group))})" for group in wanted)


def _followed(needle: Needle) -> str:
    *words, last = (f"'{word}'" for word in needle.words)
    words.append(f"{last}:*" if needle.prefix else last)
    if len(words) == 1:
        return f"({words[0]})"
    return f"(({' <-> '.join(words)}) | ({' & '.join([repr(CROWDED), *words])}))"
