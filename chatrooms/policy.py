"""May this person do this here, and if not, why: pure functions that raise the reason.

What a person may not know about is `NotFound`, never `Forbidden`: `standing.find` gives those who belong alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatrooms import names
from chatrooms.errors import Archived, Forbidden, Invalid, NotAMember, NotFound
from chatrooms.tables import Access, Role


@dataclass(frozen=True)
class Standing:
    """How a person stands to a room: the room as it is, and their role in it if they belong to it.

    ``exists`` is false for a conversation or whose first message has not been posted.
    """

    room: str
    access: Access
    role: Role | None
    exists: bool = True
    archived: bool = False
    posted: int = 0
    rev: int = 0


def belong(here: Standing) -> None:
    """May they know what is said here?"""
    if here.role is None:
        raise NotAMember(room=here.room) if here.access == "open" else NotFound(room=here.room)


def post(here: Standing) -> None:
    """May they say something here?"""
    if here.archived:
        raise Archived(room=here.room)


def edit(here: Standing, author: str, me: str) -> None:
    """May they change the words of this message?"""
    post(here)
    if author != me:
        raise Forbidden("Only the author may change a message.")


def delete(here: Standing, author: str, me: str) -> None:
    """May they take this message away?"""
    post(here)
    if author != me and here.role not in ("owner", "moderator"):
        raise Forbidden("Only the author or a moderator may delete a message.")


def join(here: Standing) -> None:
    """May they come in by themselves?"""
    _shared(here)
    if here.role is None and here.access != "open":
        raise NotFound(room=here.room)
    if here.archived:
        raise Archived(room=here.room)


def leave(here: Standing) -> None:
    """May they go?"""
    _shared(here)


def close(here: Standing) -> None:
    """May they take it off their list?"""
    belong(here)
    if names.kind(here.room) != "conversation":
        raise Invalid("You can close conversations only. Leave a room instead.", field="room")


def invite(here: Standing) -> None:
    """May they bring somebody in?"""
    _shared(here)
    post(here)
    if here.access == "private" and here.role == "member":
        raise Forbidden("Only the owner or a moderator may invite to a private room.")


def manage(here: Standing) -> None:
    """May they change or archive the room?"""
    _shared(here)
    if here.role == "member":
        raise Forbidden("Only the owner or a moderator may do that.")


def remove(here: Standing, theirs: Role | None) -> None:
    """May they put somebody with the role ``theirs`` out?"""
    manage(here)
    if theirs is None:
        raise NotFound("That person is not a member.", field="username")
    if theirs == "owner" and here.role != "owner":
        raise Forbidden("Only an owner may remove an owner.")


def _shared(here: Standing) -> None:
    if names.kind(here.room) != "shared":
        raise Invalid("That can be done in shared rooms only.", field="room")
