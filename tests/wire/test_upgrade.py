"""The upgrade from polling to a WebSocket: nothing is lost, comes twice or out of order."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.wire.limits import Limits
from tests.wire.program import until


async def upgraded(raw, session):
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    await ws.send("5")
    return ws


async def test_a_session_is_upgraded(raw):
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    assert await session.get() == (200, "6")
    await ws.send("5")
    await ws.send('420["echo","hello"]')
    assert await ws.read() == '430["hello"]'


async def test_the_poll_that_waits_is_ended_by_the_probe(program, raw):
    session = await raw.join()
    poll = asyncio.create_task(session.get())
    await program.polled_by(session.sid)
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await poll == (200, "6")


async def test_messages_queued_while_polling_arrive_over_the_websocket(program, raw):
    session = await raw.join()
    for number in range(40):
        await program.server.emit("n", number, to="all")
    ws = await upgraded(raw, session)
    assert [await ws.read() for _ in range(40)] == [f'42["n",{number}]' for number in range(40)]


@pytest.mark.slow
async def test_messages_in_flight_both_ways_arrive_once_and_in_order(program, raw):
    for _ in range(10):
        program.heard.clear()
        session = await raw.join()
        talking = asyncio.create_task(talk(program))
        got, sent = await polled(session, 3)
        ws = await raw.websocket(session.sid)
        await ws.send("2probe")
        assert await ws.read() == "3probe"
        for body in (await session.get())[1].split("\x1e"):
            got += [body] if body != "6" else []
        await ws.send("5")
        for number in range(sent, sent + 20):
            await ws.send(f'42["note",{number}]')
        while len(got) < 200:
            got.append(await ws.read())
        assert got == [f'42["n",{number}]' for number in range(200)]
        await talking
        assert program.heard == list(range(sent + 20))
        await ws.close()


async def talk(program) -> None:
    for number in range(200):
        await program.server.emit("n", number, to="all")
        await asyncio.sleep(0.001 if number % 3 else 0)


async def polled(session, polls) -> tuple[list[str], int]:
    got: list[str] = []
    for number in range(polls):
        assert await session.post(f'42["note",{number}]') == (200, "ok")
        got += (await session.get())[1].split("\x1e")
    return got, polls


async def test_polling_after_an_upgrade_is_rejected_and_does_not_disturb(raw):
    session = await raw.join()
    ws = await upgraded(raw, session)
    await ws.send('420["echo",0]')
    assert await ws.read() == "430[0]"
    assert (await session.get())[0] == 400
    assert (await session.post('42["note",1]'))[0] == 400
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"


@pytest.mark.parametrize("when", ["during", "after"])
async def test_a_second_websocket_is_closed_and_does_not_disturb(raw, when):
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    if when == "after":
        await ws.send("5")
        await ws.send('420["echo",0]')
        assert await ws.read() == "430[0]"
    assert await (await raw.websocket(session.sid)).closed() == 1008
    if when == "during":
        await ws.send("5")
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"


async def test_a_second_websocket_of_a_websocket_session_is_closed(raw):
    ws = await raw.join_websocket()
    assert await (await raw.websocket(ws.handshake["sid"])).closed() == 1008
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"


@pytest.mark.parametrize("packets", [["4nonsense"], ["2probe", "6"], ["2probe", "2probe"], [], ["2probe"]])
async def test_a_failed_upgrade_leaves_the_session_as_it_was(program, raw, packets):
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    for packet in packets:
        await ws.send(packet)
    await ws.close()
    await program.server.emit("n", 1, to="all")
    assert await session.get() == (200, '42["n",1]')
    assert await session.post('420["echo",1]') == (200, "ok")
    assert await session.get() == (200, "430[1]")
    again = await upgraded(raw, session)
    await again.send('421["echo",1]')
    assert await again.read() == "431[1]"


async def test_an_upgrade_that_does_not_finish_is_given_up(start):
    _, raw = await start(limits=Limits(upgrade=0.1))
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.closed() == 1008
    assert await session.post("3") == (200, "ok")


async def test_a_session_that_ends_during_an_upgrade_takes_the_websocket_with_it(program, raw, monkeypatch):
    monkeypatch.setattr("chatrooms.wire.last_answers.SECONDS_TO_FETCH", 0.1)
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    assert await session.post("1") == (200, "ok")
    await ws.closed()
    await program.empty()


async def test_a_poll_that_comes_during_the_upgrade_is_too_late(program, raw, monkeypatch):
    monkeypatch.setattr("chatrooms.wire.polling.SECONDS_TO_UPGRADE", 60)
    session = await raw.join()
    ws = await raw.websocket(session.sid)
    await ws.send("2probe")
    assert await ws.read() == "3probe"
    poll = asyncio.create_task(session.get())
    await until(lambda: program.server.eio.sockets[session.sid].transport.waited_for)
    await ws.send("5")
    assert (await poll)[0] == 400
    await ws.send('420["echo",1]')
    assert await ws.read() == "430[1]"
