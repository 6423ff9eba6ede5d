"""Tries to sign in with a password: counted in the database, by name and by network address, until they succeed.

No one can guess passwords, be it of many people, from many addresses, or across restarts. People who are signed in
stay so, however often others try.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import Column, Connection, Float, String, Table, bindparam, delete, select

from chatrooms.errors import RateLimited
from chatrooms.gcra import Quota, parse
from chatrooms.identity.ldap.alike import alike
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Feature
from chatrooms.storage.expressions import packed, values
from chatrooms.storage.statements import Prepared, Upsert
from chatrooms.storage.tables import metadata
from chatrooms.wire.networks import TIMES, circles

OF_BOTH, OF_ADDRESS, OF_NAME, OF_OWN = "10/15 minutes", "100/hour", "1000/hour", "20/hour"
OF_CODE, OF_CODES = "5/15 minutes", "30/day"
OF_DIRECTORY = "4/15 minutes"
"""How many tries may fail: for a name from an address, from an address, for a name, and for your own when signed in.

Of a name, so many that keeping its owner from signing in takes dozens of addresses, and few enough that guessing an
accepted password takes weeks. Codes of a second factor are short, so few of a name may be wrong: they come after the
right password, so that strangers cannot use them up, and those that are shown in a session count apart, so that
the thief of one cannot either. A directory may lock out whom it is asked about in vain, most of them after five
tries, everywhere: strangers can keep a person from signing in here, but not there.
"""
Of = Literal["sign in", "own", "code", "own code", "directory"]
"""What a try is of: a password to sign in, one's own when signed in, a code after the one or when signed in, a question
to the directory."""

tries = Table(
    "tries",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("due", Float, nullable=False, index=True, comment="seconds since 1970, see gcra.Quota"),
)

_of_keys = Prepared(select(tries.c.key, tries.c.due).where(tries.c.key.in_(select(values("keys").c.value))))
_put = Upsert(
    lambda insert: (
        insert(tries)
        .values(key=bindparam("which"), due=bindparam("at"))
        .on_conflict_do_update(index_elements=["key"], set_={"due": bindparam("at")})
    )
)
_forget_due = Prepared(delete(tries).where(tries.c.due <= bindparam("now")))
_forget = Prepared(delete(tries).where(tries.c.key == bindparam("which")))

Counted = list[tuple[str, Quota]]


def _counted(username: str, network: str, of: Of) -> Counted:
    """Return the keys that a try counts against; no username has a space.

    Of one's ``own`` password or code, the person is signed in, and strangers cannot use up their tries.
    """
    if of == "own":
        return _quotas({f"own {username}": OF_OWN})
    if of in ("code", "own code"):
        return _quotas({f"{of} {username}": OF_CODE, f"{of}s {username}": OF_CODES})
    if of == "directory":
        return _quotas({f"directory {alike(username)}": OF_DIRECTORY})
    counted = _quotas({f"name {username}": OF_NAME})
    for each, times in zip(circles(network), TIMES, strict=False):
        counted += _quotas({f"both {username} {each}": OF_BOTH}, times)
        if each:
            counted += _quotas({f"address {each}": OF_ADDRESS}, times)
    return counted


def _quotas(keys: Mapping[str, str], times: int = 1) -> Counted:
    return [(key, quota) for key, text in keys.items() for quota in parse(text, times)]


def spend(act: Act, username: str, network: str, of: Of = "sign in") -> None:
    """Count a try before it is made; raises `RateLimited`."""
    now, counted = time.time(), _counted(username, network, of)
    due = _due(act.db, counted, now)
    if wait := max(quota.wait_after(due[key], now) for key, quota in counted):
        raise RateLimited("Too many tries to sign in. Try again later.", retry_after=int(wait) + 1)
    _forget_due.run(act.db, {"now": now})
    _set(act.db, {key: quota.due_after(due[key], now) for key, quota in counted})


def give_back(act: Act, username: str, network: str, of: Of = "sign in") -> None:
    """Count a try no longer, because it succeeded, or was not made after all."""
    now, counted = time.time(), _counted(username, network, of)
    due = _due(act.db, counted, now)
    _set(act.db, {key: quota.due_after(due[key], now, -1) for key, quota in counted})


def forgive(act: Act, username: str, network: str) -> None:
    """Count a try no longer, because it succeeded; and no earlier one of that name from that address."""
    give_back(act, username, network)
    _forget.run(act.db, {"which": f"both {username} {network}"})


def _due(db: Connection, counted: Counted, now: float) -> dict[str, float]:
    """Return when each key is due; after the clock was set back, no later than all of it would take."""
    rows = _of_keys.all(db, {"keys": packed(key for key, _ in counted)})
    stored: dict[str, float] = {row["key"]: row["due"] for row in rows}
    return {key: min(stored.get(key, now), now + quota.span) for key, quota in counted}


def _set(db: Connection, due: dict[str, float]) -> None:
    for key, at in due.items():
        _put.run(db, {"which": key, "at": at})


FEATURE = Feature(tables=(tries,))
