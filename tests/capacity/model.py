"""What a load costs each node and the database, as a sum of costs that were measured one by one."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Costs:
    """Seconds of a processor, and KiB of memory."""

    idle: float
    """Of a node in each second, whatever happens."""
    commit: float
    """Of the node at which something is posted."""
    delivery: float
    """Of the node, for each socket that receives it."""
    hear: float
    """Of every other node, which hears of it."""
    take: float
    """Of every other node that has sockets in the room, besides."""
    sync: float
    """Of a page that a client fetches when it connects."""
    database: float
    """Of PostgreSQL, for each commit."""
    base: float
    """KiB of a node without sockets."""
    socket: float
    """KiB of a socket."""


@dataclass
class Work:
    """What a node did, or has to do."""

    commits: float = 0
    deliveries: float = 0
    heard: float = 0
    taken: float = 0
    syncs: float = 0

    def seconds(self, costs: Costs, lasting: float) -> float:
        """Return how many seconds of a processor this takes, of the given ones."""
        return (
            costs.idle * lasting
            + costs.commit * self.commits
            + costs.delivery * self.deliveries
            + costs.hear * self.heard
            + costs.take * self.taken
            + costs.sync * self.syncs
        )


@dataclass(frozen=True)
class Crowd:
    """People, and what they do in the busiest hour."""

    people: int
    online: float = 0.2
    sockets: float = 1.3
    posts: float = 6
    """Of each person who is online, in an hour."""
    syncs: float = 4
    """New connections of each, in an hour."""
    room: float = 15
    """The median of the members of the room that is posted in."""
    spread: float = 1.2
    """The deviation of the logarithm of that: some rooms are very large."""

    @property
    def connected(self) -> float:
        """How many sockets there are."""
        return self.people * self.online * self.sockets

    def receivers(self, chance: random.Random) -> int:
        """Return how many sockets receive a message: those of the members who are online, its author's among them."""
        size = min(self.people, chance.lognormvariate(math.log(self.room), self.spread))
        expected = size * self.online * self.sockets
        return max(1, round(chance.gauss(expected, math.sqrt(expected))))


@dataclass(frozen=True)
class Machines:
    """What one node and the database may use, with room for peaks."""

    processor: float = 0.6
    """Of one, by a node: it has one that works for it."""
    memory: float = 4 * 1024**2
    """KiB of a node."""
    database: float = 8
    """Processors of the database."""


@dataclass(frozen=True)
class Outcome:
    """How busy everything is in the busiest second."""

    nodes: int
    node: float
    database: float
    memory: float
    bound: str = ""


@dataclass
class Simulation:
    """A crowd on some nodes, second by second; each socket is at a node that chance has chosen."""

    costs: Costs
    crowd: Crowd
    seed: int = 1
    seconds: int = 10
    _drawn: list[list[int]] = field(default_factory=list)

    def messages(self) -> list[list[int]]:
        """Return the number of receivers of each message, for each second."""
        if not self._drawn:
            chance, crowd = random.Random(self.seed), self.crowd
            mean = crowd.people * crowd.online * crowd.posts / 3600
            for _ in range(self.seconds):
                count = max(0, round(chance.gauss(mean, math.sqrt(mean))))
                self._drawn.append([crowd.receivers(chance) for _ in range(count)])
        return self._drawn

    def on(self, nodes: int) -> Outcome:
        """Return how busy the busiest node is in the busiest second, on so many nodes."""
        chance, costs, crowd = random.Random(self.seed), self.costs, self.crowd
        syncs = crowd.people * crowd.online * crowd.syncs / 3600 / nodes
        busiest = most = 0.0
        for second in self.messages():
            work = [Work(heard=len(second), syncs=syncs) for _ in range(nodes)]
            for receivers in second:
                author = chance.randrange(nodes)
                work[author].commits += 1
                work[author].heard -= 1
                share, rest = divmod(receivers, nodes)
                for node in range(nodes) if share else ():
                    work[node].deliveries += share
                touched = set(range(nodes)) if share else set()
                for node in chance.sample(range(nodes), rest):
                    work[node].deliveries += 1
                    touched.add(node)
                for node in touched - {author}:
                    work[node].taken += 1
            busiest = max(busiest, *(each.seconds(costs, 1) for each in work))
            most = max(most, costs.database * len(second))
        return Outcome(nodes, busiest, most, costs.base + costs.socket * crowd.connected / nodes)

    def needed(self, machines: Machines, most: int = 256) -> Outcome:
        """Return the least number of nodes that carry the crowd, and what asks for so many, or what no number mends."""
        before: Outcome | None = None
        for nodes in _steps(most):
            outcome = self.on(nodes)
            if outcome.database > machines.database:
                return _because(outcome, "the database")
            if outcome.node <= machines.processor and outcome.memory <= machines.memory:
                return _because(outcome, _why(before, machines))
            before = outcome
        hearing = self.costs.hear * max(map(len, self.messages()))
        return _because(
            outcome, "each node hears of every message" if hearing > machines.processor else "too many people"
        )


def _steps(most: int) -> list[int]:
    """Return numbers of nodes to try: each of the small ones, then in steps of about a tenth."""
    steps = [1]
    while steps[-1] < most:
        steps.append(steps[-1] + max(1, steps[-1] // 10))
    return steps


def _why(before: Outcome | None, machines: Machines) -> str:
    if before is None:
        return ""
    return "processors" if before.node > machines.processor else "memory"


def _because(outcome: Outcome, bound: str) -> Outcome:
    return Outcome(outcome.nodes, outcome.node, outcome.database, outcome.memory, bound)
