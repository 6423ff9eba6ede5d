"""Fresh proof that the caller is the person, and not somebody with a session of theirs that was left open or stolen.

What signs in later, or for ever, is made and removed by this alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, or_, select

from chatrooms import clock
from chatrooms.errors import Forbidden, Invalid, Refusal, SecondFactorRequired
from chatrooms.identity import proofs, totp
from chatrooms.identity.passwords import Given, Passwords, Still, hash_of
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params
from chatrooms.storage.tables import sessions, users

GOOD_MINUTES = 10
"""How long a session is proof, after a passkey, the sign-in provider or the directory began it."""
PENDING_MINUTES = 10
"""How long what a session has begun by proof can go on, such as adding a passkey."""
PROOFS = ("password", "passkey", "provider", "directory")
"""The beginnings of sessions that are proof: `single_sign_on` is none, which the provider may grant without asking."""
STALE = (
    "Sign out, sign in again, and do this within ten minutes. If you have lost what signs you in, don't sign out: "
    "ask an admin to reset how you sign in."
)


ASKED_BEFORE = (
    "Your sign-in provider let you in because you were signed in there before. Sign out there too, sign in again, and "
    "do this within ten minutes."
)


class Proven(Params):
    """What takes your password, if you have one."""

    password: Annotated[Given | None, Field(repr=False, description="Your password, if you have one.")] = None


async def require(here: Passwords, me: Caller, password: str | None) -> Still:
    """Raise a refusal unless a caller has just proved who they are; return what does so in the transaction itself.

    With a password, they give it: raises `Invalid`, `RateLimited` after wrong ones, and what `require_password` does.
    Without one, raises what `require_session` does.
    """
    if await here.chat.lookup(lambda db: hash_of(db, me.username)) is None:
        return await require_session(here, me)
    if password is None:
        raise Invalid("Give your password too.", field="password")
    return await require_password(here, me, password)


async def require_password(here: Passwords, me: Caller, password: str, field: str = "password") -> Still:
    """Do so by the password of somebody who has one.

    Raises `SecondFactorRequired` if it takes a code, and none was shown in this session: that began before there were
    codes, or by a link. The password alone would not have begun it.
    """

    def refusal(db: Connection) -> Refusal | None:
        lacks = totp.enabled(db, me.username) and not second_factors.is_shown(db, me.session or "")
        return SecondFactorRequired(second_factors.SHOW, has_one=True) if lacks else None

    require_own = await here.require_own(me, password, field)
    require_shown = await _require(here, refusal)

    def still(act: Act) -> None:
        require_own(act)
        require_shown(act)

    return still


async def require_session(here: Passwords, me: Caller, field: str = "password") -> Still:
    """Raise `Forbidden` unless the session of somebody without a password is proof of who they are.

    With passkeys, the sign-in provider or the directory alone, one of them has begun it within ten minutes, or it came
    with the name, as recently. The session of somebody who can sign in by none of these is all that proves their name.
    """
    settings = here.chat.settings

    def refusal(db: Connection) -> Refusal | None:
        if hash_of(db, me.username) is not None:
            return Invalid("You have a password since a moment ago. Give that too.", field=field)
        if not proofs.remain(db, me.username, settings) or _is_fresh(db, me):
            return None
        began = db.scalar(select(sessions.c.began).where(sessions.c.id == me.session))
        return Forbidden(ASKED_BEFORE if began == "single_sign_on" else STALE)

    return await _require(here, refusal)


async def _require(here: Passwords, refusal: Callable[[Connection], Refusal | None]) -> Still:
    """Raise a refusal that there is now; return what raises the one that there is in a transaction."""

    def require(act: Act) -> None:
        if found := refusal(act.db):
            raise found

    if found := await here.chat.lookup(refusal):
        raise found
    return require


def _is_fresh(db: Connection, me: Caller) -> bool:
    """Return whether the caller's session has just begun by what proves who they are.

    That is no link, be it of another session of theirs, of an admin or of the command line, and no approval of what
    somebody asked weeks ago. A session that began with a name is proof if it began the name, too. One that began in the
    future, before the clock was set back, is none, nor one that began by what no longer signs them in.
    """
    began_the_name = (sessions.c.began == "join") & (sessions.c.created_at == users.c.created_at)
    proven = or_(sessions.c.began.in_(PROOFS), began_the_name)
    began_at, minutes = sessions.c.created_at, GOOD_MINUTES
    is_new = (began_at > clock.ago(minutes=minutes)) & (began_at < clock.ago(minutes=-minutes))
    mine = select(sessions.c.began).join(users, users.c.username == sessions.c.username)
    began = db.scalar(mine.where(sessions.c.id == me.session, is_new, proven))
    return began is not None and proofs.stays(db, me.username, began)
