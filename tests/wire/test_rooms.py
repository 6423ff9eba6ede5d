"""Which socket is in which room."""

from __future__ import annotations

import pytest

from chatrooms.wire.hooks import Hooks
from chatrooms.wire.rooms import Rooms

SOCKETS = 1000


class Counted(str):
    """A socket's id that counts how often any was hashed."""

    __slots__ = ()
    hashed = 0

    def __hash__(self):
        Counted.hashed += 1
        return str.__hash__(self)

    def __eq__(self, other):
        return str.__eq__(self, other)


@pytest.fixture
async def rooms():
    rooms = Rooms(Hooks())
    for number in range(SOCKETS):
        sid = Counted(f"socket-{number}")
        await rooms.enter_room(sid, "/", sid, f"session-{number}")
        rooms._enter(sid, "/", None, f"session-{number}")
    return rooms


async def test_entering_rooms_costs_nothing_for_the_others(rooms):
    sid = Counted("socket-1")
    before = Counted.hashed
    rooms.enter_rooms(sid, "/", {"#lobby", "#games"})
    assert Counted.hashed - before < SOCKETS / 10
    assert rooms.members("#lobby") == rooms.members("#games") == [sid]


async def test_the_own_room_of_another_socket_is_never_entered(rooms):
    rooms.enter_rooms("socket-1", "/", {"#lobby", "socket-2"})
    assert rooms.get_rooms("socket-1", "/").count("socket-2") == 0
    assert rooms.members("socket-2") == ["socket-2"]


async def test_a_room_without_a_name_is_not_entered(rooms):
    with pytest.raises(ValueError, match="name"):
        rooms.enter_rooms("socket-1", "/", {""})
