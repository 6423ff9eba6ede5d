"""Socket.IO packets: what the protocol asks, where python-socketio does otherwise; and what reaches handlers."""

from __future__ import annotations

import asyncio
import json

import pytest

from chatrooms.wire.limits import Limits
from chatrooms.wire.packets import MAX_CONTAINERS, RESERVED_EVENTS
from tests.wire.program import until


async def test_an_unknown_namespace_is_refused_with_its_message(raw):
    ws = await raw.websocket()
    await ws.send("40/random,")
    assert await ws.read() == '44/random,{"message":"Invalid namespace"}'
    await ws.send("40")
    assert (await ws.read()).startswith('40{"sid"')


async def test_a_namespace_is_joined_and_left_beside_another(program, raw):
    ws = await raw.join_websocket()
    await ws.send("40/admin?token=x,")
    assert (await ws.read()).startswith('40/admin,{"sid"')
    await ws.send("41/admin")
    await ws.send('420["echo","still here"]')
    assert await ws.read() == '430["still here"]'


async def test_a_refused_connection_is_told_why(program, raw):
    ws = await raw.websocket()
    await ws.send('40{"refused":true}')
    assert await ws.read() == '44{"message":"not today","data":{"code":"busy"}}'
    assert not program.server.manager.rooms


async def test_a_failing_connect_handler_refuses(program, raw):
    ws = await raw.websocket()
    await ws.send('40{"slow":"what"}')
    assert await ws.read() == '44{"message":"Internal server error"}'
    assert not program.server.manager.rooms


async def test_a_client_that_joins_nothing_is_closed(start):
    program, raw = await start(join_timeout=0.2)
    ws, session, left = await raw.websocket(), await raw.open(), await raw.join_websocket()
    await left.send("41")
    for connection in (ws, left):
        assert await connection.closed() == 1000
    await until(lambda: not program.server.eio.sockets)
    assert await session.get() == (200, "1")


@pytest.mark.parametrize(
    "packet", ["abc", "2{}", "2[]", '2abc["echo"]', "", "9", "5", "4{}", '0"text"', "1{}", "2", "3", "0"]
)
async def test_a_malformed_packet_closes_the_connection(program, raw, packet):
    ws = await raw.join_websocket()
    await ws.send("4" + packet)
    await ws.closed()
    await program.empty()
    assert program.left[0][1] == "transport error"


async def test_a_malformed_packet_in_a_post_is_refused_with_400(program, raw):
    session = await raw.join()
    assert (await session.post("42{}"))[0] == 400
    await program.empty()


@pytest.mark.parametrize("packet", ['42["echo"]', '40"text"', "41", "43[]", "4", "4x", b"x"])
async def test_whoever_does_not_begin_with_joining_is_closed(program, raw, packet):
    ws = await raw.websocket()
    await ws.send(packet)
    await ws.closed()
    await program.empty()
    assert program.came == []


async def test_a_program_may_take_mistakes_as_mistakes(program, raw):
    program.server.use(malformed=lambda _: "no")
    ws = await raw.websocket()
    await ws.send('40"text"')
    assert await ws.read() == '44{"message":"Internal server error"}'
    await ws.send("40")
    assert (await ws.read()).startswith("40{")
    for packet in ("4abc", "42{}", "42[]", "40", "4", "44{}", "45nothing", b"x"):
        await ws.send(packet)
    await ws.send("421{}")
    assert await ws.read() == '431["no"]'


@pytest.mark.parametrize("name", [*sorted(RESERVED_EVENTS), 5, None, [], {}, True])
async def test_a_reserved_or_nameless_event_reaches_no_handler(program, raw, name):
    program.server.use(malformed=lambda _: "no")
    program.server.on("*", lambda *given: program.heard.append(given))
    ws = await raw.join_websocket()
    came = len(program.came)
    await ws.send("427" + json.dumps([name, {"asgi.scope": {}}, {}]))
    assert await ws.read() == '437["no"]'
    assert (len(program.came), program.left, program.heard) == (came, [], [])


@pytest.mark.parametrize("id", ["007", "1" * 30, "9" * 5000])
async def test_an_acknowledgement_has_the_id_that_the_client_gave(raw, id):
    ws = await raw.join_websocket()
    await ws.send(f'42{id}["echo",1]')
    assert await ws.read() == f"43{id}[1]"


async def test_a_connect_handler_that_hangs_is_cancelled_with_an_error_and_a_line_in_the_log(start, caplog):
    program, raw = await start(join_timeout=0.2)
    ws = await raw.websocket()
    await ws.send('40{"slow":60}')
    assert await ws.read() == '44{"message":"Connecting took too long"}'
    assert "a connect handler took longer than 0.2 s" in caplog.messages
    assert not program.server.manager.rooms
    assert await ws.closed() == 1000  # as it is in no namespace
    await program.empty()


@pytest.mark.parametrize("room", ["", None, [], 0])
async def test_a_room_has_a_name(program, raw, room):
    await raw.join_websocket()
    sid = program.came[0]
    for act in (program.server.enter_room(sid, room), program.server.leave_room(sid, room)):
        with pytest.raises(ValueError, match="name"):
            await act
    with pytest.raises(ValueError, match="name"):
        await program.server.close_room(room)
    assert program.server.manager.eio_sid_from_sid(sid, "/")


