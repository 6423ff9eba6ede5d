"""Link previews: what the pages that a message links to say of themselves; a part of the message.

The server loads them for everybody, so that no reader's address reaches the sites. It does so only where strangers may
send it (`guard`), and in little time and space (`web`, `reader`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pydantic import Field

from chatrooms.errors import Forbidden
from chatrooms.features.messages.loading import OneMessage, changed, with_parts
from chatrooms.features.messages.permissions import Which, markable, room_of
from chatrooms.features.previews import stored
from chatrooms.features.previews.fetching import Fetching
from chatrooms.features.previews.guard import Network, Resolve, look_up
from chatrooms.features.previews.links import LONGEST, MOST
from chatrooms.features.previews.serving import SERVED
from chatrooms.features.previews.showing import FETCH, SWEEP, linked
from chatrooms.features.previews.stored import Preview
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.commands import change
from chatrooms.pipeline.feature import Feature
from chatrooms.pipeline.part import Part
from chatrooms.storage.rows import Message
from chatrooms.types import CLEAN

PREVIEWS = Part(
    "previews",
    list[Preview],
    f"What its first {MOST} links lead to, once the server has loaded that; those that it could not load are missing.",
    (),
    stored.load,
    stored.store,
    asks=stored.OF_MESSAGES,
    when=("edited", "deleted"),
    texts=lambda previews: [preview[said] for preview in previews for said in ("title", "description", "site")],
)


class WhichPreview(Which):
    """A preview of a message."""

    url: str = Field(max_length=LONGEST, pattern=CLEAN, description="The `url` of the preview.")


def _author(act: Act, p: WhichPreview) -> Message:
    message = markable(act, p)
    if message["author"] != act.me.username:
        raise Forbidden("Only the author can remove the preview of a link.")
    return message


@change(
    "preview.remove",
    may=_author,
    locks=room_of,
    rate="post",
    repeatable=True,
    after_end=True,
    method="remove_preview",
    scope="post",
)
def remove(act: Act, p: WhichPreview, message: Message) -> OneMessage:
    """Remove a preview from your message; editing does not bring it back. Removing it twice has no effect."""
    if stored.remove(act.db, p.id, p.url):
        return {"message": changed(act, message, "found anew")}
    return {"message": with_parts(act, [message])[0]}


def feature(allowed: Sequence[Network] = (), resolve: Resolve = look_up) -> Feature:
    """Return the feature; see `Guard` for the parameters."""
    return Feature(
        tables=(stored.pages, stored.previews),
        commands=(remove,),
        parts=(PREVIEWS,),
        listeners=(linked,),
        jobs=(FETCH, SWEEP),
        component=partial(Fetching, allowed=allowed, resolve=resolve),
        served=(SERVED,),
    )


FEATURE = feature()
