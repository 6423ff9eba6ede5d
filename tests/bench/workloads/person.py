"""Pairs of people who post to each other."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import stored, texts
from tests.bench.checks import Correspondent, Ledger
from tests.bench.cores import Meter, Usage
from tests.bench.figures import OURS, Figure
from tests.bench.load import Connection, Load
from tests.bench.peers import Bench, Running
from tests.bench.senders import DRAIN_SECONDS, Sender, talk
from tests.bench.workloads import Scale


class Pair:
    """Two people. Each receives what the other posts; with ours, all tabs of the sender receive it too."""

    def __init__(self, one: Connection, other: Connection) -> None:
        self.people = (one, other)
        self.senders = [Sender(one, other.username), Sender(other, one.username)]
        self.ears = [self._ear(one, other), self._ear(other, one)]

    def _ear(self, me: Connection, other: Connection) -> Correspondence:
        rooms = {me.wire.conversation(other.username, me.username), me.wire.conversation(me.username, other.username)}
        return Correspondence(me, other, rooms)

    def complete(self) -> bool:
        """Return whether each has received everything that the other posted."""
        one, other = self.senders
        return self.ears[0].heard(other) and self.ears[1].heard(one)


class Correspondence:
    """The messages that one person receives from the other."""

    def __init__(self, me: Connection, other: Connection, rooms: set[str]) -> None:
        self.ledgers = {room: PairLedger(room, {me.username, other.username}) for room in rooms}
        me.feed = Correspondent(self.ledgers, me.wire.read, me.private).feed

    def heard(self, sender: Sender) -> bool:
        """Whether everything of that sender came."""
        name = sender.connection.username
        return sum(ledger.counts[name] for ledger in self.ledgers.values()) >= sender.count


class PairLedger(Ledger):
    """What was delivered in a conversation of two, each of whom may be meant."""

    def __init__(self, room: str, people: set[str]) -> None:
        super().__init__(room, "")
        self.people = people

    def meant(self, sender: str, to: str) -> bool:
        """Whether a message of these two belongs here."""
        return {sender, to} == self.people


def person_to_person(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """Messages per second, with all pairs posting at once."""
    with bench.server(peer) as server:
        rate, usage = _rate(bench, scale, server)
    yield Figure("person", f"{2 * scale.pairs} sockets, all talk", peer, rate, "messages/s", usage)


def with_many_stored(bench: Bench, scale: Scale, peer: str) -> Iterator[Figure]:
    """The same, when these pairs have posted many messages before."""
    with bench.data() as directory:
        if peer == OURS:
            names = [(texts.name(2 * at), texts.name(2 * at + 1)) for at in range(scale.pairs)]
            stored.converse(directory, names)
            stored.fill(directory, stored.CONVERSATIONS, scale.stored // scale.pairs, texts.name(0))
        with bench.server(peer, data=directory, BENCH_STORED=str(scale.stored)) as server:
            rate, usage = _rate(bench, scale, server)
    case = f"{2 * scale.pairs} sockets, all talk, {scale.stored:,} messages stored"
    yield Figure("stored", case, peer, rate, "messages/s", usage)


def _rate(bench: Bench, scale: Scale, server: Running) -> tuple[float, Usage]:
    with Load(server.address, server.wire) as load:
        people = load.connect_many(2 * scale.pairs)
        load.rest()
        pairs = [Pair(*people[at : at + 2]) for at in range(0, len(people), 2)]
        meter = Meter(server.pid, bench.cores)
        _talk(load, pairs, scale.warm_up)
        meter.start()
        messages = _talk(load, pairs, scale.seconds)
        seconds, usage = meter.stop()
        load.rest(0.15)
        _settle(pairs)
    return messages / seconds, usage


def _talk(load: Load, pairs: list[Pair], seconds: float) -> int:
    """Let everyone post until everything has arrived; return how many more messages were posted."""
    senders = [sender for pair in pairs for sender in pair.senders]
    before = sum(sender.count for sender in senders)
    talk(load, senders, seconds)
    for pair in pairs:
        load.run(pair.complete, DRAIN_SECONDS)
    return sum(sender.count for sender in senders) - before


def _settle(pairs: list[Pair]) -> None:
    """Raise `Wrong` if anyone received too little or too much."""
    for pair in pairs:
        said = {sender.connection.username: sender.count for sender in pair.senders}
        for ear in pair.ears:
            for ledger in ear.ledgers.values():
                ledger.settle({name: said[name] for name in ledger.counts})
