"""Items about messages that call all members of a room, those who are online, or groups: a job gives them step by step.

Each run of it goes on where the one before ended, so that a room of any size delays no other write.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any, Literal

from sqlalchemy import Connection, Integer, bindparam, func, select

from chatrooms.features.inbox import concerned
from chatrooms.features.inbox.items import AT_ONCE
from chatrooms.pipeline import text_rate
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage import grouped
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_tables import inbox
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members

PEOPLE = 50 * AT_ONCE
"""How many people one run of the job is for."""
OF_CALL = 10
"""Such a message counts as at least so many more in its author's rate of posting."""
OF_ONE = 50
"""It counts as one more for each so many people whom it calls: at the usual rate, 6,000 people are called a minute."""
OF_ROW = 10
"""So many people's items count as one row in the rate of texts, because whole rooms are called."""
AT_ONCE_OF_CALLS = 2
"""How many of these jobs run at once, so that calls leave the writer to others."""

_in_room = (
    select(members.c.username)
    .where(members.c.room == bindparam("in_room"), members.c.username > bindparam("after"), members.c.gone.is_(False))
    .order_by(members.c.username)
    .limit(bindparam("limit", type_=Integer))
)
_members = Prepared(_in_room)
_count = Prepared(
    select(func.count(type_=Integer).label("people"))
    .select_from(members)
    .where(members.c.room == bindparam("in_room"), members.c.gone.is_(False))
)
_online = Prepared(
    select(members.c.username).where(
        members.c.room == bindparam("in_room"),
        members.c.username.in_(select(values("online").c.value)),
        members.c.gone.is_(False),
    )
)
_holding = Prepared(
    select(inbox.c.username)
    .where(inbox.c.message == bindparam("message"), inbox.c.username > bindparam("after"), inbox.c.gone.is_(False))
    .order_by(inbox.c.username)
    .limit(bindparam("limit", type_=Integer))
)


@on("messages", when=("@", "edited", "deleted"))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message that began to call people or groups, or that no longer concerns many people."""
    for row in rows:
        among = _among(act, row)
        if among is not None:
            about = {"message": row["id"], "room": row["room"], "rev": row["rev"], "after": "", "among": among}
            _enqueue(act, about)


def _among(act: Act, row: Row) -> Literal["members", "holders"] | list[str] | None:
    """Return whose items change: all members', those of all who have one, some people's, or nobody's.

    Whom the message calls is counted in its author's rates.
    """
    call, grouped_now = row.get("calls"), _grouped(act, row)
    is_for_all = call is not None and call["whom"] == "room"
    if call and call["at"] == act.now:
        online = None if is_for_all else sorted({*_present(act, row["room"]), *grouped_now})
        _charge(act, _size(act, row["room"], online), OF_ONE, least=OF_CALL)
        return "members" if online is None else online
    if grouped_now and not is_for_all:
        _charge(act, len(grouped_now), concerned.OF_ONE)
        return grouped_now
    return "holders" if not call and concerned.has_changed(act, row) and _are_many(act, row) else None


def _charge(act: Act, people: int, of_one: int, *, least: int = 0) -> None:
    """Count a message that calls so many people in its author's rates."""
    if not act.me.host:
        act.rates.charge("post", act.me.username, act.me.network, max(least, people // of_one))
    text_rate.charge(act, people // OF_ROW)


def _grouped(act: Act, row: Row) -> list[str]:
    """Return the people of the groups that a message mentions since this command."""
    new = [group["name"] for group in row.get("groups") or () if group["at"] == act.now]
    return grouped.people(act.db, row["room"], new, row["author"]) if new else []


def _size(act: Act, room: str, online: Sequence[str] | None) -> int:
    """Return how many people a call of those ``online``, or of all members, calls."""
    if online is not None:
        return len(online)
    (counted,) = _count.all(act.db, {"in_room": room})
    people: int = counted["people"]
    return people


def _are_many(act: Act, row: Row) -> bool:
    """Return whether more people have an item about a message than `concerned` looks at."""
    return len(concerned.holders(act.db, row["id"], concerned.MANY + 1)) > concerned.MANY


def _present(act: Act, room: str) -> list[str]:
    found = _online.all(act.db, {"in_room": room, "online": packed(act.server.online())})
    return sorted(row["username"] for row in found)


def _enqueue(act: Act, about: dict[str, Any]) -> None:
    enqueue(act, CALLS, f"{about['message']} {about['rev']} {about['after']}", about)


async def _tell(chat: Chat, job: Job) -> None:
    about = job.data
    people = await chat.lookup(partial(_next, about=about))
    await concerned.tell(chat, about["message"], people, calls=about["among"] != "holders")
    if len(people) == PEOPLE:
        await chat.change(lambda act: _enqueue(act, {**about, "after": people[-1]}), NOBODY)


CALLS = JobKind("inbox.calls", _tell, at_once=AT_ONCE_OF_CALLS)
"""Gives all members of a room, those who were online, or the people of groups, an item about a message.

Or takes it from all who have one.
"""


def _next(db: Connection, about: dict[str, Any]) -> list[str]:
    """Return the next people, in the order of their usernames."""
    among, after = about["among"], about["after"]
    if isinstance(among, list):
        return list(islice((username for username in among if username > after), PEOPLE))
    given = {"after": after, "limit": PEOPLE}
    if among == "holders":
        return [row["username"] for row in _holding.all(db, {**given, "message": about["message"]})]
    return [row["username"] for row in _members.all(db, {**given, "in_room": about["room"]})]
