"""Helping people back in who have lost every other way, by a link. Fresh proof alone makes one.

Otherwise somebody with a stolen session of an admin could become other people, for good.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from chatrooms import ids, names
from chatrooms.errors import Conflict
from chatrooms.features import roles
from chatrooms.features.users import Who
from chatrooms.identity import fresh, links, proofs, sessions, suspensions
from chatrooms.identity.fresh import Proven
from chatrooms.identity.linking import OneLink
from chatrooms.identity.links import Link
from chatrooms.identity.passwords import Passwords
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.chat import Chat
from chatrooms.pipeline.commands import Params, live
from chatrooms.pipeline.jobs import Job, JobKind, enqueue

GOOD_FOR = timedelta(days=1)
"""How long a link works that an admin makes for somebody else."""


class Helping(Proven, Who):
    """A person who cannot sign in."""

    forget_password: bool = Field(
        False,
        description="Whether to remove all that signs them in, such as passkeys and a password, and end their "
        "sessions: because it is lost, or somebody else may know it.",
    )


def _signed_in(me: Caller, _p: Params) -> None:
    """Allow people with a session; the body asks for their role."""
    sessions.signed_in(me)


@live("user.link", may=_signed_in, repeatable=False, method="link_for")
async def link(here: Passwords, me: Caller, p: Helping) -> OneLink:
    """Make a link that signs in a person once, within a day, because they have lost every other way in.

    It takes your password; without one, you have signed in within ten minutes. The person gets a message from the
    server about it, with your name. An earlier link of theirs ends. The link works only while you could make it: not
    once you are suspended, or their role is no longer lower than yours, nor once you end your other sessions.

    The session that begins by it, and those that this one begins, end if you are suspended or removed, if somebody else
    signs you out, or if the person gets a role that is not lower than yours.
    """

    def make(act: Act) -> OneLink:
        rights.require_over(act.db, me, "sign_in", p.username)
        sessions.present(act)
        still(act)
        return {"link": _make(act, p)}

    await here.chat.lookup(lambda db: rights.require_over(db, me, "sign_in", p.username))
    still = await fresh.require(here, me, p.password)
    return await here.chat.change(make, me, *roles.locks_to_change(p.username))


def _make(act: Act, p: Helping) -> Link:
    """Return a link for a person, who gets a message about it; raises `Conflict` if they are suspended."""
    if suspensions.find(act.db, p.username):
        raise Conflict("This person is suspended. Restore them first.", field="username")
    if p.forget_password:
        act.ended.extend(proofs.forget(act.db, p.username))
    removed = " and removed all other ways" if p.forget_password else ""
    text = f"@{act.me.username} made a link that signs in as you{removed}. If you did not ask for it, tell an owner."
    enqueue(act, NOTE, ids.new(), {"username": p.username, "text": text})
    act.note(f"made a link that signs in as {p.username!r}{removed}")
    return links.make(act.db, p.username, GOOD_FOR, "admin", act.me.username)


async def _note(_here: Passwords, chat: Chat, job: Job) -> None:
    room = names.conversation(names.APPLICATION, job.data["username"])
    given = {"room": room, "text": job.data["text"], "id": job.key}
    await chat.run("message.post", given, APPLICATION)


NOTE = JobKind("user.note", _note)
"""Writes to a person as the server; its key is the message's id, so that it comes once."""
PROVEN = (link,)
"""The commands that need `Passwords`."""
