"""All that signs a person in, together."""

from __future__ import annotations

from sqlalchemy import Connection

from chatrooms.identity import endings, passkeys, passwords, service_keys, totp
from chatrooms.identity.ldap import linked as directory
from chatrooms.identity.oidc import linked
from chatrooms.pipeline import rights
from chatrooms.settings import Settings
from chatrooms.storage.fields import Began


def protect(db: Connection, username: str) -> bool:
    """Return whether a name is more than a guest's: its person can prove who they are, or has a role on the server."""
    proved = passwords.hash_of(db, username) or passkeys.of_person(db, username) or service_keys.of_person(db, username)
    is_elsewhere = linked.has_any(db, username) or directory.since(db, username)
    return bool(proved) or bool(is_elsewhere) or rights.of(db, username) not in {"member", "guest"}


def remain(db: Connection, username: str, settings: Settings) -> bool:
    """Return whether a person can sign in again: by a password, a passkey, the provider or the directory."""
    if passwords.hash_of(db, username) or passkeys.ids_of(db, username):
        return True
    if settings.ldap_url and directory.since(db, username):
        return True
    return bool(settings.oidc_issuer) and linked.of_person(db, settings.oidc_issuer, username) is not None


def stays(db: Connection, username: str, began: Began) -> bool:
    """Return whether what began a session of a person still signs them in, as far as it can be removed."""
    if began == "passkey":
        return bool(passkeys.ids_of(db, username))
    if began == "directory":
        return directory.since(db, username) is not None
    return began != "provider" or linked.has_any(db, username)


def forget(db: Connection, username: str) -> list[str]:
    """Remove all that signs in ``username`` or their programs; return the ids of what to disconnect."""
    passwords.forget(db, username)
    totp.forget(db, username)
    passkeys.forget(db, username)
    linked.forget(db, username)
    directory.forget(db, username)
    return endings.end_for_good(db, username)
