"""What people do at two nodes at the same time, when each node has checked what the other is about to change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Barrier, BrokenBarrierError, Event
from types import ModuleType
from typing import Any

import pytest

from chatrooms.features import groups
from chatrooms.features.files import posting
from chatrooms.features.messages import resending
from chatrooms.pipeline.act import Act
from tests.appointing import appoint
from tests.features.files import upload
from tests.features.threads.waiting import hears_thread
from tests.people import PATIENCE, Refused

SECONDS_TO_MEET = 0.2
"""Less than the time after which PostgreSQL ends a transaction that does nothing."""


@pytest.fixture
def bus() -> str:
    """Run the nodes with one bus: the database alone keeps them apart."""
    return ""


@pytest.fixture
def meeting(monkeypatch) -> Callable[[ModuleType, str], None]:
    """Have a function that both nodes call return when both have called it, unless one waits for the other's lock."""

    def meet(module: ModuleType, name: str) -> None:
        both, function = Barrier(2), getattr(module, name)

        def returns_late(*given: Any) -> Any:
            found = function(*given)
            try:
                both.wait(SECONDS_TO_MEET)
            except BrokenBarrierError:
                return found
            return found

        monkeypatch.setattr(module, name, returns_late)

    return meet


async def test_a_file_is_in_one_message(on, meeting):
    tabs = [await on(0, "alice")]
    tabs.append(await on(1, "alice", token=tabs[0].token))
    file = await upload(tabs[0], b"hello", "hello.txt")
    meeting(posting, "own")
    posts = (tab.say(room, "", files=[file]) for tab, room in zip(tabs, ("#lobby", "alice"), strict=True))
    said = await asyncio.gather(*posts, return_exceptions=True)
    (message,) = [each for each in said if isinstance(each, dict)]
    (refused,) = [each for each in said if isinstance(each, Refused)]
    assert refused.code == "conflict"
    assert (await tabs[0].run("history", room=message["room"]))["messages"][-1]["files"] == message["files"]


async def test_a_reply_that_comes_while_the_message_above_is_sent_is_sent_with_it_later(on, nodes, monkeypatch):
    people = [await on(0, "alice"), await on(1, "bob")]
    above = await people[0].say("#lobby", "Hello")
    thread, changed = f"#lobby/{above['seq']}", resending.changed
    sending: Future[Any] = Future()
    said = Event()

    def sends_late(act: Act, *given: Any) -> Any:
        row = changed(act, *given)
        if not sending.done():
            sending.set_result(act.server)
            said.wait(SECONDS_TO_MEET)
        return row

    monkeypatch.setattr(resending, "changed", sends_late)
    await people[0].say(thread, "first")
    server = await asyncio.wait_for(asyncio.wrap_future(sending), PATIENCE)
    at = [node.chat._pipeline.server for node in nodes].index(server)
    await people[1 - at].say(thread, "second")
    said.set()
    for person in people:
        await hears_thread(person, 2)


async def test_two_admins_add_a_person_to_a_group_once(on, nodes, meeting):
    olga, oscar = await on(0, "olga"), await on(1, "oscar")
    for admin in ("olga", "oscar"):
        await appoint(nodes[0].chat, admin, "admin")
    group = (await olga.run("group.create", name="design"))["group"]
    meeting(groups, "reachable")
    changed = await asyncio.gather(
        *(admin.run("group.update", id=group["id"], add=["olga"]) for admin in (olga, oscar)), return_exceptions=True
    )
    assert [each["group"]["members"] for each in changed] == [["olga"], ["olga"]]
