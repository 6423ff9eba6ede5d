"""Sending a message again because of what others add to it: at once, or a moment later for all of that moment.

What is added, such as a reaction, is stored when it is acknowledged. In the moment after a message was sent, it changes
neither the message's ``rev`` nor its room's: a job sends the message once more, with all of it, when that has passed.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, select, update

from chatrooms import clock, ids
from chatrooms.events import Change
from chatrooms.features.messages.loading import changed, find, with_parts
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.rows import Message
from chatrooms.storage.statements import Prepared
from chatrooms.types import size_of

BYTES_PER_SECOND = 1200
"""A larger message is not sent again for as much longer: a minute of reactions to it costs each reader below 100 KB."""
LONGEST = timedelta(minutes=2)
"""More than the largest message with the most reactions takes; a later time is of before the clock was set back."""


class Sent(NamedTuple):
    """When a message may be sent again for one reason, and whether it is ``waiting`` for that."""

    quiet_until: str = ""
    waiting: bool = False


class Resending:
    """Sends messages again because of rows of ``table``, at most once in so many ``seconds``.

    A row has the ``message``, and the columns of `Sent`. ``job`` is the kind of job that sends what waits; it is
    called ``name``.
    """

    def __init__(self, name: str, table: Table, seconds: float) -> None:
        self.seconds = seconds
        self.job = JobKind(name, self._run)
        columns = table.c.quiet_until, table.c.waiting
        self._sent = Prepared(select(*columns).where(table.c.message == bindparam("which")))
        values: dict[str, Any] = {column.name: bindparam(f"new_{column.name}") for column in columns}
        self._set_sent = Prepared(update(table).where(table.c.message == bindparam("which")).values(values))

    def send(self, act: Act, message: Message) -> Message:
        """Send a message whose room is locked, now or later; return it as it is now."""
        state = self._state(act, message["id"])
        if not _is_quiet(act.now, state.quiet_until):
            return self._send(act, message)
        (row,) = with_parts(act, [message])
        if not state.waiting:
            self._wait(act, message, state.quiet_until)
            act.deferred.append(Change(message["room"], message["rev"], {"messages": [row]}))
        return row

    def send_later(self, act: Act, message: Message) -> None:
        """Send a message whose room is not locked, by a job: at once, or when it may be sent again."""
        state = self._state(act, message["id"])
        if not _is_waiting(act.now, state):
            self._wait(act, message, state.quiet_until if _is_quiet(act.now, state.quiet_until) else act.now)

    def _wait(self, act: Act, message: Message, until: str) -> None:
        """Enqueue the job, which nobody else does as long as the message waits.

        Its key is new: the message's ``rev`` may be that of before another server sent it, and so that of a job before.
        """
        self._set_state(act, message["id"], Sent(until, waiting=True))
        enqueue(act, self.job, ids.new(), {"message": message["id"], "room": message["room"]}, due=until)

    def _send(self, act: Act, message: Message) -> Message:
        row = changed(act, message)
        seconds = max(self.seconds, size_of(row) / BYTES_PER_SECOND)
        self._set_state(act, message["id"], Sent(clock.moved(act.now, timedelta(seconds=seconds))))
        return row

    async def _run(self, chat: Chat, job: Job) -> None:
        await chat.change(partial(self._send_waiting, id=job.data["message"]), NOBODY, job.data["room"])

    def _send_waiting(self, act: Act, id: str) -> None:
        """Send a message with what was added since it was sent, unless a later addition did.

        Nothing waits from before it is read on: what another server adds until this is committed waits anew.
        """
        message = find(act.db, id)
        if message and not message["deleted"] and self._state(act, id).waiting:
            self._set_state(act, id, Sent())
            self._send(act, message)

    def _state(self, act: Act, id: str) -> Sent:
        row = self._sent.one(act.db, {"which": id})
        return Sent(**row) if row else Sent()

    def _set_state(self, act: Act, id: str, now: Sent) -> None:
        self._set_sent.run(act.db, {"which": id, "new_quiet_until": now.quiet_until, "new_waiting": now.waiting})


def _is_waiting(now: str, state: Sent) -> bool:
    """Return whether a job will send a message; one that is that late was given up."""
    return state.waiting and state.quiet_until > clock.moved(now, -LONGEST)


def _is_quiet(now: str, until: str) -> bool:
    return now < until <= clock.moved(now, LONGEST)
