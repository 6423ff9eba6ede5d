"""The client's state of each room, and the only way to change it.

A room's state is always that of its ``rev``. A live change is applied if none is missing before it, a catch-up brings a
known rev to a later one, and a reset replaces the room. An acknowledgement only shows that there is a newer rev.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatrooms.client.changes import Change
from chatrooms.client.rows import Follow, InboxItem, Member, Membership, Message, Read, Room, User
from chatrooms.client.unread import Unread

NEWEST = 20
QUOTED = 300
"""How many characters of a message its replies quote."""
AHEAD = 2**31 - 1
"""A rev that no room reaches; a client that seems to be ahead of the server is reset."""


class RoomState:
    """A room as of ``rev``.

    ``messages`` holds, by ``seq`` and in that order, all messages and events from ``complete_from`` on; use ``history``
    for older ones. Of a thread that you follow, these are the messages since the client began.
    """

    def __init__(self, name: str, complete_from: int = 0) -> None:
        self.name = name
        self.rev = 0
        self.room: Room | None = None
        self.messages: dict[int, Message] = {}
        self.members: dict[str, Member] = {}
        self.complete_from = complete_from
        self._newest = 0

    @property
    def posted(self) -> int:
        """Return the number of messages that were ever posted in the room."""
        return max(self.room["posted"] if self.room else 0, self._newest)

    def take(self, change: Change, keep: int) -> dict[str, list[Any]]:
        """Apply the new rows and return them by table; ``keep`` is how many messages to hold.

        Rows whose rev we already have are not new: a late response can repeat them.
        """
        known, self.rev = self.rev, change.rev
        news = {table: [row for row in rows if row["rev"] > known] for table, rows in change.tables.items()}
        if change.reset and change.rows("messages"):
            self.complete_from = change.rows("messages")[0]["seq"]
        takes = {"rooms": self._take_room, "members": self._take_member, "messages": self._take_message}
        for table in takes.keys() & news.keys():
            news[table] = [row for row in news[table] if takes[table](row)]
        self._forget(keep)
        return {table: rows for table, rows in news.items() if rows}

    def _take_room(self, row: Room) -> bool:
        fresh = _newer(row, self.room)
        if fresh:
            self.room = row
        return fresh

    def _take_member(self, row: Member) -> bool:
        fresh = _newer(row, self.members.get(row["username"]))
        if fresh and row["gone"]:
            self.members.pop(row["username"], None)
        elif fresh:
            self.members[row["username"]] = row
        return fresh

    def _take_message(self, row: Message) -> bool:
        seq = row["seq"]
        if not _newer(row, self.messages.get(seq)):
            return False
        self._newest = max(self._newest, row["number"] or 0)
        late = bool(self.messages) and seq not in self.messages and seq < next(reversed(self.messages))
        if seq >= self.complete_from:
            self.messages[seq] = row
            if late:
                self.messages = dict(sorted(self.messages.items()))
        self._requote(row)
        return True

    def _requote(self, row: Message) -> None:
        """Bring quotes up to date: a reply is not sent again when the message that it quotes changes."""
        quoted = row.get("quoted")
        if quoted and row["seq"] in self.messages and quoted["seq"] in self.messages:
            self._quote(row, self.messages[quoted["seq"]])
        if row["rev"] > row["seq"]:
            for reply in list(self.messages.values()):
                self._quote(reply, row)

    def _quote(self, reply: Message, message: Message) -> None:
        quoted, text = reply.get("quoted"), message["text"] and message["text"][:QUOTED]
        if quoted and quoted["seq"] == message["seq"] and quoted["text"] != text:
            self.messages[reply["seq"]] = {**reply, "quoted": {**quoted, "text": text}}

    def _forget(self, keep: int) -> None:
        while len(self.messages) > keep:
            del self.messages[next(iter(self.messages))]
            self.complete_from = next(iter(self.messages))


class State:
    """All rooms of ``username``, and their personal rows; ``changed`` is called with each applied `Change`."""

    def __init__(self, changed: Callable[[Change], None], keep: int) -> None:
        self.username = ""
        self.rooms: dict[str, RoomState] = {}
        self.memberships: dict[str, Membership] = {}
        self.closed: set[str] = set()
        self.reads: dict[str, Read] = {}
        self.inbox: dict[int, InboxItem] = {}
        self.follows: dict[str, Follow] = {}
        self.opened: dict[str, str] = {}
        self.profile: User | None = None
        self._unread = Unread()
        self._changed, self._keep = changed, keep

    def missing(self) -> list[str]:
        """Return the rooms that we belong to, and the threads that we follow, but have no state of."""
        return [room for room in (*self.memberships, *self.follows) if room not in self.rooms and self.holds(room)]

    def holds(self, room: str) -> bool:
        """Return whether we keep the state of a room: ours, one that we belong to, or a thread in one of those."""
        base = room.partition("/")[0]
        if room != base and room not in self.follows and room not in self.opened:
            return False
        belongs = base in self.memberships or (room != base and base in self.closed)
        return belongs or base == self.username

    def behind(self, change: Change) -> bool:
        """Take the head of a thread; return whether we have an older state of it, so that the rest has to be fetched.

        Of a thread of which we have none, what is said from now on is enough.
        """
        if not self.holds(change.room):
            return False
        if change.room not in self.rooms:
            self.rooms[change.room] = RoomState(change.room, change.rev + 1)
            self._enter(change)
        return self.rooms[change.room].rev < change.rev

    def open(self, thread: str, id: str) -> None:
        """Keep the state of the thread under a message, as long as we belong to its room."""
        self.opened[thread] = id

    def close(self, thread: str) -> None:
        """End `open`."""
        self.opened.pop(thread, None)
        if not self.holds(thread):
            self._drop(thread)

    def names(self, after: str) -> list[str]:
        """Return the rooms after a name in the order of `sync`, which is also that of code points."""
        return sorted(name for name in self.rooms if name > after and name != self.username)

    def rev(self, room: str) -> int:
        """Return the rev of ``room``; 0 if it is unknown."""
        return self.rooms[room].rev if room in self.rooms else 0

    def unread(self, room: str) -> int:
        """Return how many messages are unread in ``room``, 1000 for more than 999."""
        return self._unread.count(room, self.rooms[room].posted) if room in self.rooms else 0

    def take_read(self, read: Read) -> None:
        """Count from a read position in an answer of ``sync``."""
        if read["room"] in self.rooms:
            self._unread.take(read)

    def newest(self) -> dict[str, dict[str, Any]]:
        """Return the newest message of the rooms that were used last, as ``sync`` takes it."""
        trusted = (room for room in self.rooms.values() if room.messages and room.rev != AHEAD)
        last = [next(reversed(room.messages.values())) for room in trusted]
        used = sorted(last, key=lambda message: message["at"])[-NEWEST:]
        return {message["room"]: {"seq": message["seq"], "id": message["id"]} for message in used}

    def distrust(self) -> None:
        """Have the next ``sync`` reset all rooms: the server's history is another one."""
        for room in self.rooms.values():
            room.rev = AHEAD

    def apply(self, change: Change, since: int | None = None) -> bool:
        """Apply a live change; return False if changes are missing, so that ``sync`` has to fetch them.

        ``since`` is the rev that it builds on, if it covers several.

        Changes of a closed conversation are ignored: it returns with a change of our own room. So are those of a thread
        that we no longer follow.
        """
        if change.room in self.closed or ("/" in change.room and not self.holds(change.room)):
            return True
        mine = self.rev(change.room)
        since = change.rev - 1 if since is None else since
        if since <= mine < change.rev:
            self._enter(change)
        joined = [row["room"] for row in change.rows("memberships") if _listed(row)]
        followed = [row["room"] for row in change.rows("follows") if self.holds(row["room"])]
        return since <= mine and all(room in self.rooms for room in (*joined, *followed))

    def catch_up(self, change: Change, asked: int) -> None:
        """Apply a response of ``sync`` to a request with ``asked`` as the room's rev.

        In the meantime, the room may have moved on (then there is nothing to do), or we may have left or rejoined it.
        """
        belongs = self.holds(change.room)
        if change.reset and belongs:
            self._restart(change)
        elif belongs and asked <= self.rev(change.room) < change.rev:
            self._enter(change)

    def _restart(self, change: Change) -> None:
        self.rooms.pop(change.room, None)
        self._unread.restart(change.room, change.rev)
        if change.room == self.username:
            self.memberships, self.closed, self.reads, self.inbox, self.follows = {}, set(), {}, {}, {}
            self._unread.forget_personal()
        self._enter(change)

    def _enter(self, change: Change) -> None:
        room = self.rooms.setdefault(change.room, RoomState(change.room))
        self._unread.notice(change.room, change.rows("messages"), self.username)
        news = Change(change.room, change.rev, room.take(change, self._keep), change.reset)
        if change.room == self.username:
            self._take_personal(news)
        if news.tables or news.reset:
            self._changed(news)

    def _take_personal(self, news: Change) -> None:
        for membership in news.rows("memberships"):
            self._take_membership(membership)
        for read in news.rows("reads"):
            self.reads[read["room"]] = read
            self._unread.take(read)
        for block in news.rows("blocks"):
            held = {name: room.messages.values() for name, room in self.rooms.items()}
            self._unread.take_block(block, held, self.username)
        for item in news.rows("inbox"):
            self._take_item(item)
        for follow in news.rows("follows"):
            self._take_follow(follow)
        for user in news.rows("users"):
            self.profile = user
        if news.reset:
            self.rooms = {name: room for name, room in self.rooms.items() if self.holds(name)}

    def _take_item(self, item: InboxItem) -> None:
        if item["read"] or item["gone"]:
            self.inbox.pop(item["id"], None)
        else:
            self.inbox[item["id"]] = item

    def _take_follow(self, follow: Follow) -> None:
        if not follow["gone"]:
            self.follows[follow["room"]] = follow
            return
        self.follows.pop(follow["room"], None)
        if not self.holds(follow["room"]):
            self._drop(follow["room"])

    def _take_membership(self, row: Membership) -> None:
        room = row["room"]
        self.closed.discard(room)
        if _listed(row):
            self.memberships[room] = row
            return
        self.memberships.pop(room, None)
        self._drop(room)
        if not row["gone"]:
            self.closed.add(room)
            return
        for thread in [name for name in (*self.rooms, *self.opened) if name.startswith(f"{room}/")]:
            self.opened.pop(thread, None)
            self._drop(thread)

    def _drop(self, room: str) -> None:
        self.rooms.pop(room, None)
        self._unread.forget(room)


def _listed(row: Any) -> bool:
    return not row["gone"] and not row.get("closed", False)


def _newer(row: Any, held: Any) -> bool:
    return held is None or row["rev"] > held["rev"]
