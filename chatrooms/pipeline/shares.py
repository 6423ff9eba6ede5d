"""Shares of the space for files: how much of it people can take who are new, or guests.

Anybody can be several such people, so those of one address have a share together, those of an IPv6 /48 a larger one,
and all of them one that leaves the rest to everybody else. What they upload, and the pictures of what they link to,
count for these shares until they are removed, also once they are new no longer. Where people come by invitation or
approval alone, only guests have shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, select

from chatrooms import clock
from chatrooms.pipeline.act import Act
from chatrooms.settings import MEGABYTE, Settings
from chatrooms.storage import usage
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import users
from chatrooms.wire.networks import circles

NEW = timedelta(days=7)
"""How long people are new."""
ALL = "/all"
"""The share of all of them together; no username has a slash."""
PERCENT_OF_ALL = 50
TIMES = {"/1": 1, "/2": 2}
"""How the keys of the shares of an address's `circles` begin, and how many times the setting they are."""

_person = Prepared(select(users.c.role, users.c.created_at).where(users.c.username == bindparam("username")))


def of(act: Act) -> list[str]:
    """Return the keys of the shares for which counts what the caller has stored now."""
    if act.me.host or not _is_new(act):
        return []
    around = circles(act.me.network) if act.me.network else ()
    return [*(_key(begin, each, act.server.secret) for begin, each in zip(TIMES, around, strict=False)), ALL]


def _is_new(act: Act) -> bool:
    """Return whether the caller is a guest, or a member who came by themselves within `NEW`."""
    row = _person.one(act.db, {"username": act.me.username})
    if row is None or row["role"] != "member":
        return row is None or row["role"] == "guest"
    return act.server.sign_up == "open" and bool(row["created_at"] > clock.ago(seconds=NEW.total_seconds()))


def _key(begin: str, network: str, secret: str) -> str:
    """Return the key of a network's share, always of one length: only those who have the secret learn the address."""
    return begin + blake2b(network.encode(), key=secret.encode(), digest_size=12).hexdigest()


def size(settings: Settings, key: str) -> int:
    """Return the bytes of a share, of a person's quota by their username, or of all the space."""
    if key == usage.EVERYBODY:
        return settings.file_space * MEGABYTE
    if not key.startswith("/"):
        return settings.file_quota * MEGABYTE
    of_address = settings.file_share
    percent = max(PERCENT_OF_ALL, of_address) if key == ALL else min(100, TIMES[key[:2]] * of_address)
    return settings.file_space * MEGABYTE * percent // 100


def left(db: Connection, settings: Settings, keys: Iterable[str]) -> Mapping[str, int]:
    """Return how many bytes are left of some shares and quotas, and of all the space."""
    return {key: size(settings, key) - usage.used(db, key) for key in (usage.EVERYBODY, *keys)}
