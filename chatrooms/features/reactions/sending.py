"""Sending a message again because of reactions: at once, or a moment later for all reactions of that moment.

A reaction is stored when it is acknowledged. In the moment after a message was sent, others change neither its ``rev``
nor its room's: a job sends it once more, with all of them, when the moment has passed.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from chatrooms import clock
from chatrooms.events import Change
from chatrooms.features.messages.loading import changed, find, with_parts
from chatrooms.features.reactions.stored import Sent, sent, set_sent
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.commands import Act
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.rows import Message
from chatrooms.types import size_of

SECONDS = 1.0
"""How long a message is not sent again, at least."""
BYTES_PER_SECOND = 1200
"""A larger message is not sent again for as much longer: a minute of reactions to it costs each reader below 100 KB."""
LONGEST = timedelta(minutes=2)
"""More than the largest message with the most reactions takes; a later time is of before the clock was set back."""


def send(act: Act, message: Message) -> Message:
    """Send a message after a reaction, now or later; return it as it is now."""
    quiet_until, waiting = sent(act.db, message["id"])
    if not _is_quiet(act.now, quiet_until):
        return _send(act, message)
    (row,) = with_parts(act, [message])
    if not waiting:
        set_sent(act.db, message["id"], Sent(quiet_until, waiting=True))
        about = {"message": message["id"], "room": message["room"]}
        enqueue(act, SEND, f"{message['id']} {message['rev']}", about, due=quiet_until)
        act.deferred.append(Change(message["room"], message["rev"], {"messages": [row]}))
    return row


def _is_quiet(now: str, until: str) -> bool:
    return now < until <= clock.moved(now, LONGEST)


def _send(act: Act, message: Message) -> Message:
    row = changed(act, message)
    seconds = max(SECONDS, size_of(row) / BYTES_PER_SECOND)
    set_sent(act.db, message["id"], Sent(clock.moved(act.now, timedelta(seconds=seconds))))
    return row


async def _run(chat: Chat, job: Job) -> None:
    await chat.change(partial(_send_waiting, id=job.data["message"]), NOBODY, job.data["room"])


SEND = JobKind("reactions.send", _run)
"""Sends a message with the reactions since it was sent, unless a later reaction did."""


def _send_waiting(act: Act, id: str) -> None:
    message = find(act.db, id)
    if message and not message["deleted"] and sent(act.db, id).waiting:
        _send(act, message)
