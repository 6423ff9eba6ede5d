"""Several nodes under load and faults: ``python -m tests.soak --nodes 3 --bus redis``.

People at all nodes post in the same rooms, one message each at a time; a message that is not acknowledged is sent
again. An observer at each node checks all that comes. At the end each acknowledged message is stored once, in order,
and every observer holds what a new client gets.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from chatrooms.client import Client
from tests.services.postgres import fresh_database, running_postgres
from tests.services.redis import redis
from tests.soak import judge
from tests.soak.delivery import Senders
from tests.soak.faults import Faults
from tests.soak.judge import Doors
from tests.soak.observers import Observer, observing
from tests.soak.outcome import Outcome
from tests.soak.senders import PATIENCE
from tests.soak.servers import Server

ROOMS = 4
SENDERS = 24
"""People at each node."""
LOST = 0.02
"""The share of acknowledgements that are lost on the way, each of which costs its sender 1.5 s."""
UP = (0.5, 2.0)
"""Seconds between faults."""
OVERHEAD = 40.0
"""Seconds for all but the faults; of a run of several minutes."""
STORED = "SELECT id, room, seq, number, author, text, rev FROM messages ORDER BY room, seq"
KINDS = {"lost": ("missing", "skipped"), "twice": ("doubled",), "out of order": ("goes back", "gap", "moved")}
"""How the lines of `judge` begin."""


class Nodes:
    """One run."""

    def __init__(self, scratch: Path, seed: int, flags: tuple[str, ...], count: int) -> None:
        self.seed = seed
        self.nodes = [Server(scratch / f"node-{number}", *flags) for number in range(count)]
        self.rooms = [f"#room-{number}" for number in range(ROOMS)]

    async def run(self, seconds: float, faults: Faults, database: str, outcome: Outcome) -> None:
        """All of it."""
        async with AsyncExitStack() as stack:
            for node in self.nodes:
                await stack.enter_async_context(node)
            observers = [
                await stack.enter_async_context(observing(Observer(node.url, f"observer{number}", Doors())))
                for number, node in enumerate(self.nodes)
            ]
            for room in self.rooms:
                await observers[0].run("room.create", name=room)
                for observer in observers[1:]:
                    await observer.run("room.join", room=room)
            senders = [await self._senders(stack, number) for number in range(len(self.nodes))]
            began = time.monotonic()
            for process in senders:
                process.step()
            while time.monotonic() - began < seconds:
                await asyncio.sleep(faults.chance.uniform(*UP))
                await faults.next()
            storming = time.monotonic() - began
            for process in senders:
                process.step()
            reports = await asyncio.gather(*(process.report() for process in senders))
            begun = time.monotonic()
            outcome.violations += [line for report in reports for line in report["wrong"]]
            outcome.violations += await asyncio.to_thread(_judge_stored, database, reports)
            for observer in observers:
                outcome.violations += await self._judge_observer(observer)
            for node in self.nodes:
                outcome.violations += [f"log: {line[:1000]}" for line in _tracebacks(node)]
            outcome.figures |= _figures(reports, observers, storming) | {
                "checked in": f"{time.monotonic() - begun:.1f} s"
            }

    async def _senders(self, stack: AsyncExitStack, number: int) -> Senders:
        people = [(f"n{number}x{each}", self.rooms[each % ROOMS]) for each in range(SENDERS)]
        senders = Senders()
        await senders.start(self.nodes[number].port, self.seed + number, people, window=1, lost=LOST)
        stack.push_async_callback(senders.close)
        return senders

    async def _judge_observer(self, observer: Observer) -> list[str]:
        await asyncio.wait_for(observer.catch_up(), PATIENCE)
        client = observer.client
        wrong = list(observer.wrong)
        async with Client(self.nodes[0].url, username=client.username, token=client.token) as fresh:
            for room in self.rooms:
                held, new = (list(each.rooms[room].messages.values()) for each in (client, fresh))
                least = min(len(held), len(new))
                if least == 0 or held[-least:] != new[-least:]:
                    wrong.append(f"missing: {observer.name} holds other messages of {room} than a new client")
        return wrong


def _judge_stored(database: str, reports: list[dict[str, Any]]) -> list[str]:
    url = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, row_factory=dict_row) as db:
        rows = db.execute(STORED).fetchall()
    said = {name: seqs for report in reports for name, seqs in report["acknowledged"].items()}
    return [*judge.counted(rows, said), *judge.timeline(rows)]


def _tracebacks(node: Server) -> list[str]:
    return [line for line in node.log.read_text(errors="replace").splitlines() if "Traceback" in line]


def _figures(reports: list[dict[str, Any]], observers: list[Observer], seconds: float) -> dict[str, str]:
    total = sum(seq is not None for report in reports for seqs in report["acknowledged"].values() for seq in seqs)
    counts = sum((Counter(report["counts"]) for report in reports), Counter())
    return {
        "seconds of faults": f"{seconds:.0f}",
        "acknowledged messages": f"{total:,} ({total / seconds:,.0f} a second), 1 of 50 acknowledgements lost",
        "senders": f"{SENDERS} at each node, in {ROOMS} rooms",
        **{f"senders: {what}": f"{count:,}" for what, count in sorted(counts.items())},
        "observers": f"{len(observers)}, which received {sum(each.messages for each in observers):,} messages",
    }


async def nodes(scratch: Path, seconds: float, seed: int, _scale: float = 1.0, *, count: int, bus: str) -> Outcome:
    """Run so many nodes for about so many seconds, with the bus in PostgreSQL or in Redis."""
    outcome, chance = Outcome(f"{count} nodes, bus in {bus}"), random.Random(seed)
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        database = stack.enter_context(fresh_database(postgres.url))
        carrier = stack.enter_context(redis()) if bus == "redis" else None
        flags = ("--database", database, *(("--bus", carrier.url) if carrier else ()))
        run = Nodes(scratch, seed, flags, count)
        faults = Faults(run.nodes, postgres, carrier, chance)
        await run.run(max(seconds - OVERHEAD, seconds / 2), faults, database, outcome)
    outcome.figures |= {f"times that {name}": str(times) for name, times in sorted(faults.times.items())}
    for kind, beginnings in KINDS.items():
        outcome.figures[kind] = str(sum(line.startswith(beginnings) for line in outcome.violations))
    return outcome
