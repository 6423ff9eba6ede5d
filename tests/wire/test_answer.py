"""Handlers that acknowledge their event later, without a task."""

from __future__ import annotations

import asyncio

import pytest

from chatrooms.wire.answer import Answer
from tests.wire.program import until


class Asked:
    """A program's handler, what it was called with, and the answers that it has still to give."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}

    def ask(self, _sid: str, what: str) -> Answer:
        return self.answers.setdefault(what, Answer())


@pytest.fixture(params=[False, True])
async def asked(request, start):
    program, raw = await start(async_handlers=request.param)
    asked = Asked()
    program.server.on("ask", asked.ask)
    return asked, await raw.join_websocket()


async def test_the_acknowledgement_comes_when_the_answer_is_given(asked):
    asked, ws = asked
    await ws.send('421["ask","a"]')
    await until(lambda: "a" in asked.answers)
    asked.answers["a"].give({"ok": True})
    assert await ws.read() == '431[{"ok":true}]'


async def test_an_answer_that_cannot_be_encoded_is_logged_and_holds_nothing_up(asked, caplog):
    asked, ws = asked
    await ws.send('421["ask","a"]')
    await until(lambda: "a" in asked.answers)
    asked.answers["a"].give(object())
    await ws.send('422["ask","b"]')
    await until(lambda: "b" in asked.answers)
    asked.answers["b"].give("b")
    assert await ws.read() == '432["b"]'
    assert "a handler failed: TypeError" in caplog.text


async def test_an_answer_after_the_client_has_left_is_dropped(asked, caplog):
    asked, ws = asked
    await ws.send('421["ask","a"]')
    await until(lambda: "a" in asked.answers)
    await ws.close()
    asked.answers["a"].give("too late")
    assert not caplog.text


async def test_events_of_one_client_wait_for_the_answer_before_if_that_is_asked_for(start):
    program, raw = await start(async_handlers=False)
    asked = Asked()
    program.server.on("ask", asked.ask)
    ws = await raw.join_websocket()
    for number, what in enumerate("abc"):
        await ws.send(f'42{number}["ask","{what}"]')
    for number, what in enumerate("abc"):
        await until(lambda what=what: what in asked.answers)
        assert [*asked.answers] == list("abc")[: number + 1]
        asked.answers[what].give(what)
        assert await ws.read() == f'43{number}["{what}"]'


async def test_an_answer_can_be_awaited_before_and_after_it_is_given():
    answer = Answer()
    waiting = asyncio.create_task(asyncio.wait_for(answer, 5))
    cancelled = asyncio.create_task(asyncio.wait_for(answer, 5))
    await asyncio.sleep(0)
    cancelled.cancel()
    answer.give(7)
    assert (await waiting, await answer) == (7, 7)
