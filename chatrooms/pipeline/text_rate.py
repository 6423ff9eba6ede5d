"""How much people store in a long time, in characters: texts, and the rows of whatever else stays.

`rate_post` and `rate_other` allow bursts; without this, one address could fill the disk by going on.
"""

from __future__ import annotations

from chatrooms.errors import RateLimited
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.rates import BESIDES_TEXT


def count(act: Act, text: str = "") -> None:
    """Count a new row of the caller, with its text; raises `RateLimited`.

    The application may store any number, also as its users, and so may moderators, admins and owners of the server.
    What programs store by service keys counts as their person's, since anybody can make one.
    """
    if not _counts(act):
        return
    try:
        act.rates.text(act.me.username, act.me.network, text)
    except RateLimited:
        if rights.of(act.db, act.me.username) not in rights.IN_ROOMS:
            raise


def charge(act: Act, rows: int) -> None:
    """Count rows that others get because of what the caller stores, however many these are."""
    if rows and _counts(act):
        act.rates.charge("text", act.me.username, act.me.network, rows * BESIDES_TEXT)


def _counts(act: Act) -> bool:
    me = act.me
    return not me.host and bool(me.network or me.session or me.sid)
