"""The files as they are stored: a row for each from when its upload begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast
from urllib.parse import quote

from pydantic import Field
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from typing_extensions import TypedDict

from chatrooms import clock
from chatrooms.storage import usage
from chatrooms.storage.ahead import Foreseen
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.indexes import partial_index
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import messages, metadata, rooms, users


class Picture(TypedDict):
    """What to know of a picture before it is loaded.

    With ``?size=small`` or ``?size=large`` after its ``url``, it comes as WebP in a box of 800 or 2,400 pixels.
    """

    width: Annotated[int, Field(description="In pixels, as it is shown.")]
    height: Annotated[int, Field(description="In pixels, as it is shown.")]
    placeholder: Annotated[str, Field(description="A tiny picture to show meanwhile, as a `data:` URL.")]
    animated: Annotated[bool, Field(description="Whether it moves.")]


class File(TypedDict):
    """A file of a message."""

    id: Annotated[str, Field(description="A UUID.")]
    name: Annotated[str, Field(description="The name to show and to save it by; without folders.")]
    type: Annotated[
        str,
        Field(description="The media type, from the content: one that browsers show, or `application/octet-stream`."),
    ]
    size: Annotated[int, Field(description="In bytes.")]
    url: Annotated[str, Field(description="Where it is, relative to the address of the chat.")]
    picture: Annotated[Picture | None, Field(description="`null` if it is not a picture that can be shown.")]
    duration: Annotated[
        float | None,
        Field(description="The seconds that it takes, if its author's client said so: recordings may not say it."),
    ]


files = Table(
    "files",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", String(32), ForeignKey(users.c.username), nullable=False),
    Column("name", Text, nullable=False),
    Column("hint", String(100), nullable=False, comment="the media type that the client gave"),
    Column("length", BigInteger, nullable=False, comment="the bytes to upload"),
    Column("size", BigInteger, comment="the bytes to download; null until the upload is complete"),
    Column("charged", BigInteger, nullable=False, comment="the bytes that count for the owner"),
    Column("type", String(100), comment="by the content"),
    Column("picture", JSON(none_as_null=True)),
    Column("message", String(36), ForeignKey(messages.c.id), index=True, comment="null until it is posted"),
    Column("room", String(400), ForeignKey(rooms.c.name), comment="of the message"),
    Column("seq", Integer, comment="of the message"),
    Column("place", Integer, comment="among the files of the message"),
    Column("duration", Float, comment="in seconds, as the client said"),
    Column("square", Boolean, nullable=False, server_default=false(), comment="for a person or a room"),
    Column("portrait_of", String(400), comment="the username, or the name of the room, whose picture it is"),
    Column("gone", Boolean, nullable=False, server_default=false(), comment="a job removes it"),
    Column("at", String(24), nullable=False, comment="when the upload began"),
    Column("progress_at", String(24), comment="when bytes came last that count; null if none did"),
    Column("shares", Text, nullable=False, server_default="", comment="for which it counts, see pipeline.shares"),
    Column("stored_as", String(60), comment="its key in the store; null for its id"),
    Index(None, "room", "seq"),
)
is_unused = (files.c.message.is_(None), files.c.portrait_of.is_(None))
_is_loose = or_(files.c.message.is_(None), files.c.gone.is_(True))
partial_index("ix_files_loose", files.c.at, where=_is_loose)
_is_unfinished = files.c.size.is_(None)
partial_index("ix_files_unfinished", files.c.owner, where=_is_unfinished)

SHOWN = (files.c.id, files.c.name, files.c.type, files.c.size, files.c.picture, files.c.duration)
_ids = values("ids")
OF_MESSAGES = Foreseen(
    select(files.c.message, *SHOWN)
    .select_from(_ids.join(files, files.c.message == _ids.c.value))
    .where(files.c.gone.is_(False))
    .order_by(files.c.message, files.c.place)
)
_by_id = Prepared(select(files).where(files.c.id == bindparam("id")))
_alone = Prepared(select(files).where(files.c.id == bindparam("id")).with_for_update())
"""Another server's transaction that changes the row ends before: what is counted follows what is there then."""
_to_come = case((files.c.charged < files.c.length, files.c.length - files.c.charged), else_=0)
_unfinished = Prepared(
    select(func.count().label("number"), func.coalesce(func.sum(_to_come), 0).label("bytes"))
    .select_from(files)
    .where(files.c.owner == bindparam("owner"), _is_unfinished, files.c.gone.is_(False))
)


def find(db: Connection, id: str) -> dict[str, Any] | None:
    """Return the row of a file, without checking permissions; None also if it is to be removed."""
    row = _by_id.one(db, {"id": id})
    return None if row is None or row["gone"] else row


def _locked(db: Connection, id: str) -> dict[str, Any] | None:
    """Return what `find` does, and let nobody else change it until the transaction ends."""
    row = _alone.one(db, {"id": id})
    return None if row is None or row["gone"] else row


