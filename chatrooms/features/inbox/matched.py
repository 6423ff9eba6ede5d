"""Items about messages with keywords of people: a job finds these people, and gives them their items step by step.

Each run of it goes on where the one before ended, so that a word of any number of people delays no other write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection

from chatrooms.features.inbox import concerned, keywords
from chatrooms.features.inbox.concerned import Keyed
from chatrooms.features.inbox.items import AT_ONCE
from chatrooms.features.messages.loading import find
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.rows import Message

PEOPLE = 50 * AT_ONCE
"""How many people one run of the job is for."""
RUNS_AT_ONCE = 2
"""How many of these jobs run at once, so that long texts full of keywords leave time to others."""


@on("messages", when=("new", "edited"), needs=keywords.ANY)
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each text that was posted or edited and may have a keyword of somebody."""
    for row in rows:
        is_new = row["seq"] == row["rev"] or concerned.has_changed(act, row)
        if is_new and keywords.may_concern(act.db, cast(Message, row)):
            _enqueue(act, {"message": row["id"], "text_rev": row["text_rev"], "after": ""})


def _enqueue(act: Act, about: dict[str, Any]) -> None:
    enqueue(act, KEYWORDS, f"{about['message']} {about['text_rev']} {about['after']}", about)


async def _tell(chat: Chat, job: Job) -> None:
    about = job.data
    room, people = await chat.scan(lambda db: _people(db, about))
    if people:
        await concerned.tell(chat, about["message"], people, Keyed(room, about["text_rev"], frozenset(people)))
    if len(people) == PEOPLE:
        await chat.change(lambda act: _enqueue(act, {**about, "after": people[-1]}), NOBODY)


KEYWORDS = JobKind("inbox.keywords", _tell, at_once=RUNS_AT_ONCE)
"""Gives each person who has a keyword in a message an item, unless it was edited since: that has a job of its own."""


def _people(db: Connection, about: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the message's room, and the next people, if it is not edited since."""
    message = find(db, about["message"])
    if message is None or message["text_rev"] != about["text_rev"]:
        return "", []
    words = keywords.present(db, message)
    return message["room"], keywords.people(db, message, words, after=about["after"], limit=PEOPLE)
