"""Who is online: by the sockets of this node, and by what other nodes say of theirs.

Nothing is stored. Each node says who came and went, and from time to time how many are online there, with a digest; one
that knows others asks for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b

Changed = Callable[[str, bool], None]


class OnlineAtNode:
    """The people who are online at one node."""

    def __init__(self, usernames: Iterable[str] = ()) -> None:
        self.usernames: set[str] = set()
        self.digest = 0
        for username in usernames:
            self.add(username)

    def add(self, username: str) -> bool:
        """Add a person; return False if they are here already."""
        if username in self.usernames:
            return False
        self.usernames.add(username)
        self.digest ^= _digest(username)
        return True

    def remove(self, username: str) -> bool:
        """Remove a person; return False if they are not here."""
        if username not in self.usernames:
            return False
        self.usernames.remove(username)
        self.digest ^= _digest(username)
        return True

    def is_like(self, count: int, digest: int) -> bool:
        """Return whether so many people with that digest are the same ones."""
        return (len(self.usernames), self.digest) == (count, digest)


class OnlinePeople:
    """The people who are online at any node; ``online`` is safe in any thread."""

    def __init__(self) -> None:
        self.here = OnlineAtNode()
        self.online: set[str] = set()
        self._there: dict[str, OnlineAtNode] = {}
        self._changed: list[Changed] = []

    def watch(self, changed: Changed) -> None:
        """Have ``changed`` called with each person who comes online (true) or goes offline (false)."""
        self._changed.append(changed)

    def arrive(self, username: str) -> bool:
        """Count a person as online at this node; return False if they are already."""
        added = self.here.add(username)
        self._refresh([username])
        return added

    def leave(self, username: str) -> bool:
        """Count a person as offline at this node; return False if they are already."""
        removed = self.here.remove(username)
        self._refresh([username])
        return removed

    def close(self) -> None:
        """Forget everybody, and say nothing, because this node ends."""
        self.here, self._there = OnlineAtNode(), {}
        self.online.clear()

    def take(self, node: str, came: Iterable[str], went: Iterable[str]) -> None:
        """Take what another node says."""
        theirs = self._there.setdefault(node, OnlineAtNode())
        moved = [each for each in came if theirs.add(each)] + [each for each in went if theirs.remove(each)]
        self._refresh(moved)

    def replace(self, node: str, usernames: Iterable[str]) -> None:
        """Take all who are online at another node; nothing changes for those who were before."""
        before, self._there[node] = self._there.get(node, OnlineAtNode()), OnlineAtNode(usernames)
        self._refresh(before.usernames ^ self._there[node].usernames)

    def lose(self, node: str) -> None:
        """Count the people of a node that has ended as offline, unless they are online elsewhere."""
        self._refresh(self._there.pop(node, OnlineAtNode()).usernames)

    def is_known(self, node: str, count: int, digest: int) -> bool:
        """Return whether these are the people of another node that are known here."""
        return self._there.get(node, OnlineAtNode()).is_like(count, digest)

    def _refresh(self, usernames: Iterable[str]) -> None:
        nodes = [self.here, *self._there.values()]
        for username in list(usernames):
            is_online = any(username in node.usernames for node in nodes)
            if is_online != (username in self.online):
                (self.online.add if is_online else self.online.discard)(username)
                for changed in self._changed:
                    changed(username, is_online)


def _digest(username: str) -> int:
    """Return 63 bits, which every JSON library reads."""
    return int.from_bytes(blake2b(username.encode(), digest_size=8).digest()) >> 1
