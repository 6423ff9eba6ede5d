"""Whether those who have sockets at a node may still be there.

Other nodes can end their sessions, and a second factor can be required of them that they have not shown.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy import Connection, select

from chatrooms import names
from chatrooms.events import End
from chatrooms.identity import service_keys, suspensions
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.chat import Chat
from chatrooms.storage.tables import sessions
from chatrooms.types import RequiredOf

AT_ONCE = 500


async def end(chat: Chat, broadcast: Broadcast) -> None:
    """Disconnect those at this node who may no longer be there by their session."""
    callers = broadcast.sockets.callers()
    for start in range(0, len(callers), AT_ONCE):
        some, required = callers[start : start + AT_ONCE], chat.server.second_factor
        found = await chat.lookup(partial(ended, callers=some, required=required))
        await broadcast.deliver([End(names.session(each.session)) for each in found if each.session])


def ended(db: Connection, callers: Collection[Caller], required: RequiredOf) -> list[Caller]:
    """Return the callers whose session or service key was ended, who are suspended, or who lack a second factor."""
    programs = [caller.session for caller in callers if caller.session and caller.scope]
    people = [caller.session for caller in callers if caller.session and not caller.scope]
    known = set(db.scalars(select(sessions.c.id).where(sessions.c.id.in_(people)))) if people else set()
    alive = (known - second_factors.lacking_among(db, callers, required)) | service_keys.all_alive(db, programs)
    suspended = suspensions.of_all(db, {caller.username for caller in callers})
    return [caller for caller in callers if caller.username in suspended or _lacks(caller, alive)]


def _lacks(caller: Caller, alive: Collection[str]) -> bool:
    return caller.session is not None and caller.session not in alive
