"""The host application's accounts: each id of its own has a username here, which is chosen once and stays.

An id is kept exactly, and compared character by character. If it is a username (`names.vouched`), that is the
username, unless another account has it, or it is a number and the account has a name; otherwise it is made from that
name, or from what is before the ``@`` of an e-mail address.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, bindparam, insert, select, update
from typing_extensions import TypedDict

from chatrooms import names
from chatrooms.errors import Conflict, NameTaken
from chatrooms.features import users
from chatrooms.pipeline import rights, tenants
from chatrooms.pipeline.act import Act
from chatrooms.pipeline.feature import Feature
from chatrooms.storage import grouped
from chatrooms.storage.fields import ServerRole
from chatrooms.storage.statements import Prepared
from chatrooms.storage.tables import metadata
from chatrooms.storage.tables import users as people
from chatrooms.types import line
from chatrooms.unicode_forms import normalized

MAX_ID = 200
MAX_NAME = 80
MAX_TENANT = 64
_NUMBER = re.compile(r"\d+|[0-9a-f]{16,}")
"""Ids that nobody would read as a name: keys of a database, in decimal or hexadecimal digits."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and surrogates."""
TRIED_IN_ORDER = 9
"""After ``alice-9``, usernames get random endings."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(MAX_ID), primary_key=True, comment="the host application's id"),
    Column("username", String(32), ForeignKey("users.username"), nullable=False, unique=True),
    Column("name", String(MAX_NAME), nullable=False, comment="the display name that the host application gave last"),
    Column(
        "endings",
        Integer,
        nullable=False,
        server_default="0",
        comment="how often all tokens that hand the user over were ended",
    ),
    Column(
        "avatar",
        String(64),
        nullable=False,
        server_default="",
        comment="a hash of the address of their picture that the host application gave last",
    ),
)


@dataclass(frozen=True)
class User:
    """An account of the host application.

    ``id`` is any text of 1 to 200 characters without control characters, such as ``alice``, ``alice@example.com``, a
    UUID or ``7``. ``name`` is the name that others see, one line of at most 80 characters; people can change it here
    until the host gives another one. ``avatar`` is the address of their picture: ``https://…``, ``http://…``, a path
    such as ``/media/alice.png`` below the setting ``url``, or a ``data:`` URL (see `avatars`). ``roles`` are names of
    the host's roles: the highest of ``owner``, ``admin``, ``moderator``, ``member`` and ``guest`` among them is what
    they may do on the server, and others mean nothing here; ``role`` says the same in one word. What is empty or None
    changes nothing.

    ``tenant`` is the customer of yours that they belong to, at most 64 characters: people of different tenants know
    nothing of each other, and a tenant never changes; None leaves it, which is none for a user who is new. Raises
    ``ValueError`` or ``TypeError`` with the rule that is broken.
    """

    id: str
    name: str = ""
    avatar: str = ""
    roles: tuple[str, ...] | list[str] = ()
    role: ServerRole | None = None
    tenant: str | None = None

    def __post_init__(self) -> None:
        for value in (self.id, self.name, self.avatar, self.tenant or ""):
            if not isinstance(value, str):
                raise TypeError(f"A user's id, name, avatar and tenant must be str, not {type(value).__name__}.")
        if len(self.tenant or "") > MAX_TENANT or not (self.tenant or "").isprintable():
            raise ValueError(f"A user's tenant must have at most {MAX_TENANT} characters, and none that is not shown.")
        if not self.id.strip() or len(self.id) > MAX_ID:
            raise ValueError(f"A user's id must have 1 to {MAX_ID} characters, not spaces alone.")
        if _CONTROL.search(self.id):
            raise ValueError("A user's id cannot contain control characters, such as line breaks.")
        if self.role not in (None, *rights.ROLES):
            raise ValueError(f"A user's role is one of {', '.join(rights.ROLES)}.")
        object.__setattr__(self, "name", _shown(self.name))
        object.__setattr__(self, "roles", _listed(self.roles))
        if self.role and self.roles:
            raise ValueError("Give a user's role or roles, not both.")

    @property
    def server_role(self) -> ServerRole | None:
        """What they may do on the server, by ``role`` or the highest of ``roles``; None if neither says it."""
        said = [role for role in rights.ROLES if role in self.roles]
        return said[-1] if said else self.role


def _listed(roles: object) -> tuple[str, ...]:
    """Return the names of roles; raises ``TypeError``, also for one name: its letters would count as roles."""
    if not isinstance(roles, list | tuple) or not all(isinstance(each, str) for each in roles):
        raise TypeError("A user's roles are a tuple or list of their names, such as ('admin',).")
    return tuple(roles)


def _shown(name: str) -> str:
    """Return a display name as it is stored: on one line, without what does not show, cut to its maximum length."""
    kept = (" " if unicodedata.category(each) in {"Cc", "Zl", "Zp"} else each for each in name[: 2 * MAX_NAME])
    try:
        return line(" ".join("".join(kept).split())[:MAX_NAME].strip())
    except ValueError as error:
        raise ValueError(f"A user's name cannot be shown: {error}") from None


class Account(TypedDict):
    """A row of `accounts`, and the tenant of its person."""

    id: str
    username: str
    name: str
    avatar: str
    tenant: str
    endings: int


_select = select(accounts, people.c.tenant).join(people, people.c.username == accounts.c.username)
_by_id = Prepared(_select.where(accounts.c.id == bindparam("id")))
_by_username = Prepared(_select.where(accounts.c.username == bindparam("username")))


def find(db: Connection, id: str) -> Account | None:
    """Return the account with that id, if it has been here or was added."""
    return cast(Account | None, _by_id.one(db, {"id": id}))


def username_of(db: Connection, id: str) -> str | None:
    """Return the username of an account, or of a person that came when ids were usernames; None if there is none."""
    account = find(db, id)
    if account:
        return account["username"]
    is_person = _is_username(id) and users.find(db, id) is not None and id_of(db, id) == id
    return id if is_person else None


def endings(db: Connection, id: str) -> int:
    """Return how often the tokens were ended that hand a user over."""
    account = find(db, id)
    return account["endings"] if account else 0


def end_tokens(db: Connection, username: str) -> None:
    """End all tokens that the host application has made to hand a person over (see `hand_over`)."""
    theirs = accounts.c.username == username
    db.execute(update(accounts).where(theirs).values(endings=accounts.c.endings + 1))


def id_of(db: Connection, username: str) -> str:
    """Return the id of the account that has a username; a person without an account is known by the username."""
    account = _by_username.one(db, {"username": username})
    return cast(Account, account)["id"] if account else username


def free_username(db: Connection, user: User, *applications: str) -> str:
    """Return the username that an account gets that is new here; it stays free while it is locked."""
    if known := username_of(db, user.id):
        return known
    names_to_try = _candidates(user, *applications)
    return next(each for each in names_to_try if _is_username(each, *applications) and _is_free(db, user, each))


def suggestion(db: Connection, name: str, *applications: str) -> str:
    """Return a free username like a name, or e-mail address, that somebody has elsewhere; empty if there is none."""
    stem = _stem(name.partition("@")[0], *applications)
    numbered = (f"{stem}-{number}" for number in range(2, TRIED_IN_ORDER + 1))
    return next((each for each in (stem, *numbered) if stem and _is_claimable(db, each, *applications)), "")


def _is_claimable(db: Connection, username: str, *applications: str) -> bool:
    try:
        users.require_unused(db, names.claimable(username, *applications))
    except (ValueError, NameTaken):
        return False
    return True


def _is_free(db: Connection, user: User, username: str) -> bool:
    """Return whether no one and no group has a username, or a person whose id it is, from when ids were usernames."""
    if users.find(db, username) is None:
        return not grouped.existing(db, [username])
    return username == user.id and _by_username.one(db, {"username": username}) is None


def _candidates(user: User, *applications: str) -> Iterator[str]:
    named = _stem(user.name, *applications)
    if not (named and _NUMBER.fullmatch(user.id)):
        yield user.id
    stem = named or _stem(user.id.partition("@")[0], *applications) or "user"
    stem = f"user-{stem}" if stem.isdecimal() else stem  # the number alone could be another account's id
    if stem != "user":
        yield stem
    for number in range(2, TRIED_IN_ORDER + 1):
        yield f"{stem}-{number}"
    while True:
        yield f"{stem}-{secrets.randbelow(10**6):06}"


def _stem(text: str, *applications: str) -> str:
    """Return what a username can keep of a text; empty if that is nothing, or a reserved word."""
    joined = normalized("NFKC", ".".join(text.split())).lower()
    kept = "".join(each for each in joined if each.isalnum() or each in ".-_")[:20].strip(".-_")
    return kept if _is_username(f"{kept}-2") and not names.is_reserved(kept, *applications) else ""


def _is_username(text: str, *applications: str) -> bool:
    try:
        return names.vouched(text, *applications) == text
    except ValueError:
        return False


def require_tenant(user: User, tenant: str) -> None:
    """Raise `Conflict` if a user is said to be of another tenant than they are."""
    if user.tenant not in (None, tenant):
        raise Conflict("This user belongs to another tenant, and a tenant never changes.", field="tenant")


def come(act: Act, user: User, username: str) -> str | None:
    """Add an account with that username, or note its new display name; return its username.

    Return None if someone else took the username in the meantime.
    """
    account = find(act.db, user.id)
    if account is None:
        if not _is_free(act.db, user, username):
            return None
        users.find_or_add(act, username, vouched=True, tenant=user.tenant or "")
        require_tenant(user, tenants.of(act.db, username))
        act.db.execute(insert(accounts).values(id=user.id, username=username, name=""))
    here, told = (account["username"], account["name"]) if account else (username, "")
    if user.name and user.name != told:
        act.db.execute(update(accounts).where(accounts.c.id == user.id).values(name=user.name))
        users.rename(act, here, user.name)
    return here


FEATURE = Feature(tables=(accounts,))
