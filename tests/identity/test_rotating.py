"""A service key that takes the place of another one is for the same; the one before ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatrooms import clock
from chatrooms.identity import key_commands
from tests.identity.test_service_keys import make, outcome

LATER = clock.later(timedelta(hours=1))
ABOUT = "name", "commands", "rooms", "expires_at"


@pytest.mark.parametrize("limited", [False, True])
async def test_the_new_key_has_the_rooms_the_commands_and_the_end_of_the_old_one(person, monkeypatch, limited):
    monkeypatch.setattr(key_commands, "MOST", 1)  # it needs no place besides
    alice = await person("alice")
    old = await make(alice, "read", **({"rooms": ["#lobby"], "expires": LATER} if limited else {}))
    new = (await alice.run("key.rotate", id=old["id"]))["key"]
    assert [new[each] for each in ABOUT] == [old[each] for each in ABOUT]
    assert (new["rooms"], new["expires_at"]) == ((["#lobby"], LATER) if limited else (None, None))
    assert [key["id"] for key in (await alice.run("key.list"))["keys"]] == [new["id"]]
    answers = [await outcome(alice.url, key["token"], "history", room="alice") for key in (old, new)]
    assert answers == ["unauthorized", "not_found" if limited else "fine"]
    monkeypatch.setattr(clock, "now", lambda: clock.moved(LATER, timedelta(minutes=1)))
    assert await outcome(alice.url, new["token"], "history", room="#lobby") == ("unauthorized" if limited else "fine")
    assert len((await alice.run("key.list"))["keys"]) == (0 if limited else 1)
