"""Requests: a conversation that a stranger begins waits until its recipient accepts it.

The recipient receives the messages and sees who writes, and decides. Until they have accepted, the author can post
`FIRST` texts and nothing else. That they wait is all that the author learns, whether they are ignored or not yet read.

Of several recipients, each decides alone, and all must have accepted: what one of them does frees nobody's hands in a
conversation that another has not accepted. All its people together can post `FIRST` texts until then.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from chatrooms.errors import Forbidden
from chatrooms.pipeline import relations, rights
from chatrooms.pipeline.act import Act
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import members

FIRST = 3
"""How many messages a stranger can post before its recipients accept."""
PENDING, IGNORED = "pending", "ignored"

WAIT = "You can write more once they have accepted your first messages."
NOT_YET = "You can do that once they have accepted your first messages."

_holding = Prepared(
    select(members.c.username).where(
        members.c.room == bindparam("room"),
        members.c.username.in_(select(values("people").c.value)),
        members.c.request.is_not(None),
    )
)


def asked(act: Act, people: Iterable[str]) -> set[str]:
    """Return those of some people to whom the caller is a stranger, so that a conversation with them is a request.

    Strangers share no room but those that somebody added the other to, who has written nothing there. Where anybody
    can sign up, open rooms and the lobby say nothing, because a stranger needs a single click to be in them; only if
    the other person invited the caller to one, they know each other. The application, and moderators, admins and owners
    of the server, ask no one.
    """
    me = act.me
    if me.host or not act.server.settings.requests or rights.verdict(rights.of(act.db, me.username), "reach").allowed:
        return set()
    anybody = act.server.sign_up == "open"
    besides = act.lobby if anybody else ""

    def known(other: str) -> bool:
        return relations.acquainted(act.db, me.username, other, besides=besides, even_open=not anybody)

    return {other for other in people if not known(other)}


def holding(db: Connection, conversation: str, people: Iterable[str]) -> set[str]:
    """Return those of some people who have not accepted a conversation."""
    return {row["username"] for row in _holding.all(db, {"room": conversation, "people": packed(people)})}


def require_first(posted: int, *, text_alone: bool) -> None:
    """Raise `Forbidden` if a conversation that somebody has not accepted is full, or gets more than a text."""
    if not text_alone:
        raise Forbidden(NOT_YET)
    if posted >= FIRST:
        raise Forbidden(WAIT)
