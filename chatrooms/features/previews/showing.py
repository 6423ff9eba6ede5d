"""Showing previews in messages: a job fetches them after the commit, and the room receives the message again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from chatrooms.errors import RateLimited
from chatrooms.features.messages.loading import changed, find
from chatrooms.features.previews import stored
from chatrooms.features.previews.fetching import Fetching
from chatrooms.features.previews.links import links, may_link
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage import usage
from chatrooms.storage.rows import Message
from chatrooms.storage.tables import jobs

AT_ONCE = 4
"""How many messages are worked on at once."""
MOST_WAITING = 200
"""How many messages may wait; the links of others are not previewed."""
FEW = 100

Pages = Mapping[str, Mapping[str, Any] | None]


@on("messages")
def linked(act: Act, rows: Sequence[Row]) -> None:
    """Have the links of messages previewed that were posted or edited, unless the author posts very many."""
    for row in rows if act.limits.previews else ():
        if (row["seq"] == row["rev"] or row["edited_at"] == act.now) and not row["deleted"] and may_link(row["text"]):
            with suppress(RateLimited):
                _enqueue(act, row)


def _enqueue(act: Act, message: Row) -> None:
    if not act.me.host:
        act.rates.limits["preview"].spend(act.me.username, act.me.network)
    waiting = select(func.count()).where(jobs.c.kind == FETCH.name, jobs.c.done_at.is_(None))
    if (act.db.scalar(waiting) or 0) < MOST_WAITING:
        about = {"message": message["id"], "room": message["room"]}
        enqueue(act, FETCH, f"{message['id']} {message['edited_at'] or ''}", about)


async def _fetch(fetching: Fetching, chat: Chat, job: Job) -> None:
    """Fetch the links of a message that were not tried yet, and show what there is, all of it at once."""
    message, known = await chat.lookup(partial(_asked, id=job.data["message"]))
    if message is None or message["deleted"]:
        return
    found = await asyncio.to_thread(links, message["text"] or "")
    new = [each for each in found if each not in known and not _is_below(each, chat.settings.url)]
    pages = dict(zip(new, await asyncio.gather(*map(fetching.page, new)), strict=True))
    if pages:
        await chat.change(partial(_show, asked=message, pages=pages), NOBODY, message["room"])


def _is_below(link: str, site: str) -> bool:
    """Return whether a link leads to this server itself, if it knows its address."""
    return bool(site) and f"{link}/".startswith(f"{site.rstrip('/')}/")


def _asked(db: Any, id: str) -> tuple[Message | None, list[str]]:
    return find(db, id), stored.known_urls(db, id)


def _show(act: Act, asked: Message, pages: Pages) -> None:
    """Show pages in a message, unless it was edited meanwhile: then another job does."""
    message = find(act.db, asked["id"])
    if message is None or message["deleted"] or message["text"] != asked["text"]:
        return
    known = stored.known_urls(act.db, message["id"])
    places = {link: place for place, link in enumerate(links(message["text"] or ""))}
    new = {link: page for link, page in pages.items() if link not in known}
    for link, page in new.items():
        stored.show(act.db, message["id"], places[link], page, link)
    if any(page and page["found"] for page in new.values()):
        changed(act, message)


async def _sweep(_fetching: Fetching, chat: Chat, _job: Job) -> None:
    """Remove pages that no message shows any more, with their pictures."""
    while found := await chat.lookup(lambda db: stored.unused(db, FEW)):
        for page in found:
            if page.size:
                await chat.blobs.run(chat.blobs.store.remove, page.id)
            await chat.change(partial(_forget, page=page.id), NOBODY)


def _forget(act: Act, page: str) -> None:
    usage.charge(act.db, usage.EVERYBODY, -stored.forget_page(act.db, page))


FETCH = JobKind("previews.fetch", _fetch, attempts=2, at_once=AT_ONCE)
SWEEP = JobKind("previews.sweep", _sweep, every=timedelta(hours=1))
