"""Any bytes are handled without an exception, and all other clients are still served."""

from __future__ import annotations

import asyncio
import random

import aiohttp
import pytest

from tests.wire.raw import frame, reset, send

SEEDS = [
    "0",
    "1",
    "3",
    "5",
    "2probe",
    "40",
    "41",
    '42["echo",1]',
    '420["echo",{"a":[1,2]}]',
    '42["one"]',
    '42["relay","x"]',
    "43[]",
    '431["x"]',
    '451-["echo",{"_placeholder":true,"num":0}]',
    "40/admin,{}",
    '42/admin,["x"]',
    "bAQID",
    "4" + "[" * 50,
    '42["disconnect"]',
    '42["echo",1e999]',
    '42["echo","\\ud800"]',
]
ALPHABET = '0123456789[]{}",:/-b\x1e\\unplé \x00'


def packet(dice: random.Random) -> str:
    text = list(dice.choice(SEEDS))
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(text) + 1)
        text[at : at + dice.randrange(3)] = dice.choices(ALPHABET, k=dice.randrange(4))
    return "".join(text)


@pytest.mark.slow
async def test_random_packets_raise_nothing_and_hold_up_nobody_else(start, protocols, caplog, capfd):
    dice = random.Random(5)
    program, raw = await start()
    well = await raw.join_websocket()
    for round_ in range(60):
        program.server.use(malformed=(lambda _: "no") if round_ % 2 else None)
        await asyncio.gather(by_websocket(raw, dice), by_polling(raw, dice), by_bytes(raw, dice))
        await well.send(f'420["echo",{round_}]')
        while (await well.read()) != f"430[{round_}]":
            pass
    await well.close()
    await program.empty()
    ours = [each for each in caplog.records if protocols == "direct" or each.name != "uvicorn.error"]
    assert not [each for each in ours if each.exc_info]
    assert "Traceback" not in capfd.readouterr().out


async def by_websocket(raw, dice) -> None:
    ws = await raw.join_websocket()
    try:
        for _ in range(50):
            text = packet(dice)
            await ws.send(text if dice.random() < 0.9 else text.encode())
    except aiohttp.ClientConnectionError:
        pass
    await ws.close()


async def by_polling(raw, dice) -> None:
    session = await raw.join()
    for _ in range(20):
        body = "\x1e".join(packet(dice) for _ in range(dice.randrange(1, 4)))
        status, _ = await session.post(body if dice.random() < 0.9 else dice.randbytes(20))
        assert status in (200, 400)
        if status == 400:
            return
    await session.post("1")


async def by_bytes(raw, dice) -> None:
    sock = await raw.bare_websocket()
    whole = b"".join(frame(packet(dice)) for _ in range(5))
    await send(sock, bytes(byte ^ (dice.random() < 0.02) for byte in whole) + dice.randbytes(30))
    await asyncio.sleep(0)
    reset(sock)
