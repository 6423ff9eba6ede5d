"""Clients that send what is of no use, or many small frames at once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from websockets.frames import Frame, Opcode

from chatrooms.wire import frames, websocket_reader
from chatrooms.wire.limits import SECONDS_OF_NOISE, Limits
from chatrooms.wire.pacing import SLICES_AT_ONCE
from tests.wire.raw import PATH, frame, handshake, receive_until, send

DIRECT = pytest.mark.parametrize("protocols", ["direct"], indirect=True)
"""With our uvicorn protocols only: uvicorn's own hand us no control frames and take no turns."""
FEW = Limits(noise=10, noise_before=4)
USELESS = {"pong": "3", "noop": "6", "no handler": '42["nothing"]', "ack": "430[]", "ack without id": "43[]"}


def written(opcode: Opcode, payload: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


CONTROL = {
    "ping": written(Opcode.PING),
    "pong": written(Opcode.PONG),
    "fragments": written(Opcode.TEXT, fin=False) + written(Opcode.CONT, fin=False) * 999,
    "letters": written(Opcode.TEXT, b"4", fin=False) + written(Opcode.CONT, b"x", fin=False) * 999,
}


@pytest.mark.parametrize("packet", USELESS.values(), ids=USELESS)
async def test_a_client_that_sends_only_what_is_of_no_use_is_closed(start, packet):
    program, raw = await start(limits=FEW)
    ws = await raw.join_websocket()
    for _ in range(int(FEW.noise * SECONDS_OF_NOISE) - 10):
        await ws.send(packet)
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"
    for _ in range(int(FEW.noise * SECONDS_OF_NOISE)):
        await ws.send(packet)
    assert await ws.closed() == 1008
    await program.empty()


async def test_before_joining_less_is_enough(start):
    _, raw = await start(limits=FEW)
    ws = await raw.websocket()
    for _ in range(int(FEW.noise_before * SECONDS_OF_NOISE) + 5):
        await ws.send("6")
    assert await ws.closed() == 1008


async def test_joining_and_leaving_again_and_again_counts(start):
    _, raw = await start(limits=FEW)
    ws = await raw.websocket()
    for _ in range(int(FEW.noise_before * SECONDS_OF_NOISE) + 5):
        await ws.send("40")
        await ws.send("41")
    assert await ws.closed() == 1008


async def test_what_a_post_brings_counts_too(start):
    program, raw = await start(limits=FEW)
    session = await raw.join()
    await session.post("\x1e".join(["6"] * 100))
    assert (await session.get())[0] == 400
    await program.empty()


async def test_events_that_are_handled_do_not_count(start):
    program, raw = await start(limits=FEW)
    ws = await raw.join_websocket()
    for number in range(500):
        await ws.send(f'42["note",{number}]')
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"
    assert len(program.heard) == 500


@pytest.mark.parametrize("sent", CONTROL.values(), ids=CONTROL)
@DIRECT
async def test_control_frames_and_short_fragments_count(start, sent):
    program, raw = await start(limits=FEW)
    sock = await raw.bare_websocket()
    await send(sock, sent * (1 if len(sent) > 1000 else 1000))
    await program.empty()
    sock.close()


@DIRECT
async def test_small_frames_of_many_connections_take_turns(start, monkeypatch):
    """In no round of the event loop an address gets more than a few slices of a few frames."""
    rounds, number = Counter(), 0
    before = frames.FrameReader.feed

    def counted(self, data, most) -> list:
        pieces = before(self, data, most)
        if most == websocket_reader.FRAMES:
            rounds[number] += len(pieces)
        return pieces

    async def count() -> None:
        nonlocal number
        while True:
            number += 1
            await asyncio.sleep(0)

    _, raw = await start()
    socks = [await raw.bare_websocket() for _ in range(20)]
    monkeypatch.setattr(frames.FrameReader, "feed", counted)
    counting = asyncio.create_task(count())
    texts = frame('42["note",1]') * 400 + frame('427["echo",7]')
    await asyncio.gather(*(send(sock, texts) for sock in socks))
    for sock in socks:
        await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 65536), 20)
        sock.close()
    counting.cancel()
    assert sum(rounds.values()) > 20 * 300
    assert max(rounds.values()) <= 2 * SLICES_AT_ONCE * websocket_reader.FRAMES  # a round may be counted late


@DIRECT
async def test_frames_that_come_with_the_handshake_are_read_like_others(raw):
    sock = await raw.bare()
    stream = frame("40") + frame('421["echo",1]') * 3 + written(Opcode.PING, b"there")
    await send(sock, handshake(f"{PATH}?EIO=4&transport=websocket") + stream)
    got = await receive_until(sock, b"\x8a\x05there")
    while got.count(b"431[1]") < 3:
        got += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 65536), 20)
    sock.close()
