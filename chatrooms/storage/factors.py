"""What is a second factor: the secret of an authenticator app, besides a password, or a passkey, which is both."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, LargeBinary, String, Table, exists, or_, select

from chatrooms.storage.tables import metadata, users

factors = Table(
    "second_factors",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column("secret", String(64), nullable=False, comment="in base32"),
    Column("enabled_at", String(24), nullable=False),
    Column("step", BigInteger, nullable=False, comment="of the last code that was used: seconds since 1970, by 30"),
)
prepared = Table(
    "prepared_factors",
    metadata,
    Column("username", String(32), ForeignKey(users.c.username), primary_key=True),
    Column(
        "secret", String(64), nullable=False, comment="of no factor until a first code has shown that an app has it"
    ),
    Column("session", String(36), nullable=False, comment="in which it was made"),
    Column("step", BigInteger, nullable=False, comment="of the last code from before it was made"),
)
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("username", String(32), ForeignKey(users.c.username), nullable=False, index=True),
    Column("credential_id", String(1364), nullable=False, unique=True, comment="in base64url"),
    Column("public_key", LargeBinary, nullable=False, comment="in COSE"),
    Column("handle", String(43), nullable=False, comment="how authenticators know the person; says nothing of them"),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("used_at", String(24)),
)


def has_any(db: Connection, username: str) -> bool:
    """Return whether a person has a second factor."""
    codes = exists().where(factors.c.username == username)
    return bool(db.scalar(select(or_(codes, exists().where(passkeys.c.username == username)))))
