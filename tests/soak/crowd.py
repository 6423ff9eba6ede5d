"""Thousands of sockets when a server ends and restarts."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path

from chatrooms.client.backoff import Backoff
from tests.soak import judge, wire
from tests.soak.database import Stored
from tests.soak.outcome import Outcome, percentile
from tests.soak.raw import Raw
from tests.soak.senders import Sender
from tests.soak.servers import Server

SOCKETS = 5000
POLLS = 500
PEOPLE = 200
ROOM = "#tellers"
SENDERS = 16
AT_ONCE = 64
TALK_SECONDS = 3.0
GONE_WITHIN = 10.0
BACK_WITHIN = 30.0
LATE_P99 = 100


async def shutdown(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """Send SIGTERM with sockets, waiting polls, and people who post."""
    outcome = Outcome("SIGTERM with a crowd")
    async with Server(scratch / "shutdown") as server:
        wires = await _wires(server.port, int(SOCKETS * scale))
        polls = await _gathered([_poll(server.port, number) for number in range(int(POLLS * scale))])
        wires[0].say(wire.command(1, "room.create", name=ROOM))
        senders = _senders(server.port, seed)
        talking = asyncio.create_task(_talk(senders))
        await asyncio.gather(*(sender.joined.wait() for sender in senders))
        await asyncio.sleep(TALK_SECONDS)
        began = time.monotonic()
        status = await server.end(signal.SIGTERM, patience=60)
        gone = time.monotonic() - began
        answered = sum(await asyncio.gather(*map(_answered, polls)))
        await asyncio.sleep(0.5)
        talking.cancel()
        open_still = sum(not wire.ended.is_set() for wire in wires)
        stored = Stored(server.data)
        said = {sender.name: sender.acknowledged for sender in senders}
        lost = list(judge.counted(stored.messages(), said))
        stored.close()
        log = server.tracebacks()
    told = sum(seq is not None for row in said.values() for seq in row)
    outcome.figures = {
        "sockets": f"{len(wires):,} WebSockets, {len(polls):,} polls that hang, {SENDERS} senders",
        "process gone after": f"{gone:.1f} s, exit status {status}",
        "polls that were answered": f"{answered:,}",
        "WebSockets still open": str(open_still),
        "acknowledged messages": f"{told:,}, of which lost: {len(lost)}",
    }
    outcome.violations = lost + [f"log: {line}" for line in log]
    outcome.violations += [
        f"refused: {line}" for sender in senders for line in sender.wrong if "unavailable" not in line
    ]
    if gone > GONE_WITHIN or status != 0 or open_still:
        outcome.violations.append(f"gone after {gone:.1f} s with status {status}, {open_still} WebSockets open")
    return outcome


async def reconnect(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """Kill a server with a crowd of sockets, and measure how long it takes until all have reconnected."""
    outcome, count = Outcome("A crowd comes back"), int(SOCKETS * scale)
    async with Server(scratch / "reconnect", module="tests.soak.host") as server:
        wires = await _wires(server.port, count)
        await server.end(signal.SIGKILL)
        returning = [asyncio.create_task(_return(server.port, number, wire)) for number, wire in enumerate(wires)]
        await server.start()
        began = time.monotonic()
        await server.ask()
        late: list[dict[str, float]] = []
        done = asyncio.gather(*returning)
        while not done.done():
            await asyncio.wait({done}, timeout=1)
            late.append(await server.ask())
        backs = [at - began for at, _ in done.result()]
        for _, back in done.result():
            back.cut()
        log = server.tracebacks()
    outcome.figures = {
        "sockets": f"{count:,}",
        "back after the server said that it is there": f"half {percentile(backs, 0.5):.1f} s, "
        f"99 % {percentile(backs, 0.99):.1f} s, all {max(backs):.1f} s",
        "lateness of the event loop meanwhile": f"99th percentile {max(beat['p99'] for beat in late):.0f} ms "
        f"in the worst second, worst {max(beat['late'] for beat in late):.0f} ms; "
        f"longest work at a stretch {max(beat['worked'] for beat in late):.0f} ms",
    }
    outcome.violations = [f"log: {line}" for line in log]
    if max(backs) > BACK_WITHIN:
        outcome.violations.append(f"the last was back after {max(backs):.1f} s")
    return outcome


async def _wires(port: int, count: int) -> list[wire.Wire]:
    return await _gathered([wire.connect(port, f"crowd{number % PEOPLE}") for number in range(count)])


async def _gathered(work: list) -> list:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(part):
        async with gate:
            return await part

    return await asyncio.gather(*map(one, work))


async def _poll(port: int, number: int) -> Raw:
    """Start a poll that waits."""
    raw = await Raw.open(port)
    sid = await raw.polling(f"crowd{number % PEOPLE}")
    raw.ask("GET", sid)
    return raw


async def _answered(raw: Raw) -> bool:
    try:
        return bool(await raw.answer())
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False
    finally:
        raw.writer.close()


def _senders(port: int, seed: int) -> list[Sender]:
    chance = random.Random(seed)
    return [Sender(port, f"teller{number}", ROOM, chance, 0.0) for number in range(SENDERS)]


async def _talk(senders: list[Sender]) -> None:
    """Post in a separate room, because the crowd only adds connections."""
    keeping = [asyncio.create_task(sender.keep()) for sender in senders]
    try:
        while True:
            await asyncio.sleep(0.1)
            for sender in senders:
                sender.going = sender.joined.is_set()
                sender.tick()
    finally:
        for task in keeping:
            task.cancel()


async def _return(port: int, number: int, left: wire.Wire) -> tuple[float, wire.Wire]:
    """Return when a socket has reconnected, with the pauses of our clients."""
    await left.ended.wait()
    backoff = Backoff()
    while True:
        await asyncio.sleep(backoff.next())
        try:
            back = await wire.connect(port, f"crowd{number % PEOPLE}")
        except OSError:
            continue
        return time.monotonic(), back
