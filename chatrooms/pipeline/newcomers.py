"""New names start slow: for a day, what reaches strangers or makes rooms counts twice.

That is where anybody can take a name, so that another one is no way around a limit, or a suspension.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, select

from chatrooms import clock
from chatrooms.pipeline import rights
from chatrooms.pipeline.act import Act
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import users

SLOW, TIMES = timedelta(days=1), 2
"""How long a name is new, and how many times what its person does counts."""

_person = Prepared(select(users.c.created_at, users.c.role).where(users.c.username == bindparam("username")))


def begin(act: Act, others: Iterable[str], strangers: int = 1) -> None:
    """Count a conversation that the caller starts, or an invitation of a stranger; raises `RateLimited`.

    A conversation counts as often as it has ``strangers``, and once without any.
    """
    act.rates.begin(act.me.username, act.me.network, others, max(1, strangers) * _weight(act))


def count_room(act: Act) -> None:
    """Count a room that the caller creates as often as is not counted yet."""
    act.rates.charge("create", act.me.username, "", _weight(act) - 1)


def _weight(act: Act) -> int:
    """Return how many times the caller counts: once where a host application, an admin or a member lets people in."""
    is_open = act.server.sign_up == "open" and act.me.session is not None
    person = _person.one(act.db, {"username": act.me.username}) if is_open else None
    if person is None or rights.rank(person["role"]) > rights.rank("member"):
        return 1
    return TIMES if person["created_at"] > clock.moved(act.now, -SLOW) else 1
