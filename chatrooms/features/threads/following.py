"""Following threads: rows in a person's own room, valid while they belong to the room that the thread is in.

A thread is followed by the author of the message above it, and by everybody who replies, is mentioned in it, or
chooses to. People who unfollow a thread follow it again when they reply or choose to. A person follows so many threads:
what others cause makes place for what the person does, a reply or the choice, and for what is caused by those who
caused less of it. So no stranger who mentions somebody ends what they follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

from sqlalchemy import Connection, and_, bindparam, func, insert, literal, null, or_, select, update

from chatrooms import names
from chatrooms.features import reads
from chatrooms.features.threads import stored
from chatrooms.pipeline import access, relations
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.chat import NOBODY, Chat
from chatrooms.pipeline.feature import Row, on
from chatrooms.pipeline.jobs import Job, JobKind, enqueue
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.own_rows import Follow
from chatrooms.storage.own_tables import follows
from chatrooms.storage.statements import Prepared
from chatrooms.storage.synced import SYNCED
from chatrooms.storage.tables import messages, rooms, users
from chatrooms.storage.tables import reads as reads_table

MAX_FOLLOWED = 2000
"""How many threads a person follows."""
AT_ONCE = 5
"""How many people begin to follow a thread in one transaction, while other writes wait: making place takes some ms."""

_given = select(values("people").c.value)
_is = follows.c.username == bindparam("who"), follows.c.room == bindparam("in_room")
_one = Prepared(SYNCED["follows"].select().where(*_is))
_of_thread = Prepared(
    select(follows.c.username, or_(follows.c.gone, follows.c.by.is_not(None)).label("is_not_own")).where(
        follows.c.room == bindparam("in_room"), follows.c.username.in_(_given)
    )
)
_current = follows.c.username == bindparam("who"), follows.c.gone.is_(False)
_count = Prepared(select(func.count().label("count")).where(*_current))
_has_unread = rooms.c.posted > func.coalesce(reads_table.c.number, 0)
_its_read = and_(reads_table.c.username == follows.c.username, reads_table.c.room == follows.c.room)
_read_first = Prepared(
    select(follows.c.room, follows.c.by)
    .join(rooms, rooms.c.name == follows.c.room)
    .outerjoin(reads_table, _its_read)
    .where(*_current)
    .order_by(_has_unread, follows.c.rev)
)
_has_row = follows.c.username == messages.c.author, follows.c.room == bindparam("in_room")
_above = Prepared(
    select(messages.c.author).where(
        messages.c.room == bindparam("base"),
        messages.c.seq == bindparam("at_seq"),
        access.belongs(messages.c.author, messages.c.room),
        ~select(follows.c.room).where(*_has_row).correlate(messages).exists(),
    )
)
_insert = Prepared(insert(follows))
_update = Prepared(
    update(follows)
    .where(*_is)
    .values(at=bindparam("new_at"), gone=bindparam("new_gone"), by=bindparam("new_by"), rev=bindparam("new_rev"))
)
_own = Prepared(update(follows).where(*_is).values(by=null()))


def find(db: Connection, username: str, thread: str) -> Follow | None:
    """Return whether a person follows a thread, or has stopped; None if they never did."""
    return cast(Follow | None, _one.one(db, {"who": username, "in_room": thread}))


def begin(act: Act, username: str, thread: str, message: str, seq: int) -> Follow:
    """Have a person follow the thread under ``message`` because of what they do themself.

    What comes after ``seq`` is unread, if they never read it. Both rooms, the person's own and the thread, exist; the
    person's own is locked.
    """
    before = find(act.db, username, thread)
    if before and not before["gone"]:
        _own.run(act.db, {"who": username, "in_room": thread})
        return before
    _make_place(act, username, None)
    return _begin(act, username, thread, message, seq, by=None)


def end(act: Act, username: str, follow: Follow) -> Follow:
    """Have a person no longer follow a thread."""
    if follow["gone"]:
        return follow
    return _put(act, username, follow["room"], follow["message"], gone=True, by=None, known=True)


def _make_place(act: Act, username: str, by: str | None) -> bool:
    """Return whether a person can follow another thread, because of ``by``, or by their own choice if that is None.

    If they follow as many as they may, end the following of one: a thread that was read if there is one, from the
    person who caused the most. Threads of their own choice end only for another one of their own choice.
    """
    if _count.all(act.db, {"who": username})[0]["count"] < MAX_FOLLOWED:
        return True
    caused: dict[str | None, list[str]] = {}
    for row in _read_first.all(act.db, {"who": username}):
        caused.setdefault(row["by"], []).append(row["room"])
    own = caused.pop(None, [])
    most = max(caused.values(), key=len, default=[])
    theirs = own if by is None else caused.get(by, [])
    among = most if most and (by is None or len(most) > len(theirs)) else theirs
    if among:
        end(act, username, cast(Follow, find(act.db, username, among[0])))
    return bool(among)


def _begin(act: Act, username: str, thread: str, message: str, seq: int, *, by: str | None) -> Follow:
    known = find(act.db, username, thread) is not None
    reads.begin_at(act, thread, username, seq)
    return _put(act, username, thread, message, gone=False, by=by, known=known)


def _put(act: Act, username: str, thread: str, message: str, *, gone: bool, by: str | None, known: bool) -> Follow:
    rev = act.changes.rev(username)
    if known:
        new = {"new_at": act.now, "new_gone": gone, "new_by": by, "new_rev": rev}
        _update.run(act.db, {"who": username, "in_room": thread, **new})
    else:
        about = {"username": username, "room": thread, "message": message}
        _insert.run(act.db, {**about, "at": act.now, "gone": gone, "by": by, "rev": rev})
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
        others = {*row.get("mentions", ()), *_author_above(act.db, row["room"])}
        author = {row["author"]} if is_new else set()
        known = _known(act.db, row["room"], others | author)
        new = [*(others - author - known.keys()), *(each for each in author if known.get(each, True))]
        if people := sorted({*new} - {names.APPLICATION}):
            about = {"room": row["room"], "seq": row["seq"], "author": row["author"], "people": people}
            enqueue(act, FOLLOW, f"{row['id']} {row['rev']}", about)


def _author_above(db: Connection, thread: str) -> list[str]:
    """Return who wrote the message above a thread, if they are there and have never followed it.

    It may be that they had blocked who replied first.
    """
    about = {"base": names.base(thread), "at_seq": names.seq_above(thread), "in_room": thread}
    return [row["author"] for row in _above.all(db, about)]


def _known(db: Connection, thread: str, people: Iterable[str]) -> dict[str, bool]:
    """Return those of some people who follow a thread, or once did: whether they have stopped, or others caused it."""
    given = {"in_room": thread, "people": packed(people)}
    return {row["username"]: row["is_not_own"] for row in _of_thread.all(db, given)}


async def _run(chat: Chat, job: Job) -> None:
    people: list[str] = job.data["people"]
    about = {key: job.data[key] for key in ("room", "seq", "author")}
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        await chat.change(partial(_begin_all, people=some, **about), NOBODY, job.data["room"], *some)


FOLLOW = JobKind("threads.follow", _run)
"""Has people follow a thread because of a message in it.

Those do not who have left the room, have stopped following the thread, or have blocked the message's author.
"""


def _begin_all(act: Act, room: str, seq: int, author: str, people: Sequence[str]) -> None:
    message = stored.above(act.db, room)
    known = _known(act.db, room, people)
    blockers = relations.blockers(act.db, author, people)
    is_here = access.belongs(users.c.username, literal(room))
    for username in act.db.scalars(select(users.c.username).where(users.c.username.in_(people), is_here)).all():
        if username == author:
            begin(act, username, room, message["id"], seq)
        elif username not in known and username not in blockers and _make_place(act, username, author):
            _begin(act, username, room, message["id"], seq - 1, by=author)
