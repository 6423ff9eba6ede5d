"""People here whose name and password in the directory sign them in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, or_, select, update

from chatrooms import clock
from chatrooms.errors import Conflict, Forbidden, NameTaken, NotFound, Unauthorized
from chatrooms.identity import suspended_tokens
from chatrooms.identity.digests import digest
from chatrooms.identity.ldap.alike import alike
from chatrooms.pipeline.act import Act
from chatrooms.storage.tables import metadata, users

KINDS = ("name", "who", "id")
"""What entries are known by, from the least to what stays with them."""
ANOTHER = (
    "This name was that of somebody else in the directory before. If it was you, ask an admin to reset how you sign in."
)
UNSURE = (
    "The directory doesn't say who this is, as it does of others. If it wants a new password, set that there first. "
    "Otherwise its administrators have to let everybody read their own entry."
)
MEANWHILE = timedelta(minutes=1)
"""A longer time than passes between `require_alone` and `add`."""

linked = Table(
    "ldap_accounts",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True, comment="here and there"),
    Column("created_at", String(24), nullable=False),
    Column("used_at", String(24)),
    Column("entry", String(64), index=True, comment="of the directory, see `entry_hash`; null until it is known"),
)


def since(db: Connection, username: str) -> str | None:
    """Return since when the directory signs in a person; None if it does not."""
    return db.scalar(select(linked.c.created_at).where(linked.c.username == username))


def entry_hash(entry: str) -> str:
    """Return what is stored of an entry of the directory, which can have several usernames: its kind, and a hash.

    ``entry`` is as `chatrooms.identity.ldap.binding` returns it.
    """
    return f"{_kind(entry)} {digest(entry)[:56]}"


def _kind(entry: str) -> str:
    return entry.partition(" ")[0]


def require_alone(db: Connection, username: str, field: str = "username", added_since: str = "") -> None:
    """Raise `NameTaken` if the directory signs in somebody else whose name it may take for this one; slow.

    Otherwise somebody who is suspended could come back by the same password and another accent.
    """
    added = linked.c.created_at >= added_since
    others = db.scalars(select(linked.c.username).where(linked.c.username != username, added))
    if alike(username) in map(alike, others):
        raise NameTaken("Somebody here has a name that the directory may take for this one.", field=field)


def add(act: Act, username: str, entry: str | None, field: str = "username", *, used: bool) -> None:
    """Let the directory sign in ``username`` from now on; it is ``used`` if it has just done so. Raises `Conflict`.

    Call `require_alone` first, and lock the ``entry``. Raises `NameTaken` if somebody with a name alike was added
    meanwhile, or is the same entry of the directory.
    """
    if since(act.db, username):
        raise Conflict("The directory already signs you in.")
    require_alone(act.db, username, field, clock.moved(act.now, -MEANWHILE))
    _require_sure(act.db, entry)
    if entry and act.db.scalar(select(linked.c.username).where(linked.c.entry == entry).limit(1)):
        raise NameTaken("The directory knows you by another name too, which somebody has here.", field=field)
    times = {"created_at": act.now, "used_at": act.now if used else None}
    act.db.execute(insert(linked).values(username=username, entry=entry, **times))


def _require_sure(db: Connection, entry: str | None) -> None:
    """Raise `Forbidden` unless an entry is known by as much as others are: it may be that of somebody who is here."""
    if entry and _kind(entry) != KINDS[-1]:
        better = [linked.c.entry.startswith(f"{kind} ") for kind in KINDS[KINDS.index(_kind(entry)) + 1 :]]
        if db.scalar(select(linked.c.username).where(or_(*better)).limit(1)):
            raise Forbidden(UNSURE)


def use(act: Act, username: str, entry: str | None) -> None:
    """Note that the directory signs in a person, by which entry; raises `Unauthorized` if it no longer does.

    Raises `Forbidden` if the name is that of another entry now, which can be another person's.
    """
    known = act.db.scalar(select(linked.c.entry).where(linked.c.username == username))
    if known and entry and known != entry and _kind(known) == _kind(entry):
        raise Forbidden(ANOTHER)
    if known and entry and KINDS.index(_kind(entry)) < KINDS.index(_kind(known)):
        raise Forbidden(UNSURE)
    used = update(linked).where(linked.c.username == username).values(used_at=act.now, entry=entry)
    if act.db.execute(used).rowcount == 0:
        raise Unauthorized


def remove(db: Connection, username: str) -> None:
    """Have the directory sign in a person no longer; raises `NotFound`."""
    if not _drop(db, username):
        raise NotFound("The directory does not sign you in.")


def forget(db: Connection, username: str) -> None:
    """Have the directory sign in a person no longer, if it does."""
    _drop(db, username)


def _drop(db: Connection, username: str) -> bool:
    """Disconnect a person, and remember that they were connected; return whether they were."""
    dropped = db.execute(delete(linked).where(linked.c.username == username).returning(linked.c.entry)).all()
    for (entry,) in dropped:
        for proof in _proofs(username, entry):
            suspended_tokens.remember(db, username, proof)
    return bool(dropped)


def require_unbarred(db: Connection, username: str, entry: str | None) -> None:
    """Raise `Suspended` if somebody is suspended now who came by the same entry, or a name taken for this one there."""
    for proof in _proofs(username, entry):
        suspended_tokens.require_unbarred(db, proof)


def _proofs(username: str, entry: str | None) -> list[str]:
    """Return what is known of somebody whom the directory has signed in, in the order of remembering it."""
    return [f"directory {alike(username)}", *([f"entry {entry}"] if entry else [])]
