"""How much text people post and edit in a long time.

`rate_post` allows bursts; without this, one address could fill the disk by going on.
"""

from __future__ import annotations

from chatrooms.errors import RateLimited
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import Act


def count(act: Act, text: str) -> None:
    """Count a new text of the caller; raises `RateLimited`.

    The application may post any number, also as its users, and so may moderators, admins and owners of the server. What
    programs post by service keys counts as their person's, since anybody can make one.
    """
    me = act.me
    if me.host or not (me.network or me.session or me.sid):
        return
    try:
        act.rates.text(me.username, me.network, text)
    except RateLimited:
        if rights.of(act.db, me.username) not in rights.IN_ROOMS:
            raise
