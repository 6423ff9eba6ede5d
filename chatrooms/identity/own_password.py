"""A person's own password: whether they have one, and setting it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from typing_extensions import TypedDict

from chatrooms.errors import Invalid
from chatrooms.identity import endings, fresh, links, pending, sessions
from chatrooms.identity.hashing import hashed
from chatrooms.identity.password_rules import FEWEST, MOST, normal, require_good
from chatrooms.identity.passwords import Given, Passwords, hash_of, passwords, store
from chatrooms.pipeline import access
from chatrooms.pipeline.act import Act, Caller
from chatrooms.pipeline.commands import Params, live, query
from chatrooms.pipeline.shapes import Done, Nothing


class State(TypedDict):
    """Whether you have a password."""

    changed_at: Annotated[str | None, Field(description="When you set it, in ISO 8601; null if you have none.")]


class NewPassword(Params):
    """A password to set."""

    password: Given = Field(
        repr=False, description=f"The new password: {FEWEST} to {MOST} characters, not easy to guess."
    )
    current: Given | None = Field(None, repr=False, description="The present password, if you have one.")
    revoke_others: bool = Field(False, description="Whether to do what `session.revoke_others` does, too.")


@query("password.get", may=access.anyone, method="password", lacking="proof")
def get(act: Act, p: Nothing, _: None) -> State:
    """Return whether you have a password, and since when."""
    found = select(passwords.c.changed_at).where(passwords.c.username == act.me.username)
    return {"changed_at": act.db.scalar(found)}


def _signed_in(me: Caller, _p: NewPassword) -> None:
    """Allow people with a session."""
    sessions.signed_in(me)


@live("password.set", may=_signed_in, repeatable=False, method="set_password", lacking="one")
async def set_password(here: Passwords, me: Caller, p: NewPassword) -> Done:
    """Set your password, which signs you in on any device. To change it, give the current one too.

    A first password takes a session that a passkey, the sign-in provider or the directory has begun within ten minutes,
    if you have one of these.
    """
    here.changes.spend(me.username, me.network)
    before = await here.chat.lookup(lambda db: hash_of(db, me.username))
    if before is None:
        still = await fresh.require_session(here, me, "current")
    elif p.current is None:
        raise Invalid("Give your current password too.", field="current")
    else:
        still = await fresh.require_password(here, me, p.current, "current")
    about = [me.username, here.chat.server.name]
    await here.run(me.network, partial(require_good, p.password, about, here.chat.settings.breached_passwords))
    made = await here.run(me.network, partial(hashed, normal(p.password)))

    def change(act: Act) -> None:
        current = sessions.present(act)
        still(act)
        store(act, me.username, made)
        act.note("set a password")
        links.drop_all(act.db, me.username)
        pending.forget_others(act)
        if p.revoke_others:
            endings.end_others(act, current)

    await here.chat.change(change, me)
    return {}


PROVEN = (get, set_password)
"""The commands that need `Passwords`."""
