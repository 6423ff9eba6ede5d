"""How many messages are unread in each room: from the read positions and the rooms' numbers, whatever is held."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from chatrooms.client.rows import Block, Message, Read

MOST = 1000
"""What stands for more unread messages than are counted, to be shown as 999+."""


class Unread:
    """The newest read position of each room, and what was posted or deleted since it was counted.

    Of a room, ``uncounted`` has the numbers of messages that are not unread, each with the rev from which on it is not:
    deleted ones, the person's own, and those of people whom they have blocked.
    """

    def __init__(self) -> None:
        self._reads: dict[str, Read] = {}
        self._uncounted: dict[str, dict[int, int]] = {}
        self._blocked: set[str] = set()

    def take(self, row: Read) -> None:
        """Keep a read position, unless a newer one is known."""
        known = self._reads.get(row["room"])
        if known is None or _age(known) <= _age(row):
            self._reads[row["room"]] = row

    def notice(self, room: str, messages: Iterable[Message], username: str) -> None:
        """Note which of these messages are deleted, ``username``'s own, or of somebody they have blocked."""
        unheard = {username, *self._blocked}
        revs = {message["number"]: _not_unread_from(message, unheard) for message in messages}
        news = {number: rev for number, rev in revs.items() if number is not None and rev is not None}
        self._uncounted.setdefault(room, {}).update(news)

    def take_block(self, row: Block, held: Mapping[str, Iterable[Message]], username: str) -> None:
        """Note whom ``username`` has blocked or unblocked, and anew which ``held`` messages, by room, are unread.

        The server counts again as of the block, but a room's changes may have come earlier or come later than it.
        """
        blocked = row["blocked"]
        (self._blocked.discard if row["gone"] else self._blocked.add)(blocked)
        for room, messages in held.items():
            theirs = [message for message in messages if message["author"] == blocked]
            for number in self._uncounted.get(room, {}).keys() & {message["number"] for message in theirs}:
                del self._uncounted[room][number]
            self.notice(room, theirs, username)

    def count(self, room: str, posted: int) -> int:
        """Return how many of the ``posted`` messages are unread, `MOST` if there are more than are counted."""
        read = self._reads.get(room)
        if read is None:
            return 0
        after = posted - read["number"]
        if read["uncounted"] is None or after > MOST:
            return MOST
        return max(0, after - read["uncounted"] - _since(read, self._uncounted.get(room, {})))

    def forget(self, room: str) -> None:
        """Forget what was noticed in a room that is left or closed; the position still counts if it is reopened."""
        self._uncounted.pop(room, None)

    def restart(self, room: str, rev: int) -> None:
        """Forget what was noticed in a room that is taken anew at ``rev``, and a position that was counted later.

        That one comes again: it is of before a backup was restored, or the room is asked about once more.
        """
        self._uncounted.pop(room, None)
        if room in self._reads and self._reads[room]["room_rev"] > rev:
            del self._reads[room]

    def forget_personal(self) -> None:
        """Forget all read positions and blocks, which come anew."""
        self._reads.clear()
        self._blocked.clear()


def _age(read: Read) -> tuple[int, int]:
    return read["rev"], read["room_rev"]


def _since(read: Read, uncounted: Mapping[int, int]) -> int:
    """Return how many messages after the position are not unread that were not when it was counted."""
    return sum(number > read["number"] and rev > read["room_rev"] for number, rev in uncounted.items())


def _not_unread_from(message: Message, unheard: Container[str]) -> int | None:
    """Return the rev from which on a message is not unread: that of its birth or deletion, which is its last."""
    if message["author"] in unheard:
        return message["seq"]
    return message["rev"] if message["deleted"] else None