def key(row: Mapping[str, Any]) -> str:
    """Return the key of a file in the store."""
    return cast(str, row["stored_as"] or row["id"])


def key_of(db: Connection, id: str) -> str:
    """Return the key of a file, also of one that is to be removed."""
    row = _by_id.one(db, {"id": id})
    return key(row) if row else id


def of_messages(db: Connection, ids: Sequence[str]) -> Mapping[str, list[File]]:
    """Return the files of messages that have any."""
    found: dict[str, list[File]] = {}
    for row in OF_MESSAGES.all(db, {"ids": packed(ids)}):
        found.setdefault(row["message"], []).append(shown(row))
    return found


def shown(row: Mapping[str, Any]) -> File:
    """Return a complete file as clients receive it."""
    columns = {str(column.key): row[str(column.key)] for column in SHOWN}
    return cast(File, columns | {"url": f"files/{row['id']}/{quote(row['name'], safe='')}"})


def unfinished(db: Connection, owner: str) -> tuple[int, int]:
    """Return how many uploads of a person are unfinished, and how many of their bytes have not arrived."""
    row = _unfinished.one(db, {"owner": owner})
    return (row["number"], int(row["bytes"])) if row else (0, 0)


def add(db: Connection, row: Mapping[str, Any]) -> None:
    """Add a file whose upload begins; its bytes count once they arrive."""
    db.execute(insert(files).values(**row, charged=0))


def arrived(db: Connection, id: str, there: int) -> bool:
    """Count the bytes of an unfinished upload of which ``there`` have arrived; return whether it is still wanted.

    Of a picture they may be more than it announced: those of its copies, once these are made.
    """
    row = _locked(db, id)
    if row and row["size"] is None and there > row["charged"]:
        db.execute(update(files).where(files.c.id == id).values(charged=there, progress_at=clock.now()))
        _charge(db, row, there - row["charged"])
    return row is not None


def awaited(db: Connection, ids: Sequence[str]) -> set[str]:
    """Return which of some ids are those of uploads that are unfinished."""
    return set(db.scalars(select(files.c.id).where(files.c.id.in_(ids), _is_unfinished, files.c.gone.is_(False))))


def claim(db: Connection, id: str, key: str) -> tuple[bool, str | None]:
    """Note under which key an unfinished upload is being stored, before it is.

    Return whether it is still to be stored, and the key under which another server may be storing it, too.
    """
    row = _locked(db, id)
    if row is None or row["size"] is not None:
        return False, None
    db.execute(update(files).where(files.c.id == id).values(stored_as=key))
    return True, _other(row, key)


def _other(row: Mapping[str, Any], key: str) -> str | None:
    return row["stored_as"] if row["stored_as"] != key else None


def complete(db: Connection, id: str, key: str, **about: Any) -> tuple[bool, str | None]:
    """Note what a file is once it is stored, and count what it takes by then.

    Return whether that counts, not if it was removed or another server was first, and what `claim` does.
    """
    row = _locked(db, id)
    if row is None or row["size"] is not None:
        return row is not None and row["stored_as"] == key, None
    db.execute(update(files).where(files.c.id == id).values(**about, stored_as=key))
    _charge(db, row, about["charged"] - row["charged"])
    return True, _other(row, key)


def use(db: Connection, id: str, **values: Any) -> bool:
    """Store what a file is used for; return False if it was used or removed since it was read, by another node."""
    free = files.c.id == id, files.c.gone.is_(False), *is_unused
    return db.execute(update(files).where(*free).values(values)).rowcount > 0


def attach(db: Connection, id: str, message: Mapping[str, Any], place: int) -> bool:
    """Make a file part of a message; return what `use` does."""
    return use(db, id, message=message["id"], room=message["room"], seq=message["seq"], place=place)


def being_stored(db: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Return the keys of those of some files that may be on their way to the store: whole, and incomplete."""
    is_whole = files.c.size.is_(None), files.c.charged >= files.c.length
    return db.scalars(select(func.coalesce(files.c.stored_as, files.c.id)).where(files.c.id.in_(ids), *is_whole)).all()


def drop(db: Connection, ids: Sequence[str]) -> Sequence[str]:
    """Make those of some files unreachable that are not posted; return which of all are to be removed."""
    these = files.c.id.in_(ids)
    db.execute(update(files).where(these, *is_unused).values(gone=True))
    return db.scalars(select(files.c.id).where(these, files.c.gone.is_(True))).all()


def forget(db: Connection, id: str) -> None:
    """Delete the row of a file whose content is removed, and count its bytes no more."""
    row = _alone.one(db, {"id": id})
    if row:
        db.execute(delete(files).where(files.c.id == id))
        _charge(db, row, -row["charged"])


def _charge(db: Connection, row: Mapping[str, Any], more: int) -> None:
    usage.charge(db, more, row["owner"], *row["shares"].split())
