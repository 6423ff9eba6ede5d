"""Constant posting while the server is killed again and again and acknowledgements are lost."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson

from chatrooms.client import Client
from tests.processes import environment
from tests.soak import judge
from tests.soak.database import Stored, differences
from tests.soak.judge import Doors
from tests.soak.observers import Observer, observing
from tests.soak.outcome import Outcome
from tests.soak.senders import PATIENCE
from tests.soak.servers import ROOT, Server

ROOMS = 16
GUEST_ROOMS = 2
SENDERS = 24
PROCESSES = 2
LOST = 0.2
WATCHED = 3
CHURN = 0.4
UP = (2.0, 5.0)


class Senders:
    """A process of senders."""

    async def start(self, port: int, seed: int, people: list[tuple[str, str]], **more: float) -> None:
        """Start; returns when all have joined."""
        given = orjson.dumps({"port": port, "seed": seed, "lost": LOST, "senders": people, **more})
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.soak.senders", given.decode()),
            cwd=ROOT,
            env=environment(Path("/tmp")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)
        assert line == b"ready\n", line

    def step(self) -> None:
        """Start or stop sending."""
        self._process.stdin.write(b"\n")

    async def report(self) -> dict[str, Any]:
        """Return what was acknowledged."""
        return orjson.loads(await asyncio.wait_for(self._process.stdout.read(), PATIENCE + 60))

    async def close(self) -> None:
        """End the process."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Delivery:
    """One run."""

    def __init__(self, scratch: Path, seconds: float, seed: int) -> None:
        self.seconds, self.seed, self.chance = seconds, seed, random.Random(seed)
        self.server = Server(scratch / "delivery")
        self.rooms = [f"#room-{number}" for number in range(ROOMS)]
        self.doors = Doors()
        self.kills = 0
        self.base: dict[str, int] = {}
        self.outcome = Outcome("Delivery under SIGKILL")

    async def run(self) -> Outcome:
        """All of it."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.server)
            owner, guest, *watchers = [
                await stack.enter_async_context(observing(Observer(self.server.url, name, self.doors)))
                for name in ("owner", "guest", "watcher", "listener")
            ]
            await self._create_defaults(owner, watchers)
            senders = [await self._senders(stack, number) for number in range(PROCESSES)]
            stored = Stored(self.server.data)
            stack.callback(stored.close)
            self.base = {room: rev for room, rev in stored.counters().items() if room in self.rooms[:-GUEST_ROOMS]}
            for watcher in watchers:
                watcher.lose(self.chance, LOST)
            began = time.monotonic()
            reports = await self._storm(senders, owner, watchers)
            storming = time.monotonic() - began
            for watcher in watchers:
                watcher.lose(self.chance, 0)
            await self._judge(stored, reports, [owner, guest, *watchers])
            self._figures(stored, reports, [owner, guest, *watchers], storming)
        return self.outcome

    async def _create_defaults(self, owner: Observer, watchers: list[Observer]) -> None:
        for room in self.rooms:
            await owner.run("room.create", name=room)
        for number, watcher in enumerate(watchers):
            for room in self.rooms[number : number + WATCHED]:
                await watcher.run("room.join", room=room)
        for room in self.rooms[:-GUEST_ROOMS]:
            await owner.run("room.leave", room=room)

    async def _senders(self, stack: AsyncExitStack, process: int) -> Senders:
        people = [(f"s{process}x{number}", self.rooms[number % ROOMS]) for number in range(SENDERS)]
        senders = Senders()
        await senders.start(self.server.port, self.seed + process, people)
        stack.push_async_callback(senders.close)
        return senders

    async def _storm(self, senders: list[Senders], owner: Observer, watchers: list[Observer]) -> list[dict[str, Any]]:
        for process in senders:
            process.step()
        tasks = [asyncio.create_task(self._churn(owner)), *(asyncio.create_task(self._say(w)) for w in watchers)]
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            await asyncio.sleep(self.chance.uniform(*UP))
            await self.server.end(signal.SIGKILL)
            self.kills += 1
            await self.server.start()
        for task in tasks:
            task.cancel()
        for process in senders:
            process.step()
        return await asyncio.gather(*(process.report() for process in senders))  # what waits unread can be lost

    async def _churn(self, owner: Observer) -> None:
        """Invite and remove the guest, repeatedly."""
        while True:
            room = self.chance.choice(self.rooms[-GUEST_ROOMS:])
            command = self.chance.choice(["room.invite", "room.remove"])
            await owner.run(command, room=room, username="guest")
            await asyncio.sleep(self.chance.uniform(0, CHURN))

    async def _say(self, watcher: Observer) -> None:
        """Post now and then, in a room that is not counted, and in the thread under the first message there."""
        first = await watcher.client.post("#lobby", f"{watcher.name} begins")
        watcher.acks.append(first)
        number = 0
        while True:
            room = self.chance.choice(["#lobby", f"#lobby/{first['seq']}"])
            watcher.acks.append(await watcher.client.post(room, f"{watcher.name} {number}"))
            number += 1
            await asyncio.sleep(self.chance.uniform(0, 1))

    async def _judge(self, stored: Stored, reports: list[dict[str, Any]], observers: list[Observer]) -> None:
        wrong = self.outcome.violations
        for report in reports:
            wrong += report["wrong"]
            wrong += judge.counted(stored.messages(), report["acknowledged"])
        since = (row for row in stored.messages() if row["seq"] > self.base.get(row["room"], 0))  # not who joined
        wrong += judge.timeline(since, self.base)
        wrong += [f"log: {line}" for line in self.server.tracebacks()]
        while stored.waits():
            await asyncio.sleep(0.05)
        lobby = {row["id"]: row for row in stored.messages() if row["room"].partition("/")[0] == "#lobby"}
        for observer in observers:
            await self._judge_one(observer, stored, lobby)

    async def _judge_one(self, observer: Observer, stored: Stored, lobby: dict[str, Any]) -> None:
        wrong, client = self.outcome.violations, observer.client
        await asyncio.wait_for(observer.catch_up(), PATIENCE)
        wrong += judge.acknowledged(lobby, observer.acks)
        wrong += [*observer.wrong, *observer.outside(), *differences(client, stored)]
        async with Client(self.server.url, username=client.username, token=client.token) as fresh:
            wrong += [f"fresh: {line}" for line in differences(fresh, stored)]

    def _figures(
        self, stored: Stored, reports: list[dict[str, Any]], observers: list[Observer], seconds: float
    ) -> None:
        total = sum(seq is not None for report in reports for told in report["acknowledged"].values() for seq in told)
        counts = {what: sum(r["counts"].get(what, 0) for r in reports) for r in reports for what in r["counts"]}
        self.outcome.figures |= {
            "seed": str(self.seed),
            "seconds": f"{seconds:.0f}",
            "SIGKILLs of the server": str(self.kills),
            "acknowledged messages": f"{total:,} ({total / seconds:,.0f} a second), 1 of 5 acknowledgements lost",
            "messages stored": f"{sum(1 for _ in stored.messages()):,}",
            "senders": f"{PROCESSES * SENDERS} on raw sockets in {PROCESSES} processes, {ROOMS} rooms",
            **{f"senders: {what}": f"{count:,}" for what, count in counts.items()},
            "observers": f"{len(observers)} chatrooms.client.Client, connected "
            f"{sum(len(o.faults.sockets) for o in observers):,} times, read {sum(o.messages for o in observers):,} "
            "messages, held = database = fresh client",
            "times the guest was put out, at the least": str(sum(map(len, self.doors.exits.values()))),
        }


async def delivery(scratch: Path, seconds: float, seed: int) -> Outcome:
    """Run it."""
    return await Delivery(scratch, seconds, seed).run()
