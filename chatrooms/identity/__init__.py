"""Who is there: a file for each way of proving it, a gate that asks them, and the sessions that they end in."""

from __future__ import annotations

from chatrooms.identity import (
    accounts,
    inviting,
    joining,
    key_commands,
    linking,
    passkey_commands,
    passwords,
    people,
    second_factor,
    sessions,
    setting_up,
    suspending,
    totp,
    tries,
)
from chatrooms.pipeline.feature import Feature

FEATURES = (
    sessions.FEATURE,
    joining.FEATURE,
    inviting.FEATURE,
    linking.FEATURE,
    key_commands.FEATURE,
    tries.FEATURE,
    Feature(
        tables=(passwords.passwords, totp.factors, totp.recovery),
        commands=(*passwords.COMMANDS, *second_factor.COMMANDS, *key_commands.PROVEN, *passkey_commands.PROVEN),
        component=passwords.Passwords,
    ),
    passkey_commands.FEATURE,
    suspending.FEATURE,
    setting_up.FEATURE,
    people.FEATURE,
    accounts.FEATURE,
)
"""What identity brings to a chat."""
