"""Work that is done a little at a time, and connections that are let in a few at a time."""

from __future__ import annotations

import asyncio
import errno
import socket

import pytest

from chatrooms.wire import listener, pacing
from chatrooms.wire.connection_limits import ConnectionLimits, Slot, listed
from chatrooms.wire.listener import Listener
from chatrooms.wire.pacing import Pacer

CROWD = 50


async def test_pacer_are_given_in_order_a_few_in_each_round():
    pacer, rounds, done = Pacer(3), 0, []

    async def one(number: int) -> None:
        await pacer.wait()
        done.append((number, rounds))

    tasks = [asyncio.create_task(one(number)) for number in range(10)]
    while not all(task.done() for task in tasks):
        rounds += 1
        await asyncio.sleep(0)
    assert [number for number, _ in done] == list(range(10))
    assert all([when for _, when in done].count(each) <= 3 for each in range(rounds + 1))


async def test_a_turn_without_competition_is_immediate():
    pacer, done = Pacer(1), []
    for number in range(3):
        assert pacer.call(lambda number=number: done.append(number))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert done == [0, 1, 2]


async def test_a_cancelled_turn_costs_nobody_else_theirs():
    pacer = Pacer(1)
    tasks = [asyncio.create_task(pacer.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait_for(tasks[2], 5)
    assert tasks[1].cancelled()


async def test_the_networks_of_an_ipv6_48_have_the_turns_of_one_address():
    loop = asyncio.get_running_loop()
    mine = pacing.of_slices(loop, "2001:db8:1:1::1")
    assert pacing.of_slices(loop, "2001:db8:1:ffff::2") is mine
    assert pacing.of_slices(loop, "::ffff:192.0.2.1") is pacing.of_slices(loop, "192.0.2.1")
    others = [pacing.of_slices(loop, address) for address in ("2001:db8:2::1", "192.0.2.1", "192.0.2.2", "")]
    assert len({id(each) for each in (mine, *others)}) == 5


class Greeter(asyncio.Protocol):
    """Says hello."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot

    def connection_made(self, transport) -> None:
        transport.write(b"hello")

    def connection_lost(self, exc) -> None:
        self.slot.release()


async def greeted(address) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    try:
        return await reader.readexactly(5)
    finally:
        writer.close()


async def test_a_crowd_is_accepted():
    with socket.create_server(("127.0.0.1", 0), backlog=CROWD) as listening:
        door = Listener(listening, ConnectionLimits(CROWD, CROWD, listed("")), Greeter)
        assert await asyncio.gather(*(greeted(listening.getsockname()) for _ in range(CROWD))) == [b"hello"] * CROWD
        await door.close()


async def test_those_who_wait_are_accepted_before_the_listener_is_closed_and_others_are_refused():
    with socket.create_server(("127.0.0.1", 0), backlog=CROWD) as listening:
        address = listening.getsockname()
        door = Listener(listening, ConnectionLimits(CROWD, CROWD, listed("")), Greeter)
        waiting = [socket.create_connection(address) for _ in range(CROWD)]
        await door.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        for each in waiting:
            assert each.recv(5) == b"hello"
            each.close()


async def test_accepting_is_retried_when_file_descriptors_run_out(monkeypatch):
    monkeypatch.setattr(listener, "SECONDS_TO_RETRY", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        tries = []

        class Exhausted:
            """A listening socket for which there is no file descriptor left, at first."""

            fileno, setblocking, close = listening.fileno, listening.setblocking, listening.close

            def accept(self):
                tries.append(1)
                if len(tries) == 1:
                    raise OSError(errno.EMFILE, "Too many open files")
                return listening.accept()

        door = Listener(Exhausted(), ConnectionLimits(1, 1, listed("")), Greeter)
        assert await asyncio.wait_for(greeted(listening.getsockname()), 5) == b"hello"
        await door.close()
