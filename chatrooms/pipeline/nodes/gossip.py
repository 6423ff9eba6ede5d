"""What nodes say of themselves: that they are alive, and who is online there."""

from __future__ import annotations

import asyncio

from chatrooms.pipeline.bus import Bus
from chatrooms.pipeline.bus.messages import Ask, Beat, Bye, Message, Moved, Present
from chatrooms.pipeline.nodes.online import OnlinePeople

SECONDS_TO_BEAT = 1.0
SECONDS_TO_ASK = 2.0
"""How long to wait for who is online at a node before asking it again."""
SECONDS_TO_LOSE = 15.0
"""A node that is silent for longer counts as gone, and its people as offline."""
DEAF = 4.0
"""A bus that is silent for longer, even of what this node says, is dead; then nobody counts as gone."""


class Gossip:
    """Keeps ``people`` up to date with the other nodes; those of one that ends have ``grace`` seconds to move."""

    def __init__(self, bus: Bus, people: OnlinePeople, grace: float) -> None:
        self._bus, self._people, self._grace = bus, people, grace
        self._heard: dict[str, float] = {}
        """The other nodes, and when they last said something."""
        self._asked: dict[str, float] = {}
        self._ended: set[str] = set()

    def nodes(self) -> int:
        """Return how many nodes there are, as far as this one hears."""
        return 1 + len(self._heard)

    async def beat(self) -> None:
        """Say every second that this node is alive, and notice those that are not."""
        self._heard, self._asked = {}, {}
        while True:
            here = self._people.here
            self._bus.publish([Beat(len(here.usernames), here.digest)])
            await asyncio.sleep(SECONDS_TO_BEAT)
            self._lose_silent()

    def hear(self, node: str, message: Message) -> None:
        """Take what another node says of itself; its people move to others when it ends, whatever it says then."""
        if node in self._ended:
            return
        self._heard[node] = _now()
        match message:
            case Moved():
                self._people.take(node, message.came, message.went)
            case Beat() if not self._people.is_known(node, message.count, message.digest):
                self._ask(node)
            case Ask() if message.node == self._bus.node:
                self._bus.publish([Present(sorted(self._people.here.usernames))])
            case Present():
                self._people.replace(node, message.usernames)
            case Bye():
                self._ended.add(node)
                asyncio.get_running_loop().call_later(self._grace, self._lose, node)

    def _ask(self, node: str) -> None:
        if _now() - self._asked.get(node, -SECONDS_TO_ASK) >= SECONDS_TO_ASK:
            self._asked[node] = _now()
            self._bus.publish([Ask(node)])

    def _lose_silent(self) -> None:
        if self._bus.silent() < DEAF:
            for node in [node for node, at in self._heard.items() if _now() - at > SECONDS_TO_LOSE]:
                self._lose(node)

    def _lose(self, node: str) -> None:
        self._heard.pop(node, None)
        self._asked.pop(node, None)
        self._people.lose(node)


def _now() -> float:
    return asyncio.get_running_loop().time()
