"""The features of a chat: one noun per file or folder.

`users`, `rooms`, `members`, `messages` and `reads` are the base that others build on. Every other feature is
independent of the rest: delete its file and its line below, and it is gone.
"""

from __future__ import annotations

from chatrooms.features import members, messages, pins, presence, reads, rooms, signals, sync, users

FEATURES = (
    users.FEATURE,
    rooms.FEATURE,
    members.FEATURE,
    messages.FEATURE,
    reads.FEATURE,
    pins.FEATURE,
    sync.FEATURE,
    presence.FEATURE,
    signals.FEATURE,
)
"""What `Chatrooms` is made of."""
