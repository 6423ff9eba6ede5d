"""Binary events and acknowledgements, in both directions, on both transports, with and without our protocols."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.wire import packets
from chatrooms.wire.attachments import attach
from chatrooms.wire.limits import Limits
from chatrooms.wire.packets import Malformed, decode, encode
from tests.wire.program import until

HERE = '{"_placeholder":true,"num":%d}'
ONE, TWO = HERE % 0, f"{HERE % 0},{HERE % 1}"
BYTES = [b"\1\2\3", b""]

json_with_bytes = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(json_with_bytes, max_size=4))
def test_what_is_encoded_is_decoded_again(values):
    text, *parts = (message.data for message in encode(packets.EVENT, ["x", *values], "/a", "7"))
    packet = decode(text.decode()[1:], Limits(attachments=100))
    assert packet[:3] == (packets.EVENT, "/a", "7") and packet.attachments == len(parts)
    assert (attach(packet.data, parts) if parts else packet.data) == ["x", *values]


@pytest.mark.parametrize("raw_bytes", [b"\1", bytearray(b"\1"), memoryview(b"\1")])
def test_all_kinds_of_bytes_are_binary_wherever_they_are(raw_bytes):
    head, part = encode(packets.EVENT, ["x", {1: (raw_bytes,)}])
    assert head.data.decode() == f'451-["x",{{"1":[{ONE}]}}]' and part.data == b"\1"


async def test_a_binary_event_and_its_acknowledgement_by_websocket(raw):
    ws = await raw.join_websocket()
    await ws.send(f'452-789["echo",{TWO}]')
    for data in BYTES:
        await ws.send(data)
    assert [await ws.read() for _ in range(3)] == [f"462-789[{TWO}]", *BYTES]


async def test_a_binary_event_and_its_acknowledgement_by_polling(raw):
    session = await raw.join()
    payload = "\x1e".join([f'452-7["echo",{TWO}]', *("b" + base64.b64encode(data).decode() for data in BYTES)])
    assert await session.post(payload) == (200, "ok")
    assert await session.get() == (200, f"462-7[{TWO}]" + payload[payload.index("\x1e") :])


async def test_the_attachments_may_come_in_posts_of_their_own(raw):
    session = await raw.join()
    for body in (f'451-7["echo",{ONE}]', "bAQID"):
        assert await session.post(body) == (200, "ok")
    assert await session.get() == (200, f"461-7[{ONE}]\x1ebAQID")


async def test_binary_data_of_another_namespace_and_without_attachments(program, raw):
    program.server.on("echo", program.echo, namespace="/admin")
    ws = await raw.join_websocket()
    await ws.send("40/admin,")
    assert (await ws.read()).startswith("40/admin,")
    await ws.send(f'451-/admin,1["echo",{ONE}]')
    await ws.send(b"\0")
    assert [await ws.read(), await ws.read()] == [f"461-/admin,1[{ONE}]", b"\0"]
    await ws.send('450-2["echo",1]')
    assert await ws.read() == "432[1]"


async def test_a_binary_acknowledgement_reaches_its_callback(program, raw):
    ws = await raw.join_websocket()
    got = asyncio.get_running_loop().create_future()
    await program.server.emit("ask", b"\5", to=program.came[0], callback=lambda *given: got.set_result(given))
    head = await ws.read()
    assert await ws.read() == b"\5"
    id = head[len("451-") :].partition("[")[0]
    await ws.send(f'461-{id}["yes",{ONE}]')
    await ws.send(b"\6")
    assert await got == ("yes", b"\6")


MISTAKES = {
    "too many": [f'4511-["echo",{ONE}]'],
    "very many": [f'45{"9" * 5000}-["echo",{ONE}]'],
    "no number": [f'45["echo",{ONE}]'],
    "below zero": [f'45-1-["echo",{ONE}]'],
    "on a plain event": [f'421-["echo",{ONE}]'],
    "out of range": [f'451-["echo",{HERE % 1}]', b"x"],
    "negative": [f'451-["echo",{HERE % -1}]', b"x"],
    "not a number": ['451-["echo",{"_placeholder":true,"num":"0"}]', b"x"],
    "true is no number": ['451-["echo",{"_placeholder":true,"num":true}]', b"x"],
    "without a place": ['451-["echo"]', b"x"],
    "two places": [f'451-["echo",{ONE},{ONE}]', b"x"],
    "text among the attachments": [f'452-["echo",{TWO}]', b"x", '42["echo",1]'],
    "an attachment alone": [b"x"],
    "one too many": [f'451-["echo",{ONE}]', b"x", b"x"],
    "bytes as the name": [f"451-[{ONE}]", b"x"],
    "an acknowledgement that is none": ["461-1{}", b"x"],
    "base64 that is none": [f'451-["echo",{ONE}]', "b?"],
    "a join": ['401-{"a":1}'],
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_ends_the_connection_and_leaves_nothing(program, raw, mistake):
    ws = await raw.join_websocket()
    for packet in MISTAKES[mistake]:
        await ws.send(packet)
    assert await ws.closed() == 1002
    await program.empty()


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_mistake_in_a_post_is_refused_with_400(program, raw, mistake):
    session = await raw.join()
    bodies = [each if isinstance(each, str) else f"b{base64.b64encode(each).decode()}" for each in MISTAKES[mistake]]
    assert (await session.post("\x1e".join(bodies)))[0] == 400


async def test_a_mistake_ends_nothing_if_the_program_answers_it(program, raw):
    program.server.use(malformed=lambda why: why)
    ws = await raw.join_websocket()
    await ws.send(f'4511-7["echo",{ONE}]')
    assert json.loads((await ws.read())[3:]) == ["more than 10 attachments"]
    await ws.send(b"x")
    await ws.send(f'451-8["echo",{HERE % 3}]')
    await ws.send(b"x")
    assert json.loads((await ws.read())[3:]) == ["a placeholder has no attachment"]
    await ws.send('429["echo",1]')
    assert await ws.read() == "439[1]"


async def test_a_program_may_take_no_binary_data(start):
    program, raw = await start(limits=Limits(attachments=0))
    program.server.use(malformed=lambda why: why)
    ws = await raw.join_websocket()
    await ws.send(f'451-7["echo",{ONE}]')
    assert await ws.read() == '437["binary data is not accepted"]'
    await ws.send(b"x" * 1000)
    await ws.send('428["echo",1]')
    assert await ws.read() == "438[1]"
    assert not program.server._assembly.unfinished


async def test_attachments_are_bounded_in_bytes_together(start):
    program, raw = await start(max_http_buffer_size=1000)
    ws = await raw.join_websocket()
    await ws.send(f'452-7["echo",{TWO}]')
    await ws.send(b"x" * 800)
    await ws.send(b"x" * 200)
    assert await ws.closed() == 1002
    await program.empty()


async def test_attachments_are_bounded_in_time(start):
    program, raw = await start(limits=Limits(attaching=0.1))
    ws = await raw.join_websocket()
    await ws.send(f'452-7["echo",{TWO}]')
    await ws.send(b"x")
    assert await ws.closed() == 1002
    await program.empty()
    well = await raw.join_websocket()
    await well.send(f'451-7["echo",{ONE}]')
    await well.send(b"x")
    assert [await well.read(), await well.read()] == [f"461-7[{ONE}]", b"x"]
    late = await raw.join_websocket()
    await late.send(f'452-7["echo",{TWO}]')
    assert await late.closed() == 1002  # its time ended after that of the attachments that came
    await well.send('428["echo",1]')
    assert await well.read() == "438[1]"


async def test_a_client_that_leaves_between_attachments_leaves_nothing(program, raw):
    ws = await raw.join_websocket()
    await ws.send(f'452-7["echo",{TWO}]')
    await ws.send(b"x")
    await until(lambda: len(program.server._assembly.unfinished))
    await ws.close()
    await program.empty()


@pytest.mark.parametrize("text", ["5", "6", "51", "5-[]", "51-", "51-7", "59999999999-[]", "51-/a,[]"])
def test_what_is_no_binary_packet_is_malformed(text):
    with pytest.raises(Malformed):
        decode(text, Limits())
