"""What happens once all bytes of a file are there: it is looked at, stored, and can be posted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from chatrooms import extras, pictures
from chatrooms.errors import Invalid, NoSpace, NotInstalled, TooLarge
from chatrooms.features.files import stored
from chatrooms.features.files.removing import give_up, remove
from chatrooms.pictures.kinds import PICTURES, kind_of
from chatrooms.pipeline import shares
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.settings import MEGABYTE

EXTENSIONS = {"image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"), "image/png": (".png",), "image/webp": (".webp",)}
"""Of the types that pictures are stored as; the first is added where the name has another."""
COPIES = {"full": "", "large": ".large", "small": ".small"}
"""What the decoder writes, `full` not of square ones, and what the keys in the store end with."""


async def finish(chat: Chat, which: str, network: str) -> None:
    """Make a file whose bytes are all in the spool complete. Doing it again, after an interruption, is allowed.

    Raises `Invalid`, `NotInstalled` or `TooLarge` for a picture that cannot be made clean, which is removed: it may say
    where it was taken; and `NoSpace` for one whose copies take more than is left, which is removed, too. Raises
    `Unavailable` or `RateLimited` if that cannot be tried now. ``network`` is the address that sent it.
    """
    spool, row = chat.blobs.spool, await chat.lookup(lambda db: stored.find(db, which))
    if row is None or row["size"] is not None:
        return
    kind = kind_of(await chat.blobs.run(spool.begin, which), row["hint"])
    if kind in PICTURES or row["square"]:
        try:
            about = await _picture(chat, row, kind, network)
        except (Invalid, NotInstalled, TooLarge):
            await give_up(chat, which)
            raise
    else:
        await chat.blobs.put(network, which, spool.path(which))
        about = {"type": kind, "size": row["length"], "charged": row["length"]}
    is_wanted = await chat.change(partial(_complete, id=which, about=about), NOBODY)
    await chat.blobs.run(spool.remove, which)
    if not is_wanted:
        await remove(chat, [which])


async def _picture(chat: Chat, row: Mapping[str, Any], kind: str, network: str) -> dict[str, Any]:
    """Store the clean copies of a picture instead of what was uploaded."""
    extras.require("media")
    spool, which = chat.blobs.spool, row["id"]
    if kind not in PICTURES:
        raise Invalid("A picture has to be a JPEG, PNG, WebP, GIF or AVIF.")
    async with pictures.queue().turn(network, row["owner"]):
        await chat.blobs.require_space(pictures.MOST_WRITTEN)
        folder: Path = await chat.blobs.run(spool.beside, which)
        found = await pictures.decode(spool.path(which), folder, kind, "square" if row["square"] else "copies")
    sizes = await chat.blobs.run(_sizes, folder)
    await _require_space(chat, which, sum(sizes.values()))
    for name in sizes:
        await chat.blobs.put(network, which + COPIES[name], folder / name)
    if row["square"]:
        return {"type": "image/webp", "size": sizes["large"], "charged": sum(sizes.values())}
    picture = {key: found[key] for key in ("width", "height", "placeholder", "animated")}
    return {
        "type": found["type"],
        "size": sizes["full"],
        "charged": sum(sizes.values()),
        "picture": picture,
        "name": _renamed(row["name"], found["type"]),
    }


async def _require_space(chat: Chat, which: str, size: int) -> None:
    """Count the copies of a picture before they are stored; raises `NoSpace`, and removes it, if they don't fit.

    They can take hundreds of times as much as what was uploaded.
    """
    try:
        await chat.change(partial(_count, id=which, size=size), NOBODY)
    except NoSpace:
        await give_up(chat, which)
        raise


def _count(act: Act, id: str, size: int) -> None:
    row = stored.find(act.db, id)
    if row is None or size <= row["charged"]:
        return
    left = shares.left(act.db, act.server.settings, (row["owner"], *row["shares"].split()))
    _, to_come = stored.unfinished(act.db, row["owner"])
    if size - row["charged"] + to_come > min(left.values()):
        raise NoSpace(f"This picture takes {size / MEGABYTE:.1f} MB with its copies: more than is left for your files.")
    stored.arrived(act.db, id, size)


def _sizes(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_size for name in COPIES if (folder / name).exists()}


def _renamed(name: str, kind: str) -> str:
    """Return the name with an extension of the type that the picture has now."""
    first, *others = EXTENSIONS[kind]
    if name.lower().endswith((first, *others)):
        return name
    stem, dot, _ = name.rpartition(".")
    return (stem if dot else name) + first


def _complete(act: Act, id: str, about: Mapping[str, Any]) -> bool:
    return stored.complete(act.db, id, **about)
