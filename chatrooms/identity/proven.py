"""Passwords, and what people do only after proving anew who they are; one component checks and counts the proofs."""

from __future__ import annotations

from chatrooms.identity import (
    appointing,
    governing,
    helping,
    key_commands,
    own_password,
    passkey_commands,
    passwords,
    second_factor,
    suspending,
    totp,
)
from chatrooms.identity.ldap import arriving
from chatrooms.identity.ldap import connecting as directory
from chatrooms.identity.ldap.linked import linked
from chatrooms.identity.oidc import connecting
from chatrooms.pipeline.feature import Feature
from chatrooms.storage import factors

FEATURE = Feature(
    tables=(passwords.passwords, factors.factors, factors.prepared, totp.recovery, linked),
    commands=(
        *appointing.PROVEN,
        *governing.PROVEN,
        *helping.PROVEN,
        *own_password.PROVEN,
        *passwords.COMMANDS,
        *second_factor.COMMANDS,
        *suspending.PROVEN,
        *key_commands.PROVEN,
        *passkey_commands.PROVEN,
        *connecting.PROVEN,
        *directory.PROVEN,
        *arriving.PROVEN,
    ),
    jobs=(helping.NOTE,),
    component=passwords.Passwords,
)
