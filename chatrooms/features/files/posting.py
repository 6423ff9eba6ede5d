"""The files of messages: a part of each, given when it is posted; they are unreachable once it is deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select, update

from chatrooms.errors import Conflict, Invalid, NotFound
from chatrooms.features.files import stored
from chatrooms.features.files.removing import REMOVE
from chatrooms.features.files.stored import File, files
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import enqueue
from chatrooms.pipeline.part import Part
from chatrooms.storage.rows import Message
from chatrooms.types import MAX_FILES

POSTED = "This file was posted already."


def _store(db: Connection, message: Message) -> Sequence[File]:
    """Make the files of a deleted message unreachable. Those of an edited one are loaded anew."""
    if message["deleted"]:
        db.execute(update(files).where(files.c.message == message["id"]).values(gone=True))
    return ()


def _given(act: Act, ids: Sequence[str]) -> Callable[[Message], list[File]]:
    """Check the files for a new message: the caller's own, complete, and not posted yet."""
    rows = [own(act, each, "files") for each in ids]
    if len(set(ids)) < len(ids):
        raise Invalid("A message can have a file only once.", field="files")
    if any(row["message"] for row in rows):
        raise Conflict(POSTED, field="files")
    if any(row["square"] or row["portrait_of"] for row in rows):
        raise Invalid("This picture was uploaded for a person, a room or an emoji.", field="files")
    if any(row["size"] is None for row in rows):
        raise Conflict("This file is not uploaded completely.", field="files")

    def store(message: Message) -> list[File]:
        for place, each in enumerate(ids):
            if not stored.attach(act.db, each, message, place):
                raise Conflict(POSTED, field="files")
        return [stored.shown(row) for row in rows]

    return store


def own(act: Act, id: str, field: str) -> Row:
    """Return the row of a file of the caller's; raises `NotFound`."""
    row = stored.find(act.db, id)
    if row is None or row["owner"] != act.me.username:
        raise NotFound("There is no such file; it may have expired. Upload it again.", field=field)
    return row


FILES = Part(
    "files",
    list[File],
    f"Its files, at most {MAX_FILES}; a message with files can have an empty text.",
    (),
    stored.of_messages,
    _store,
    given=_given,
    asks=stored.OF_MESSAGES,
    texts=lambda files: [file["name"] for file in files],
    when=("deleted",),
)


@on("messages", when=("deleted",))
def deleted(act: Act, rows: Sequence[Row]) -> None:
    """Have the files of deleted messages removed."""
    for row in rows:
        if row["deleted"] and act.db.scalar(select(files.c.id).where(files.c.message == row["id"]).limit(1)):
            enqueue(act, REMOVE, row["id"])
