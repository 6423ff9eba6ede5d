"""Frames cut out of the stream."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from chatrooms.wire import frames
from tests.wire.raw import PATIENCE, receive_until, send

PAYLOADS = st.binary(max_size=300) | st.integers(120, 70_000).map(lambda size: bytes(range(256)) * (size // 256 + 1))
PIECES = st.lists(st.integers(1, 200), min_size=1)


def written(opcode: Opcode, payload: bytes, *, fin: bool = True) -> bytes:
    """A frame as a client writes it."""
    return Frame(opcode, payload, fin).serialize(mask=True)


@given(PAYLOADS, st.binary(max_size=20), st.binary(max_size=20))
def test_a_frame_is_found_and_unmasked_wherever_it_stands(payload, before, after):
    frame = written(Opcode.TEXT, payload)
    data = before + frame + after
    found = frames.locate(data, len(before))
    assert found
    assert (found.first, found.masked) == (0x81, True)
    assert found.end == len(before) + len(frame)
    assert frames.unmasked(data, found) == payload


@given(PAYLOADS)
def test_the_beginning_of_a_frame_is_none_or_ends_beyond_what_is_there(payload):
    frame = written(Opcode.TEXT, payload)
    for size in range(min(len(frame), 20)):
        found = frames.locate(frame[:size], 0)
        assert found is None or found.end == len(frame) > size


@given(st.lists(st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.PING]), PAYLOADS), max_size=5), PIECES)
def test_frames_are_read_whole_however_the_stream_is_cut(sent, sizes):
    stream = b"".join(written(opcode, payload[:125] if opcode is Opcode.PING else payload) for opcode, payload in sent)
    reader, found, place, turn = frames.FrameReader(100_000), [], 0, 0
    while place < len(stream):
        size = max(sizes[turn % len(sizes)], reader.missing)
        found += reader.feed(stream[place : place + size], 100)
        place, turn = place + size, turn + 1
    assert [piece.whole_text for piece in found] == [opcode is Opcode.TEXT for opcode, _ in sent]
    texts = [payload for opcode, payload in sent if opcode is Opcode.TEXT]
    assert [piece.data for piece in found if piece.whole_text] == texts
    assert not reader.missing


def test_a_text_frame_within_fragments_is_left_to_the_library():
    begin, text = written(Opcode.TEXT, b"a", fin=False), written(Opcode.TEXT, b"b")
    end = written(Opcode.CONT, b"c")
    found = frames.FrameReader(100).feed(begin + text + end + text, 100)
    assert [piece.whole_text for piece in found] == [False, False, False, True]


def test_a_frame_that_is_too_long_is_left_to_the_library_before_it_is_there():
    frame = written(Opcode.TEXT, b"x" * 200)
    assert frames.FrameReader(199).feed(frame[:20], 100) == [(frame[:20], False)]


@pytest.mark.parametrize("pieces", [[1], [2, 3], [7], [4096]], ids=str)
async def test_messages_arrive_whole_however_they_are_cut_and_mixed(raw, protocols, pieces):
    sock = await raw.bare_websocket()
    stream = b"".join(
        [
            written(Opcode.TEXT, b'421["echo",1]'),
            written(Opcode.TEXT, b'422["ec', fin=False),
            written(Opcode.PING, b"are you there"),
            written(Opcode.CONT, b'ho"', fin=False),
            written(Opcode.PONG, b"unasked"),
            written(Opcode.CONT, b",2]"),
            written(Opcode.TEXT, b'423["echo","' + b"x" * 200 + b'"]'),
            written(Opcode.TEXT, b'424["echo","' + b"y" * 70_000 + b'"]'),
        ]
    )
    place, turn = 0, 0
    while place < len(stream):
        size = pieces[turn % len(pieces)] if place < 600 else 4096
        await send(sock, stream[place : place + size])
        place, turn = place + size, turn + 1
    received = await receive_until(sock, b"434[" + b'"' + b"y" * 70_000 + b'"]')
    places = [received.index(part) for part in (b"431[1]", b"432[2]", b"433[", b"434[")]
    assert places == sorted(places)
    assert b"are you there" in received
    sock.close()


@pytest.mark.parametrize(
    "wrong",
    [
        written(Opcode.TEXT, b"42", fin=False) + written(Opcode.TEXT, b'42["n"]'),
        written(Opcode.CONT, b"42"),
        Frame(Opcode.TEXT, b'42["n"]').serialize(mask=False),
        b"\xf1" + written(Opcode.TEXT, b'42["n"]')[1:],
        b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"mask",
        written(Opcode.TEXT, b"4" * 140_000) * 2,
        Frame(Opcode.TEXT, b'42["n"]').serialize(mask=False) * 3,
    ],
    ids=[
        *("text between fragments", "a fragment of nothing", "not masked", "reserved bits"),
        *("a tebibyte", "too large twice", "not masked thrice"),
    ],
)
async def test_frames_that_break_the_rules_end_the_connection(program, raw, protocols, wrong, caplog, capfd):
    sock = await raw.bare_websocket()
    with suppress(ConnectionError):
        await send(sock, wrong)
    await program.empty()
    sock.close()
    assert protocols == "plain" or not caplog.records
    assert "Traceback" not in "".join(capfd.readouterr())


async def test_nothing_is_received_after_a_close_frame(program, raw):
    sock = await raw.bare_websocket()
    await send(sock, written(Opcode.CLOSE, b"\x03\xe8") + written(Opcode.TEXT, b'421["echo","too late"]'))
    await program.empty()
    async with asyncio.timeout(PATIENCE):
        received = await asyncio.get_running_loop().sock_recv(sock, 4096)
    assert b"too late" not in received
    sock.close()


async def test_a_close_frame_among_fragments_is_answered_with_its_own_code(raw, protocols):
    sock = await raw.bare_websocket()
    close = written(Opcode.CLOSE, b"\x03\xe8")
    await send(sock, written(Opcode.TEXT, b'421["ec', fin=False) + close + written(Opcode.CONT, b'ho"]'))
    code = b"\x88\x02\x03\xe8" if protocols != "plain" else b"\x88"  # uvicorn's own says 1002
    assert b"431" not in await receive_until(sock, code)
    sock.close()
