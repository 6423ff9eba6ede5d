"""Messages that an application writes in a transaction of its own database, and that the chat picks up, each once.

With SQLAlchemy, execute a `message` in the transaction, on a connection or session of any kind::

    with Session(engine) as db, db.begin():
        db.add(Order(number=7))
        db.execute(outbox.message("ann@example.com", "Your order has shipped."))

With Django, or any cursor that marks parameters with ``%s``, execute `sql`; `ddl` makes the table in a migration::

    with transaction.atomic(), connection.cursor() as cursor:
        Order.objects.create(number=7)
        cursor.execute(*outbox.sql("ann@example.com", "Your order has shipped."))
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Insert, Integer, MetaData, String, Table, Text, insert
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateTable

NAME = "chatrooms_outbox"

TEXTS = frozenset({"target", "text", "to", "room", "thread", "reply_to", "author", "key", "id"})
TAKEN = TEXTS | {"create", "data"}
"""What `Chatrooms.post` takes, and what of it is text."""

metadata = MetaData()
table = Table(
    NAME,
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True, comment="of the message, so that it is posted once"),
    Column("message", Text, nullable=False, comment="what chat.post takes, in JSON"),
    Column("refused", Text, comment="why the chat did not post it; null as long as it waits"),
)
"""The table: make it by ``metadata.create_all(engine)``, or copy it to yours: ``table.to_metadata(Base.metadata)``."""


def message(target: str | None = None, text: str = "", **how: Any) -> Insert:
    """Return the statement that notes a message, with what `Chatrooms.post` takes.

    The chat checks it when it picks it up. Raises ``TypeError`` for what `post` does not take, such as a number as an
    id, and for what is no JSON.
    """
    return insert(table).values(_row(target, text, how))


def sql(target: str | None = None, text: str = "", **how: Any) -> tuple[str, tuple[str, str]]:
    """Return the same as SQL with its parameters, for a cursor."""
    row = _row(target, text, how)
    return f"INSERT INTO {NAME} (id, message) VALUES (%s, %s)", (row["id"], row["message"])


def ddl(database: str) -> str:
    """Return the SQL that makes the table in a ``database``: ``sqlite``, ``postgresql``, ``mysql`` or ``oracle``."""
    return str(CreateTable(table).compile(dialect=registry.load(database)()))


def _row(target: str | None, text: str, how: dict[str, Any]) -> dict[str, str]:
    given = {"target": target, "text": text, **how}
    _require_taken(given)
    which = given.pop("id", None) or str(uuid4())
    return {"id": which, "message": json.dumps(given, ensure_ascii=False)}


def require_known(given: Mapping[str, Any]) -> None:
    """Raise ``TypeError`` unless a message has nothing but what `Chatrooms.post` takes."""
    if not isinstance(given, Mapping):
        raise TypeError(f"A message is a mapping with what post takes, not {type(given).__name__}.")
    for name in given:
        if name not in TAKEN:
            raise TypeError(f"A message takes no {name!r}.")


def _require_taken(given: dict[str, Any]) -> None:
    require_known(given)
    if given.get("key") is not None and given.get("id") is not None:
        raise TypeError("A message has a key or an id: each says alone which one is posted once.")
    for name, value in given.items():
        if name in TEXTS and not isinstance(value, str | None):
            raise TypeError(f"The {name} of a message must be str, not {type(value).__name__}.")
