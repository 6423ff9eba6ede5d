"""The files of a room, newest first."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from typing_extensions import TypedDict

from chatrooms.features.files import stored
from chatrooms.features.files.stored import SHOWN, File, files
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import query
from chatrooms.pipeline.feature import Row
from chatrooms.pipeline.shapes import InRoom
from chatrooms.pipeline.standing import Here
from chatrooms.storage.fields import Person
from chatrooms.storage.results import many
from chatrooms.storage.tables import messages
from chatrooms.types import MAX_PAGE, Seq


class Page(InRoom):
    """A page of the files of a room."""

    after: Seq | None = Field(
        None, description="Start after the files of the message with this `seq`; if omitted, at the newest."
    )


class SharedFile(File):
    """A file, and the message that it is in."""

    message: Annotated[str, Field(description="The id of the message.")]
    seq: Annotated[int, Field(description="The `seq` of the message, for `history` with `around`.")]
    author: Person
    at: Annotated[str, Field(description="When the message was posted; ISO 8601, UTC, with milliseconds.")]


class SharedFiles(TypedDict):
    """Files of a room, newest first; ``more`` is true if there are others after the last ``seq``."""

    files: list[SharedFile]
    more: bool


@query("file.list", may=access.member, method="files", scope="read")
def page(act: Act, p: Page, here: Here) -> SharedFiles:
    """Return the files of a room, newest first, about a hundred at a time; those of a message come together."""
    joined = files.join(messages, messages.c.id == files.c.message)
    about = (files.c.message, files.c.seq, messages.c.author, messages.c.at)
    found = select(*SHOWN, *about).select_from(joined)
    found = found.where(files.c.room == here.room, files.c.gone.is_(False), messages.c.deleted.is_(False))
    if p.after is not None:
        found = found.where(files.c.seq < p.after)
    rows = many(dict, act.db.execute(found.order_by(files.c.seq.desc(), files.c.place).limit(MAX_PAGE + 1)))
    more = len(rows) > MAX_PAGE
    whole = [row for row in rows if row["seq"] != rows[-1]["seq"]] if more else rows
    return {"files": [_shared(row) for row in whole], "more": more}


def _shared(row: Row) -> SharedFile:
    return {
        **stored.shown(row),
        "message": row["message"],
        "seq": row["seq"],
        "author": row["author"],
        "at": row["at"],
    }
