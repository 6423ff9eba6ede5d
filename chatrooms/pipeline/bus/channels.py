"""What the channels of a chat are called in Redis, where everybody who connects can list them.

All channels of a server are common to its numbered databases, so the names have the chat and its epoch in them. That of
a room is not its name, which may be secret, or say who talks to whom, but a hash of it with the secret of the database
(BLAKE2b with a key, RFC 7693).
"""

from __future__ import annotations

from hashlib import blake2b

from chatrooms.storage.facts import Facts

EPOCH = 8
"""Characters of the epoch that tell a chat from a copy of it which was made to start anew."""
BYTES = 16
"""Of a hash."""
PURPOSE = b"chatrooms bus"


class Channels:
    """The channels of the database with these facts."""

    def __init__(self, facts: Facts) -> None:
        self.of_all = f"chatrooms:{facts.instance}:{facts.epoch[:EPOCH]}:"
        """The channel with what concerns every node."""
        self._key = facts.secret.encode()

    def of(self, room: str) -> str:
        """Return the channel of a room."""
        return self.of_all + blake2b(room.encode(), digest_size=BYTES, key=self._key, person=PURPOSE).hexdigest()
