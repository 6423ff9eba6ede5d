"""What a WebSocket may make the server keep or do is bounded."""

from __future__ import annotations

import asyncio
import time

import pytest
from websockets.frames import Frame, Opcode

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import frames, unsent, websocket_protocol
from tests.wire.program import until
from tests.wire.raw import frame, handshake
from tests.wire.strangers import Application, serving

KIB = 1024
MIB = KIB * KIB
UPGRADED = b"HTTP/1.1 101"


@pytest.fixture
def protocols(monkeypatch) -> str:
    """Our own only."""
    monkeypatch.setattr("tests.servers.options", uvicorn_options())
    return "direct"


class Stubborn(Application):
    """Sends as long as it is not told that the client is gone."""

    error: BaseException | None = None

    async def chat(self, receive, send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await self.go_on.wait()
        try:
            for _ in range(100):
                await send({"type": "websocket.send", "text": "x"})
                await asyncio.sleep(0)
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.left.set()


async def upgraded(connect, **how):
    client = await connect(**how)
    await client.send(handshake("/"))
    assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(UPGRADED)
    return client


def written(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


async def test_pongs_that_are_not_read_are_not_kept_and_the_client_is_cut_off(monkeypatch):
    monkeypatch.setattr(unsent, "SECONDS_TO_READ", 0.3)
    kept, before = [], websocket_protocol.WebSocketProtocol.handle_ping

    def counted(self) -> None:
        before(self)
        kept.append(self.transport.get_write_buffer_size())

    monkeypatch.setattr(websocket_protocol.WebSocketProtocol, "handle_ping", counted)
    async with serving(Application(), monkeypatch) as connect:
        client = await upgraded(connect, limit=1024)
        client.reader._transport.pause_reading()
        pings = written(Opcode.PING, b"p" * 125) * 100
        await client.send(*[pings] * (20 * MIB // len(pings)))
        await until(client.cut)
    assert max(kept) < 128 * KIB


async def test_pongs_that_are_read_all_come(monkeypatch):
    async with serving(Application(), monkeypatch) as connect:
        client = await upgraded(connect)
        for number in range(1000):
            await client.send(written(Opcode.PING, b"%04d" % number))
            assert await asyncio.wait_for(client.reader.readexactly(6), 10) == b"\x8a\x04%04d" % number


@pytest.mark.parametrize("wrong", [b"\x03\xe8\xff", b"\x03", b"\x00\x01", b"\x03\xe8" + b"x" * 200], ids=repr)
async def test_an_application_is_told_that_the_client_is_gone_however_it_closed(monkeypatch, wrong, caplog, capfd):
    application = Stubborn()
    async with serving(application, monkeypatch) as connect:
        client = await upgraded(connect)
        await client.ask(written(Opcode.CLOSE, wrong) if len(wrong) < 126 else b"\x88\xfe\0\xca\0\0\0\0" + wrong)
        application.go_on.set()
        await asyncio.wait_for(application.left.wait(), 10)
    assert isinstance(application.error, OSError)
    assert not caplog.records
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
@pytest.mark.parametrize("pieces", [1, 8])
async def test_large_messages_arrive_whole(monkeypatch, opcode, pieces):
    async with serving(Application(), monkeypatch, ws_max_size=8 * MIB) as connect:
        client = await upgraded(connect)
        part = b"x" * (6 * MIB // pieces)
        for number in range(pieces):
            await client.send(written(Opcode.CONT if number else opcode, part, fin=number == pieces - 1))
        assert await asyncio.wait_for(client.reader.readexactly(9), 20) == b"\x81\x07%d" % (6 * MIB)


async def test_taking_in_a_frame_costs_in_proportion_to_its_size(monkeypatch):
    """Counts the bytes that are looked at, in whole or in part, not the time."""
    seen, before = [], frames.FrameReader.feed

    def counted(self, data, most) -> list:
        seen.append(len(data))
        return before(self, data, most)

    monkeypatch.setattr(frames.FrameReader, "feed", counted)
    async with serving(Application(), monkeypatch, ws_max_size=8 * MIB) as connect:
        client = await upgraded(connect)
        for size in (MIB, 8 * MIB):
            seen.clear()
            begun = time.perf_counter()
            await client.send(written(Opcode.TEXT, b"x" * size))
            await asyncio.wait_for(client.reader.readexactly(9), 60)
            print(f"{size // MIB} MiB: {time.perf_counter() - begun:.2f} s")
            assert sum(seen) < 2 * size


async def test_small_messages_in_between_large_ones_stay_in_order(monkeypatch):
    async with serving(Application(), monkeypatch, ws_max_size=8 * MIB) as connect:
        client = await upgraded(connect)
        sizes = [1, 200_000, 5, 4095, 4097, 1, 70_000, 2] * 5
        for size in sizes:
            await client.send(written(Opcode.TEXT, b"x" * size))
        for size in sizes:
            text = str(size).encode()
            assert (
                await asyncio.wait_for(client.reader.readexactly(2 + len(text)), 10) == bytes((129, len(text))) + text
            )


async def test_large_messages_are_not_taken_in_while_others_are_at_work(start):
    program, raw = await start()
    ws = await raw.join_websocket()
    await ws.send('421["slow",0.5]')
    sending = [asyncio.ensure_future(ws.send('42["note","' + "x" * 100 * KIB + '"]')) for _ in range(10)]
    (session,) = program.server.eio.sockets.values()
    most = 0
    while len(program.heard) < 10:
        most = max(most, len(session.transport._packets))
        await asyncio.sleep(0.001)
    assert most <= 2
    await asyncio.gather(*sending)


async def test_frames_cut_anywhere_arrive(monkeypatch):
    async with serving(Application(), monkeypatch) as connect:
        client = await upgraded(connect)
        for byte in frame("abc") * 3:
            await client.send(bytes((byte,)))
            await asyncio.sleep(0)
        assert await asyncio.wait_for(client.reader.readexactly(9), 10) == b"\x81\x013" * 3
