"""How sessions end, and what ends with them: the links, codes, keys and invitations by which somebody could return."""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select

from chatrooms import clock
from chatrooms.errors import NotFound
from chatrooms.identity import accounts, invites, links, pending, service_keys
from chatrooms.pipeline.act import Act
from chatrooms.storage.fields import Began
from chatrooms.storage.tables import sessions


def end(act: Act, id: str) -> None:
    """End one of the caller's sessions, and the link that it may have made; raises `NotFound`."""
    ended = act.db.execute(delete(sessions).where(sessions.c.id == id, sessions.c.username == act.me.username))
    if ended.rowcount == 0:
        raise NotFound(field="id")
    links.drop(act.db, act.me.username)
    act.ended.append(id)


def end_others(act: Act, current: str) -> None:
    """End all sessions of the caller but the ``current`` one, and what `_end_codes` and `_end_keys` do."""
    _end_codes(act.db, act.me.username)
    others = sessions.c.username == act.me.username, sessions.c.id != current
    act.ended.extend(act.db.scalars(select(sessions.c.id).where(*others)))
    act.db.execute(delete(sessions).where(*others))
    act.ended.extend(_end_keys(act.db, act.me.username))
    act.note("ended all other sessions")


def end_begun(act: Act, began: Began, minutes: float) -> None:
    """End other sessions of the caller that have begun so within some minutes, as what began them may be gone.

    Links do too that they, or another session of theirs, have made, and what other sessions have begun.
    """
    links.drop_all(act.db, act.me.username)
    pending.forget_others(act)
    is_theirs = sessions.c.username == act.me.username, sessions.c.id != act.me.session
    is_fresh = sessions.c.began == began, sessions.c.created_at > clock.ago(minutes=minutes)
    ended = delete(sessions).where(*is_theirs, *is_fresh).returning(sessions.c.id)
    act.ended.extend(act.db.scalars(ended))


def end_all(db: Connection, username: str) -> list[str]:
    """End all sessions of ``username``, those of others that began by their links, and what `_end_codes` does.

    Return their ids. Service keys and invitations stay, for when somebody who is suspended is restored.
    """
    _end_codes(db, username)
    theirs = or_(sessions.c.username == username, sessions.c.made_by == username)
    ended = list(db.scalars(select(sessions.c.id).where(theirs)))
    db.execute(delete(sessions).where(theirs))
    return ended


def end_for_good(db: Connection, username: str) -> list[str]:
    """Do what `end_all` and `_end_keys` do; return the ids of the sessions and service keys."""
    return [*end_all(db, username), *_end_keys(db, username)]


def _end_codes(db: Connection, username: str) -> None:
    """End what could begin another session: the code is known where a session of ``username`` was.

    That is also a link for somebody else, which an admin has made.
    """
    links.drop_all(db, username)
    accounts.end_tokens(db, username)


def _end_keys(db: Connection, username: str) -> list[str]:
    """End the service keys of ``username``, and return their ids, and the invitations by link that they have made.

    By these, a thief of a session or a key could come back to private rooms under another name.
    """
    invites.end_of(db, username)
    return service_keys.forget(db, username)
