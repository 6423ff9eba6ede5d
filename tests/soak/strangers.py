"""Strangers below the application: heads that never end, and handshakes of which half comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.soak.outcome import Outcome
from tests.soak.raw import HOST, PATIENCE
from tests.soak.servers import Server

KIB, MIB = 1024, 1024 * 1024
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
FIELD = b"a: ".ljust(KIB - 2, b"x") + b"\r\n"
HALF = HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
READ_AT_MOST = 64 * KIB + KIB
FLOOD = 100 * MIB
FLOODS = 10
MEMORY = 1.0
HALVES = 1060
ADDRESSES = 5
"""The half handshakes come from these, as an address may have 250 connections."""
GONE_WITHIN = 30.0
PAUSE = 0.005
BETWEEN = 0.2


async def strangers(scratch: Path, _seconds: float, seed: int, scale: float) -> Outcome:
    """Send heads without an end, then open handshakes and finish none, while others ask for ``/healthz``."""
    outcome, halves = Outcome("Strangers below the application"), int(HALVES * scale) or 1
    async with Server(scratch / "strangers") as server:
        await _flooded(server.port)  # which fills the server's caches
        read, status = await _read_of_a_head(server.port)
        before = server.memory()
        (most, sent), _ = await _beside(server, [_flooded(server.port) for _ in range(FLOODS)])
        (_, gone), healthy = await _beside(server, [_half(server.port, number) for number in range(halves)])
        log = server.tracebacks()
    outcome.figures = {
        "seed": str(seed),
        "a head without an end": f"{status} after {read / KIB:.0f} KiB",
        f"{FLOODS} times {FLOOD // MIB} MiB of one": f"cut off after at most {max(sent) / MIB:.1f} MiB, most of which "
        f"the kernels hold; memory {most - before:+.2f} MiB",
        "half handshakes": f"{halves:,}, the last gone after {max(gone):.1f} s",
        "/healthz meanwhile": f"{len(healthy):,} answers, the slowest after {max(healthy) * 1000:.0f} ms",
    }
    outcome.violations = [f"log: {line}" for line in log]
    if read > READ_AT_MOST or "431" not in status:
        outcome.violations.append(f"{status} after {read:,} bytes of a head")
    if most - before > MEMORY:
        outcome.violations.append(f"memory grew by {most - before:.2f} MiB")
    if max(gone) > GONE_WITHIN:
        outcome.violations.append(f"half a handshake was kept for {max(gone):.1f} s")
    return outcome


async def _beside(server: Server, work: list[Awaitable[float]]) -> tuple[tuple[float, list[float]], list[float]]:
    """Do the work; return the most memory and its results, and how long each ``/healthz`` took meanwhile."""
    working = asyncio.gather(*work)
    most, took = server.memory(), []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as http:
        while not working.done():
            begun = time.monotonic()
            async with http.get(f"{server.url}/healthz") as answer:
                assert answer.status == 200
            took.append(time.monotonic() - begun)
            most = max(most, server.memory())
            await asyncio.wait({working}, timeout=BETWEEN)
    return (max(most, server.memory()), await working), took


async def _read_of_a_head(port: int) -> tuple[int, str]:
    """Send a head a KiB at a time until there is an answer; return the bytes, and the line with the status."""
    reader, writer = await asyncio.open_connection(HOST, port)
    answer = asyncio.ensure_future(reader.readline())
    writer.write(HEAD)
    sent = len(HEAD)
    while not answer.done():
        writer.write(FIELD)
        sent += len(FIELD)
        await asyncio.wait({answer}, timeout=PAUSE)
    writer.close()
    return sent, answer.result().decode().strip()


async def _flooded(port: int) -> float:
    """Send `FLOOD` bytes of a head; return how many the kernels took before the connection ended."""
    _, writer = await asyncio.open_connection(HOST, port)
    writer.write(HEAD)
    sent = 0
    with suppress(OSError):
        while sent < FLOOD:
            writer.write(FIELD * 64)
            await writer.drain()
            sent += len(FIELD) * 64
    writer.transport.abort()
    return sent


async def _half(port: int, number: int) -> float:
    """Send half a handshake; return the seconds until the server ended the connection."""
    address = f"127.0.0.{2 + number % ADDRESSES}"
    reader, writer = await asyncio.open_connection(HOST, port, local_addr=(address, 0))
    begun = time.monotonic()
    writer.write(HALF)
    with suppress(OSError):
        while await asyncio.wait_for(reader.read(KIB), 2 * PATIENCE):
            pass
    writer.close()
    return time.monotonic() - begun
