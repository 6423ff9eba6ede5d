"""Unread messages by the Python client's rule, and that the browser's is the same."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

import pytest

from chatrooms.client.unread import MOST, Unread
from tests.node import STATIC, running

ROOM = "#x"
AUTHORS = ("me", "bob", "carol")
PROGRAM = """
import { readFileSync } from "node:fs";
const [, stories, page, rows, store, unread, counts] = process.argv;
await import(page);
const { takeRows, forgetRoom } = await import(rows);
const { me } = await import(store);
const { unreadOf } = await import(unread);
const { unreadText } = await import(counts);
me.value = { username: "me" };
let blocked = 0;
const steps = {
  messages: (messages) => takeRows("#x", { messages }),
  read: (read) => takeRows("me", { reads: [read] }),
  restart: (rev) => forgetRoom("#x", rev),
  block: (gone) => takeRows("me", { blocks: [{ blocked: "bob", gone, rev: (blocked += 1) }] }),
};
const shown = JSON.parse(readFileSync(stories, "utf8")).map((story) => {
  forgetRoom("#x");
  steps.block(true);
  return story.map(([step, given]) => (steps[step](given), unreadOf("#x")));
});
console.log(JSON.stringify([shown, [0, 7, 999, 1000, 1003].map(unreadText)]));
"""


def message(number: int, rev: int = 0, *, deleted: bool = False) -> dict[str, Any]:
    """Return message ``number``, whose author and seq never change."""
    row = {"id": str(number), "room": ROOM, "seq": 2 * number, "number": number, "author": AUTHORS[number % 3]}
    return {**row, "rev": max(rev, 2 * number), "text": None if deleted else "x", "deleted": deleted}


def event(after: int) -> dict[str, Any]:
    """Return an event between message ``after`` and the next one."""
    row = {"id": f"after {after}", "room": ROOM, "seq": 2 * after + 1, "number": None, "author": AUTHORS[after % 3]}
    return {**row, "rev": 2 * after + 1, "text": "x", "deleted": False}


def read(number: int, rev: int, room_rev: int, uncounted: int | None) -> dict[str, Any]:
    """Return a read position."""
    row = {"username": "me", "room": ROOM, "seq": 2 * number, "number": number, "rev": rev}
    return {**row, "uncounted": uncounted, "room_rev": room_rev}


def story(random: Random) -> list[tuple[str, Any]]:
    """Return what a client takes in, in any order."""
    steps: list[tuple[str, Any]] = []
    for rev in range(1, random.randint(2, 25)):
        match random.randrange(7):
            case 0:
                steps.append(("restart", random.randint(0, 60)))
            case 3:
                steps.append(("block", random.random() < 0.4))
            case 1 | 2:
                position, uncounted = random.randint(0, 30), random.choice([0, 1, 2, 5, None])
                steps.append(("read", read(position, rev + random.choice([0, -1]), random.randint(1, 60), uncounted)))
            case _:
                numbers = random.sample([*range(1, 30), 1020], 3)
                rows = [message(n, random.randint(1, 60), deleted=random.random() < 0.3) for n in numbers]
                steps.append(("messages", [*rows, event(random.randint(0, 30))]))
    return steps


def shown(steps: list[tuple[str, Any]]) -> list[int]:
    """Return what the Python client shows after each step."""
    unread, posted, found, held = Unread(), 0, [], {}
    for step, given in steps:
        if step == "messages":
            unread.notice(ROOM, given, "me")
            held |= {row["number"]: row for row in given if row["rev"] >= held.get(row["number"], row)["rev"]}
            posted = max(posted, *(row["number"] or 0 for row in given))
        elif step == "read":
            unread.take(given)
        elif step == "block":
            unread.take_block({"blocked": "bob", "gone": given}, {ROOM: held.values()}, "me")
        else:
            unread.restart(ROOM, given)
            posted, held = 0, {}
        found.append(unread.count(ROOM, posted))
    return found


@pytest.mark.slow
async def test_the_browser_counts_as_the_python_client_does(tmp_path):
    random = Random(20)
    stories = [story(random) for _ in range(2000)]
    file = tmp_path / "stories.json"
    file.write_text(json.dumps(stories))
    names = ("tests/page.js", "js/rows.js", "js/store.js", "js/reads/unread.js", "js/reads/counts.js")
    modules = [(STATIC / name).as_uri() for name in names]
    async with running(PROGRAM, str(file), *modules) as program, asyncio.timeout(60):
        answer, _ = await program.communicate()
    numbers, texts = json.loads(answer)
    assert numbers == [shown(steps) for steps in stories]
    assert texts == ["0", "7", "999", "999+", "999+"]


def test_a_change_that_was_counted_already_is_not_counted_again():
    unread = Unread()
    unread.take(read(1, rev=1, room_rev=8, uncounted=1))
    unread.notice(ROOM, [message(4, rev=8, deleted=True)], "me")
    assert unread.count(ROOM, 5) == 3
    unread.notice(ROOM, [message(5, rev=11, deleted=True), message(6)], "me")
    assert unread.count(ROOM, 6) == 2
    unread.take(read(1, rev=1, room_rev=12, uncounted=3))
    assert unread.count(ROOM, 6) == 2


def test_a_position_that_comes_late_is_not_taken():
    unread = Unread()
    unread.take(read(5, rev=3, room_rev=10, uncounted=0))
    unread.take(read(1, rev=2, room_rev=10, uncounted=1))
    unread.take(read(5, rev=3, room_rev=9, uncounted=2))
    assert unread.count(ROOM, 7) == 2


def test_more_than_a_thousand_are_not_counted_and_none_are_in_a_room_that_is_unknown():
    unread = Unread()
    assert unread.count(ROOM, 10) == 0
    unread.take(read(1, rev=1, room_rev=2, uncounted=0))
    assert [unread.count(ROOM, posted) for posted in (MOST, MOST + 1, MOST + 2)] == [MOST - 1, MOST, MOST]
    unread.take(read(1, rev=1, room_rev=3, uncounted=None))
    assert unread.count(ROOM, 1002) == MOST
