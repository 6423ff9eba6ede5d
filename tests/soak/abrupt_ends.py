"""Clients that end abruptly, in every way and at the worst moment, and the sockets that remain."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.soak.outcome import Outcome
from tests.soak.raw import Raw
from tests.soak.servers import Server
from tests.soak.wire import join

ENDS = 10_000
AT_ONCE = 60
PEOPLE = 100
SLOW = 0.03
WAIT = 5.0
GARBAGE = (b"9", b"x", b"", b"bad", b"b!", b"\xff\xfe", b"77")


async def malformed(port: int, name: str, chance: random.Random) -> None:
    """Send an invalid packet, so that the server closes the connection."""
    raw = await Raw.open(port)
    await raw.joined(name)
    raw.say(chance.choice(GARBAGE))
    await raw.closed()
    raw.writer.close()


async def reset(port: int, name: str, chance: random.Random) -> None:
    """RST, with and without something under way."""
    raw = await Raw.open(port)
    await raw.joined(name)
    if chance.random() < 0.5:
        raw.say(b'421["user.me",{}]', b'422["sync",{}]')
    raw.reset()


async def slow_connect(port: int, name: str, chance: random.Random) -> None:
    """Close while the connect handler runs, by either transport."""
    raw = await Raw.open(port)
    if chance.random() < 0.5:
        await raw.upgrade()
        await raw.hear(b"0")
        raw.say(join(name))
        await asyncio.sleep(chance.uniform(0, 1.5 * SLOW))
        raw.reset()
        return
    sid = await raw.session()
    raw.ask("POST", sid, join(name) + b"\x1e1")
    await raw.answer()
    raw.writer.close()


async def upgrade(port: int, name: str, chance: random.Random) -> None:
    """Close while polling becomes a WebSocket: before the last step, then by polling too; or right after it."""
    raw, other = await Raw.open(port), await Raw.open(port)
    sid = await raw.polling(name)
    await other.upgrade(sid)
    other.say(b"2probe")
    await other.hear(b"3probe")
    if chance.random() < 0.5:
        other.say(b"5")
        await asyncio.sleep(chance.choice([0.0, 0.05]))
        other.reset()
        await asyncio.sleep(0.05)
    else:
        other.reset()
    raw.ask("POST", sid, b"1")  # for the session that was not upgraded; the other one is gone
    with suppress(ConnectionError):
        await raw.answer()
    raw.writer.close()


KINDS = (malformed, reset, slow_connect, upgrade)


async def abrupt_ends(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """End the connections, wait, and count the sockets that remain."""
    outcome, chance = Outcome("Abrupt ends"), random.Random(seed)
    async with Server(scratch / "abrupt", module="tests.soak.host", SOAK_SLOW=str(SLOW)) as server:
        await server.ask()
        done, failed = await _ends(server.port, int(ENDS * scale), chance)
        await asyncio.sleep(WAIT)
        left = await server.ask()
        wrong = server.tracebacks()
    outcome.figures = {
        "seed": str(seed),
        **{f"ended by {kind}": f"{count:,}" for kind, count in done.items()},
        "attempts that failed earlier": str(sum(failed.values())),
        f"left after {WAIT:.0f} s": ", ".join(f"{what} {left[what]}" for what in BOOKS),
        "the event loop's longest work at a stretch": f"{left['worked']:.0f} ms",
    }
    outcome.violations = [f"log: {line}" for line in wrong]
    outcome.violations += [f"{left[what]} {what} left" for what in BOOKS if left[what]]
    outcome.violations += [f"failed: {what} {count}" for what, count in failed.items()]
    return outcome


BOOKS = ("members", "sockets", "sessions", "environments", "connecting")


async def _ends(port: int, count: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    done, failed = Counter(), Counter()
    numbers = iter(range(count))

    async def keep_ending() -> None:
        for number in numbers:
            kind = KINDS[number % len(KINDS)]
            try:
                await kind(port, f"gone{number % PEOPLE}", chance)
                done[kind.__name__] += 1
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                failed[f"{kind.__name__}: {type(error).__name__} {error}"] += 1

    await asyncio.gather(*itertools.starmap(keep_ending, itertools.repeat((), AT_ONCE)))
    return done, failed
