"""How long people can edit and delete their messages, where the server has a time for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chatrooms import clock
from chatrooms.errors import Forbidden
from chatrooms.settings import Settings
from tests.direct import LOBBY, Direct
from tests.people import connect
from tests.servers import running

DEN = "#den"


@pytest.fixture
def direct() -> Direct:
    """Alice has a room, bob is in it; people can edit for 15 minutes."""
    made = Direct()
    for name in ("alice", "bob"):
        made.join(name)
    made.run("alice", "room.create", {"name": DEN})
    made.run("bob", "room.join", {"room": DEN})
    made.limits = Settings.model_construct(edit_minutes=15)
    return made


def post(direct, author="bob", room=DEN):
    return direct.run(author, "message.post", {"room": room, "text": "first"})[0]["message"]


def edit(direct, message, text="second", author="bob"):
    return direct.run(author, "message.edit", {"id": message["id"], "text": text})[0]["message"]


def delete(direct, message, who="bob"):
    return direct.run(who, "message.delete", {"id": message["id"]})[0]["message"]


def let(direct, **passed):
    """Let time pass."""
    now = clock.later(timedelta(**passed))
    direct.now = lambda: now


def test_a_message_can_be_changed_until_the_time_is_over(direct):
    first, second = post(direct), post(direct)
    let(direct, minutes=14, seconds=50)
    assert edit(direct, first)["text"] == "second"
    assert delete(direct, second)["deleted"]
    let(direct, minutes=15, seconds=10)
    for change in (lambda: edit(direct, first, "third"), lambda: delete(direct, first)):
        with pytest.raises(Forbidden, match="for 15 minutes only"):
            change()
    assert edit(direct, first, "second")["text"] == "second", "what is repeated after a lost answer is no change"
    assert delete(direct, second)["deleted"]


def test_moderators_delete_at_any_time_but_edit_their_own_only_in_time(direct):
    theirs, own = post(direct), post(direct, "alice")
    let(direct, days=1)
    assert delete(direct, theirs, "alice")["deleted"]
    with pytest.raises(Forbidden):
        edit(direct, own, author="alice")
    assert delete(direct, own, "alice")["deleted"]


def test_threads_and_conversations_have_the_time_too_and_notes_to_self_none(direct):
    above = post(direct, room=LOBBY)
    for room in (f"{LOBBY}/{above['seq']}", "alice"):
        message = post(direct, room=room)
        let(direct, days=1)
        with pytest.raises(Forbidden):
            edit(direct, message)
        direct.now = clock.now
    note = post(direct, room="bob")
    let(direct, days=1)
    assert edit(direct, note)["text"] == "second"


def test_without_the_setting_there_is_no_end(direct):
    direct.limits = Settings.model_construct()
    message = post(direct)
    let(direct, days=1000)
    assert edit(direct, message)["text"] == "second"
    assert delete(direct, message)["deleted"]


async def test_clients_learn_the_time_when_they_connect(tmp_path):
    async with running(tmp_path, edit_minutes=5) as server, connect(server.url, "alice") as alice:
        welcome = await alice.hears(lambda event, _: event == "welcome")
        assert welcome["limits"]["edit_minutes"] == 5
