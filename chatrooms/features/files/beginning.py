"""Beginning to upload a file, and how much space there is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from uuid import uuid4

from pydantic import Field
from typing_extensions import TypedDict

from chatrooms.errors import NoSpace, RateLimited, TooLarge
from chatrooms.features.files import names, stored
from chatrooms.pipeline import access, contents, shares
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import Params, change, own_room, query
from chatrooms.pipeline.shapes import Nothing
from chatrooms.settings import MEGABYTE
from chatrooms.storage import usage

KEPT = timedelta(days=1)
"""How long an upload can be continued, and then be posted."""
_media_type = re.compile(r"[a-z]+/[\w.+-]+")


class Announced(Params):
    """A file to upload."""

    name: str = Field(
        max_length=1000, description="Its name; folders, and characters that cannot be seen, are left out."
    )
    size: int = Field(ge=1, description="Its bytes; an empty file cannot be uploaded.")
    type: str = Field(
        "", max_length=100, description="Its media type. It only tells sound from video; the content decides the type."
    )
    duration: float | None = Field(
        None, ge=0, le=86_400, description="How long sound or a video takes, in seconds; nothing checks it."
    )
    square: bool = Field(
        False,
        description="Whether it is to be the picture of you or a room, not part of a message: its middle is kept.",
    )


class Beginning(TypedDict):
    """A file that is being uploaded."""

    id: Annotated[str, Field(description="A UUID, for `message.post`.")]
    name: Annotated[str, Field(description="The name as it will be shown.")]


class Begun(TypedDict):
    """A file, and where to upload it by tus 1.0 within a day, relative to the chat's address."""

    file: Beginning
    upload: str


class Space(TypedDict):
    """How much you can upload, in bytes."""

    largest: Annotated[int, Field(description="The size of the largest file; 0 if this server has no files.")]
    used: Annotated[
        int,
        Field(description="What your files take, posted or not, and the pictures of what you link to."),
    ]
    quota: Annotated[
        int,
        Field(description="What they can take; less if the server, or new people, have little left."),
    ]


@change(
    "file.begin",
    may=access.anyone,
    locks=own_room,
    repeatable=False,
    rate="upload",
    method="begin_file",
    scope="post",
    scoped=True,
)
def begin(act: Act, p: Announced, _: None) -> Begun:
    """Begin to upload a file, to post it with `message.post`, or to make it a picture with `user.picture`.

    Send its bytes to ``upload`` by tus 1.0 (https://tus.io/protocols/resumable-upload): `HEAD` returns how many the
    server has, `PATCH` adds more, and `DELETE` gives up. What makes no progress for an hour, or is not posted within
    a day, is removed. JPEG, PNG, WebP, GIF and AVIF pictures are stored without metadata such as the place where they
    were taken, or refused; files of other types are stored as they are.
    """
    limits = act.server.settings
    if p.size > limits.file_size * MEGABYTE:
        raise TooLarge(_too_large(limits.file_size), field="size", limit=limits.file_size * MEGABYTE)
    number, to_come = stored.unfinished(act.db, act.me.username)
    if number >= contents.MOST_UNFINISHED:
        raise RateLimited(f"You have {number} unfinished uploads. Finish or cancel one first.", retry_after=60)
    used = usage.used(act.db, act.me.username) + to_come
    quota = {"used": used, "quota": limits.file_quota * MEGABYTE}
    _require_space(quota["quota"] - used, quota["quota"], p.size, "You have", **quota)
    counted = shares.of(act)
    for key, left in shares.left(act.db, limits, counted).items():
        _require_space(left, shares.size(limits, key), p.size, _whose(key))
    new, name = str(uuid4()), names.clean(p.name)
    hint = p.type if _media_type.fullmatch(p.type) else ""
    row = {"id": new, "owner": act.me.username, "name": name, "hint": hint, "length": p.size, "at": act.now}
    stored.add(act.db, row | {"square": p.square, "duration": p.duration, "shares": " ".join(counted)})
    return {"file": {"id": new, "name": name}, "upload": f"uploads/{new}"}


def _too_large(megabytes: int) -> str:
    return f"Files can have at most {megabytes:,} MB." if megabytes else "Files cannot be shared on this server."


def _whose(key: str) -> str:
    if key == usage.EVERYBODY:
        return "This server has"
    return "New people and guests have" if key == shares.ALL else "New people and guests at your address have"


def _require_space(left: int, of: int, size: int, who: str, /, **about: int) -> None:
    if size > left:
        shown, most = max(0, left) // MEGABYTE, of // MEGABYTE
        raise NoSpace(f"{who} only {shown:,} of {most:,} MB left for files.", field="size", **about)


@query("file.space", may=access.anyone, method="file_space", scope="post", scoped=True)
def space(act: Act, p: Nothing, _: None) -> Space:
    """Return how much you can upload."""
    limits, to_come = act.server.settings, stored.unfinished(act.db, act.me.username)[1]
    used = usage.used(act.db, act.me.username) + to_come
    left = min(shares.left(act.db, limits, shares.of(act)).values())
    quota = min(limits.file_quota * MEGABYTE, used + max(0, left))
    return {"largest": limits.file_size * MEGABYTE, "used": used, "quota": quota}
