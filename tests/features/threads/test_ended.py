"""A thread whose message was deleted: what is declared to work there does, and nothing is added by anything else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert

from chatrooms.errors import Conflict
from chatrooms.features.messages.permissions import Which
from chatrooms.features.previews import stored as previews
from chatrooms.features.threads.commands import WithThread
from tests.direct import DECLARED, LOBBY, Direct, code
from tests.features.threads.waiting import thread_of

ABOVE, REPLY = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
LINK = "https://example.org/"
PAGE = {"id": REPLY, "url": LINK, "found": True, "title": "x", "description": "", "site": "", "size": 0}
LIKE, HEART = "\N{THUMBS UP SIGN}", "\N{HEAVY BLACK HEART}\ufe0f"
MORE: dict[str, dict[str, Any]] = {
    "message.post": {"text": "x"},
    "message.edit": {"text": "x"},
    "preview.remove": {"url": LINK},
    "reaction.add": {"emoji": HEART},
    "reaction.list": {"emoji": LIKE},
    "reaction.remove": {"emoji": LIKE},
    "read.mark": {"seq": 1},
    "signal": {"type": "x"},
}
"""The other parameters that commands need."""


def named(command: str) -> dict[str, Any] | None:
    """Return the parameters by which a command would be about the thread; None if it is about no room or message."""
    params = DECLARED[command].params
    if issubclass(params, WithThread):
        return {"id": ABOVE}
    if issubclass(params, Which):
        return {"id": REPLY}
    return {name: "THREAD" for name in ("room", "to") if name in params.model_fields} or None


CASES = {name: params for name in sorted(DECLARED) if (params := named(name))}
WORKING = {"bookmark.remove", "message.delete", "preview.remove", "reaction.remove", "read.mark", "thread.unfollow"}
"""The changes that take away what people have in a thread, or concern nobody else."""


def world() -> Direct:
    """Return a chat in which alice has replied to bob, and done there what people do."""
    made = Direct()
    for name in ("alice", "bob"):
        made.join(name)
    made.appoint("alice", "owner")
    made.run("bob", "message.post", {"room": LOBBY, "text": "above", "id": ABOVE})
    made.run("alice", "message.post", {"room": thread(made), "text": LINK, "id": REPLY})
    made.run("alice", "bookmark.add", {"id": REPLY})
    made.run("alice", "reaction.add", {"id": REPLY, "emoji": LIKE})
    with made.engine.begin() as db:
        db.execute(insert(previews.pages).values(**PAGE, expires_at=""))
        db.execute(insert(previews.previews).values(message=REPLY, url=LINK, place=0, page=REPLY))
    asyncio.run(made.run_jobs())
    return made


def thread(direct: Direct) -> str:
    return thread_of(direct.run("bob", "history", {"room": LOBBY})[0]["messages"][-1])


def outcome(direct: Direct, command: str) -> str:
    given = {name: thread(direct) if value == "THREAD" else value for name, value in CASES[command].items()}
    return code(direct, "alice", command, **given, **MORE.get(command, {}))


def test_what_works_after_the_end_is_what_reads_or_takes_away():
    assert {name for name in CASES if DECLARED[name].works_after_end and DECLARED[name].kind == "change"} == WORKING


@pytest.mark.parametrize("command", CASES)
def test_what_is_declared_to_work_in_a_thread_that_has_ended_does_and_nothing_else(command):
    going_on, ended = world(), world()
    ended.run("bob", "message.delete", {"id": ABOVE})
    before = outcome(going_on, command)
    assert before in ("fine", "invalid"), "it works in threads, or there is no such thing in threads"
    adds = before == "fine" and not DECLARED[command].works_after_end
    assert outcome(ended, command) == ("conflict" if adds else before)


def test_a_retry_is_answered_after_the_end_and_the_refusal_names_the_parameter():
    direct = world()
    direct.run("bob", "message.delete", {"id": ABOVE})
    again = {"room": thread(direct), "text": LINK, "id": REPLY}
    assert direct.run("alice", "message.post", again)[1] == []
    for command, params, field in (
        ("message.post", {"room": thread(direct), "text": "x"}, "room"),
        ("message.edit", {"id": REPLY, "text": "x"}, "id"),
        ("signal", {"to": thread(direct), "type": "x"}, "to"),
    ):
        with pytest.raises(Conflict) as refused:
            direct.run("alice", command, params)
        assert refused.value.details["field"] == field