async def test_the_ids_of_sessions_and_sockets_have_128_bits(program, raw):
    ws = await raw.join_websocket()
    for id in (ws.handshake["sid"], program.came[0]):
        assert len(id) == 22  # base64


async def test_arguments_that_a_handler_does_not_take_are_refused(program, raw, capfd, caplog):
    program.server.use(malformed=lambda _: "no")
    ws = await raw.join_websocket()
    for number, arguments in enumerate(("", ",1,2")):
        await ws.send(f'42{number}["one"{arguments}]')
        assert await ws.read() == f'43{number}["no"]'
    await ws.send('422["one",1]')
    assert await ws.read() == '432["fits"]'
    assert "Traceback" not in capfd.readouterr().out + caplog.text


@pytest.mark.parametrize(("depth", "fits"), [(15, True), (16, False), (5000, False)])
async def test_deep_nesting_is_refused(program, raw, depth, fits):
    program.server.use(malformed=lambda _: "no")
    ws = await raw.join_websocket()
    deep = "[" * depth + "]" * depth
    await ws.send(f'420["echo",{deep}]')
    assert await ws.read() == (f"430[{deep}]" if fits else '430["no"]')


async def test_a_wide_packet_is_not_a_deep_one(raw):
    ws = await raw.join_websocket()
    await ws.send(f'420["echo",{[[]] * (MAX_CONTAINERS - 2)}]'.replace(" ", ""))
    assert (await ws.read()).startswith("430[[[]")


@pytest.mark.parametrize("to", ["", None, [], (), 0, [""], [None], "nowhere"])
async def test_an_empty_recipient_reaches_no_one(program, raw, to):
    ws = await raw.join_websocket()
    await program.server.emit("secret", 1, to=to)
    await program.server.emit("secret", 1, room=to)
    await program.server.emit("secret", 1, to, to)
    await program.server.send(1, to=to)
    await ws.send('420["echo",1]')
    assert await ws.read() == "430[1]"


async def test_whoever_is_in_several_rooms_hears_once(program, raw):
    ws = await raw.join_websocket()
    await program.server.emit("n", 1, to=["all", "all", *program.came])
    await program.server.emit("n", 2, to="all", skip_sid=program.came[0])
    await program.server.emit("n", (3, 4), to="all")
    assert [await ws.read(), await ws.read()] == ['42["n",1]', '42["n",3,4]']


async def test_an_acknowledgement_reaches_its_callback_once(program, raw):
    ws = await raw.join_websocket()
    got: list[tuple] = []
    await program.server.emit("ask", 1, to=program.came[0], callback=lambda *given: got.append(given))
    id = (await ws.read())[2:].partition("[")[0]
    for packet in (
        f'43{id}["yes"]',
        f'43{id}["again"]',
        '430["the counter"]',
        '43["nothing"]',
        "43999999[]",
        f"43{'9' * 5000}[]",
    ):
        await ws.send(packet)
    await ws.send('420["echo",1]')
    assert await ws.read() == "430[1]"
    assert got == [("yes",)]


async def test_disconnecting_ends_the_transport_unless_another_namespace_needs_it(program, raw):
    both, one = await raw.join_websocket(), await raw.join_websocket()
    await both.send("40/admin,")
    await both.read()
    for sid in program.came[:2]:
        await program.server.disconnect(sid)
    assert await one.read() == await both.read() == "41"
    assert await one.closed() == 1000
    await both.send("41/admin,")
    await both.send("40")
    assert (await both.read()).startswith("40{")


async def test_what_a_handler_raises_ends_nothing(program, raw, capfd):
    ws = await raw.join_websocket()
    await ws.send('420["slow","what"]')
    await ws.send('421["echo",1]')
    assert await ws.read() == "431[1]"


async def test_packets_over_the_limit_end_the_connection(start):
    program, raw = await start(limits=Limits(packet=1000))
    ws = await raw.join_websocket()
    await ws.send('42["echo","' + "x" * 1000 + '"]')
    await ws.closed()
    await program.empty()
    assert program.left[0][1] == "transport error"


@pytest.mark.parametrize("refused", [False, True])
async def test_what_is_said_to_a_room_waits_until_its_member_is_let_in(program, raw, refused):
    ws = await raw.websocket()
    await ws.send("40" + json.dumps({"slow": 0.2, "refused": refused}))
    await until(lambda: program.server.manager.members("all"))
    await program.server.emit("n", 1, to="all")
    assert (await ws.read()).startswith("44{" if refused else "40{")
    await ws.send("40/admin,")
    assert refused or await ws.read() == '42["n",1]'
    assert (await ws.read()).startswith("40/admin,{")


async def test_a_busy_room_does_not_pile_up_before_a_slow_connect_handler(start):
    program, raw = await start(limits=Limits(queued=10_000))
    ws = await raw.websocket()
    await ws.send('40{"slow":0.3}')
    await until(lambda: program.server.manager.members("all"))
    for _ in range(20):
        await program.server.emit("n", "x" * 1000, to="all")
    await program.empty()
    assert await ws.closed() is not None


async def test_events_wait_for_the_connect_handler(program, raw):
    ws = await raw.websocket()
    await ws.send('40{"slow":0.1}')
    await ws.send('420["echo",1]')
    assert (await ws.read()).startswith("40{")
    assert await ws.read() == "430[1]"
    await asyncio.sleep(0)
