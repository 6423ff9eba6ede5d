"""Commands of the application itself, which may do anything in every room, and is a member of hardly any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest

from chatrooms import NotFound, Refusal
from chatrooms.pipeline.act import APPLICATION
from tests.direct import DECLARED, LOBBY, Direct
from tests.pipeline.test_permissions import CASES

ROOMS = ("#staff", LOBBY, "alice", "system", "alice+bob", "bob+carol", "alice+system", "carol+system", "#staff/THREAD")
OF_MESSAGES = ("SECRET", "REPLY")
RUN = [name for name, declared in DECLARED.items() if declared.kind != "live"]


@pytest.fixture
def direct() -> Iterator[Direct]:
    """Alice and bob in `#staff`, with a thread, and conversations with each other and the application."""
    direct = Direct()
    for name in ("alice", "bob", "carol"):
        direct.join(name)
    direct.run("bob", "room.create", {"name": "#staff"})
    direct.run("alice", "room.join", {"room": "#staff"})
    direct.ids = {"SECRET": said(direct, "#staff")}
    direct.ids |= {"REPLY": said(direct, f"#staff/{direct.ids['SECRET']['seq']}"), "HERS": said(direct, "alice+bob")}
    direct.run_as(APPLICATION, "message.post", {"room": "alice+system", "text": "Welcome"})
    yield direct
    direct.engine.dispose()


def said(direct: Direct, room: str) -> dict:
    return direct.run("bob", "message.post", {"room": room, "text": "@alice, hi"})[0]["message"]


def variants(direct: Direct, template: dict) -> Iterator[dict]:
    """Yield parameters of a command with each kind of room, or message, if they name one."""
    named = {key: str(uuid4()) if value == "NEW" else value for key, value in template.items()}
    thread = str(direct.ids["SECRET"]["seq"])
    if "room" in named:
        yield from ({**named, "room": room.replace("THREAD", thread)} for room in ROOMS)
    elif named.get("id") in OF_MESSAGES:
        yield from ({**named, "id": message["id"]} for message in direct.ids.values())
    else:
        yield named


@pytest.mark.parametrize("command", RUN)
def test_no_command_of_the_application_fails_wherever_it_is_run(direct, command):
    for template, *_ in CASES[command]:
        for params in variants(direct, template):
            with suppress(Refusal):
                direct.run_as(APPLICATION, command, params)


@pytest.mark.parametrize("command", ["room.leave", "room.mute", "room.favorite"])
def test_the_application_changes_no_membership_that_it_has_not(direct, command):
    with pytest.raises(NotFound, match="not a member here"):
        direct.run_as(APPLICATION, command, {"room": "#staff"})
    direct.run_as(APPLICATION, "room.join", {"room": "#staff"})
    direct.run_as(APPLICATION, command, {"room": "#staff"})
    with suppress(NotFound):
        direct.run_as(APPLICATION, "room.leave", {"room": "#staff"})
    with pytest.raises(NotFound, match="not a member here"):
        direct.run_as(APPLICATION, command, {"room": "#staff"})
