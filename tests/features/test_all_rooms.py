"""The rooms that admins of the server manage: open ones and their own, never other private ones."""

from __future__ import annotations

import pytest

from chatrooms.errors import Forbidden
from tests.direct import Direct


@pytest.fixture
def direct():
    direct = Direct()
    for name in ("adam", "alice"):
        direct.join(name)
    direct.appoint("adam", "admin")
    direct.run("alice", "room.create", {"name": "#open", "title": "The den"})
    direct.run("alice", "room.create", {"name": "#old"})
    direct.run("alice", "room.archive", {"room": "#old"})
    for name in ("#mine", "#shut"):
        direct.run("alice", "room.create", {"name": name, "access": "private"})
    direct.run("alice", "room.invite", {"room": "#mine", "username": "adam"})
    direct.run("alice", "message.post", {"room": "adam", "text": "hi"})
    yield direct
    direct.engine.dispose()


def listed(direct: Direct, **params) -> dict[str, list[str]]:
    page, _ = direct.run("adam", "server.rooms", params)
    return {managed["room"]["name"]: managed["owners"] for managed in page["rooms"]}


def test_open_rooms_and_own_ones_are_listed_with_their_owners_archived_ones_too(direct):
    assert listed(direct) == {"#lobby": [], "#mine": ["alice"], "#old": ["alice"], "#open": ["alice"]}
    assert list(listed(direct, query="den")) == ["#open"]
    assert list(listed(direct, after="#old")) == ["#open"]


def test_only_admins_and_owners_see_the_list(direct):
    with pytest.raises(Forbidden):
        direct.run("alice", "server.rooms", {})
