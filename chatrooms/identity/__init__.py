"""Who is there: a file for each way of proving it, a gate that asks them, and the sessions that they end in.

What is stored and what people do with it are in two files: `links` and `linking`, `invites` and `inviting`,
`applicants` and `applying`, `suspensions` and `suspending`, `setups` and `setting_up`.
"""

from __future__ import annotations

from chatrooms.identity import (
    accounts,
    applying,
    avatars,
    free_names,
    inviting,
    joining,
    key_commands,
    linking,
    passkey_commands,
    people,
    proven,
    sessions,
    setting_up,
    suspending,
    tries,
    ways,
)
from chatrooms.identity.oidc import arriving

FEATURES = (
    sessions.FEATURE,
    joining.FEATURE,
    inviting.FEATURE,
    applying.FEATURE,
    linking.FEATURE,
    key_commands.FEATURE,
    tries.FEATURE,
    proven.FEATURE,
    passkey_commands.FEATURE,
    arriving.FEATURE,
    suspending.FEATURE,
    setting_up.FEATURE,
    people.FEATURE,
    free_names.FEATURE,
    ways.FEATURE,
    accounts.FEATURE,
    avatars.FEATURE,
)
"""What identity brings to a chat."""
