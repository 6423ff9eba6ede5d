"""Following threads: rows in a person's own room, valid while they belong to the room that the thread is in.

A thread is followed by the author of the message above it, by who replies, by who is mentioned in it, and by who
chooses to. People who unfollow a thread follow it again when they reply or choose to. Only what a person does
themself, a reply or the choice, makes place for another thread: else a stranger who mentions them would end what they
follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

from sqlalchemy import Connection, Integer, bindparam, func, insert, literal, select, update

from chatrooms import names
from chatrooms.features import reads
from chatrooms.features.threads import stored
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.given import packed, values
from chatrooms.storage.own_rows import Follow
from chatrooms.storage.own_tables import follows
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import users

MAX_FOLLOWED = 2000
"""How many threads a person follows; if they reply in another one or choose it, following the first ends."""
AT_ONCE = 20
"""How many people begin to follow a thread in one transaction, while other writes wait."""

_given = select(values("people").c.value)
_is = follows.c.username == bindparam("who"), follows.c.room == bindparam("in_room")
_one = Prepared(SYNCED["follows"].select().where(*_is))
_of_thread = Prepared(
    select(follows.c.username, follows.c.gone).where(
        follows.c.room == bindparam("in_room"), follows.c.username.in_(_given)
    )
)
_current = follows.c.username == bindparam("who"), follows.c.gone.is_(False)
_count = Prepared(select(func.count().label("count")).where(*_current))
_oldest = Prepared(
    select(follows.c.room).where(*_current).order_by(follows.c.rev).limit(bindparam("limit", type_=Integer))
)
_insert = Prepared(insert(follows))
_update = Prepared(
    update(follows).where(*_is).values(at=bindparam("new_at"), gone=bindparam("new_gone"), rev=bindparam("new_rev"))
)


def find(db: Connection, username: str, thread: str) -> Follow | None:
    """Return whether a person follows a thread, or has stopped; None if they never did."""
    return cast(Follow | None, _one.one(db, {"who": username, "in_room": thread}))


def begin(act: Act, username: str, thread: str, message: str, seq: int) -> Follow:
    """Have a person follow the thread under ``message``; what comes after ``seq`` is unread, if they never read it.

    Both rooms, the person's own and the thread, exist; the person's own is locked.
    """
    before = find(act.db, username, thread)
    if before and not before["gone"]:
        return before
    _make_place(act, username)
    reads.begin_at(act, thread, username, seq)
    return _put(act, username, thread, message, gone=False, known=before is not None)


def end(act: Act, username: str, follow: Follow) -> Follow:
    """Have a person no longer follow a thread."""
    if follow["gone"]:
        return follow
    return _put(act, username, follow["room"], follow["message"], gone=True, known=True)


def _make_place(act: Act, username: str) -> None:
    """End the following of those that the person began to follow first, if they are too many with another one."""
    too_many = max(0, _count_followed(act.db, username) + 1 - MAX_FOLLOWED)
    for row in _oldest.all(act.db, {"who": username, "limit": too_many}):
        end(act, username, cast(Follow, find(act.db, username, row["room"])))


def _count_followed(db: Connection, username: str) -> int:
    count: int = _count.all(db, {"who": username})[0]["count"]
    return count


def _put(act: Act, username: str, thread: str, message: str, *, gone: bool, known: bool) -> Follow:
    rev = act.changes.rev(username)
    if known:
        new = {"new_at": act.now, "new_gone": gone, "new_rev": rev}
        _update.run(act.db, {"who": username, "in_room": thread, **new})
    else:
        row = {"username": username, "room": thread, "message": message, "at": act.now, "gone": gone, "rev": rev}
        _insert.run(act.db, row)
    follow = Follow(username=username, room=thread, message=message, at=act.now, gone=gone, rev=rev)
    act.changes.add(username, "follows", follow)
    return follow


@on("messages", when=("in a thread",))
def notice(act: Act, rows: Sequence[Row]) -> None:
    """Enqueue a job for each message in a thread whose author, or whom it mentions, does not follow the thread yet."""
    for row in rows:
        is_new = row["seq"] == row["rev"]
        if names.kind(row["room"]) != "thread" or row["deleted"] or not (is_new or row["edited_at"] == act.now):
            continue
        others = {*row.get("mentions", ())}
        if is_new and row["number"] == 1:
            others.add(stored.above(act.db, row["room"])["author"])
        author = {row["author"]} if is_new else set()
        known = _known(act.db, row["room"], others | author)
        new = [*(others - author - known.keys()), *(each for each in author if known.get(each, True))]
        if people := sorted({*new} - {names.APPLICATION}):
            about = {"room": row["room"], "seq": row["seq"], "author": row["author"], "people": people}
            enqueue(act, FOLLOW, f"{row['id']} {row['rev']}", about)


def _known(db: Connection, thread: str, people: Iterable[str]) -> dict[str, bool]:
    """Return those of some people who follow a thread, or once did: whether they have stopped."""
    given = {"in_room": thread, "people": packed(people)}
    return {row["username"]: row["gone"] for row in _of_thread.all(db, given)}


async def _run(chat: Chat, job: Job) -> None:
    people: list[str] = job.data["people"]
    about = {key: job.data[key] for key in ("room", "seq", "author")}
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        await chat.change(partial(_begin_all, people=some, **about), NOBODY, *some)


FOLLOW = JobKind("threads.follow", _run)
"""Has people follow a thread because of a message in it, unless they have left the room or stopped following it.

Only its author makes place for that, by the first thread that they follow; others must have place left.
"""


def _begin_all(act: Act, room: str, seq: int, author: str, people: Sequence[str]) -> None:
    message = stored.above(act.db, room)
    known = _known(act.db, room, people)
    is_here = access.belongs(users.c.username, literal(room))
    for username in act.db.scalars(select(users.c.username).where(users.c.username.in_(people), is_here)).all():
        if username == author:
            begin(act, username, room, message["id"], seq)
        elif username not in known and _count_followed(act.db, username) < MAX_FOLLOWED:
            begin(act, username, room, message["id"], seq - 1)
