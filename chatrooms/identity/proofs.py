"""All that signs a person in, together."""

from __future__ import annotations

from sqlalchemy import Connection

from chatrooms.identity import passkeys, passwords, service_keys, sessions, totp


def forget(db: Connection, username: str) -> list[str]:
    """Remove all that signs in ``username`` or their programs; return the ids of what to disconnect."""
    passwords.forget(db, username)
    totp.forget(db, username)
    passkeys.forget(db, username)
    return [*sessions.end_all(db, username), *service_keys.forget(db, username)]
