"""What strangers bring about again and again is counted."""

from __future__ import annotations

import asyncio
import logging

import pytest

from chatrooms.wire.tally import SHOWN, Tally, who

log = logging.getLogger("tests.tally")


@pytest.fixture
def lines(caplog):
    """The messages that were logged so far, and a way to wait until there are as many as wanted."""
    caplog.set_level(logging.INFO, "tests.tally")

    async def at_least(number):
        async with asyncio.timeout(30):
            while len(caplog.messages) < number:
                await asyncio.sleep(0.001)
        return caplog.messages

    return at_least


async def test_the_first_of_a_kind_is_logged_and_the_others_are_summed_up(lines):
    tally = Tally(log, seconds=0.05)
    for _ in range(67_600):
        tally.note(logging.INFO, "packet refused: not JSON")
    tally.note(logging.WARNING, "cannot accept connections")
    assert await lines(3) == [
        "packet refused: not JSON",
        "cannot accept connections",
        "packet refused: not JSON: 67,599 more in 0.05 s",
    ]


async def test_the_first_clients_of_a_kind_are_named_and_the_others_counted(lines):
    tally = Tally(log, seconds=0.05)
    for number in range(1000):
        tally.note(logging.INFO, "connection refused: name_taken", who("alice", f"203.0.113.{number % 50}"))
    assert await lines(SHOWN + 1) == [
        *(f"connection refused: name_taken: 'alice' from 203.0.113.{number}" for number in range(SHOWN)),
        f"connection refused: name_taken: {1000 - SHOWN} more in 0.05 s",
    ]
    tally.note(logging.INFO, "connection refused: name_taken", who("bob", "203.0.113.1"))
    assert (await lines(SHOWN + 2))[-1] == "connection refused: name_taken: 'bob' from 203.0.113.1"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("alice", "'alice' from ::1"),
        ("a\n\x1b[31mb", r"'a\n\x1b[31mb' from ::1"),
        ("t" * 43, "a name of 43 characters from ::1"),
        (["alice"], "no name from ::1"),
        (None, "no name from ::1"),
    ],
)
def test_a_name_in_a_line_is_short_printable_and_no_token(name, shown):
    assert who(name, "::1") == shown


async def test_after_a_quiet_time_the_next_one_is_the_first_again(lines):
    tally = Tally(log, seconds=0.001)
    for number in range(3):
        tally.note(logging.INFO, "again")
        assert await lines(number + 1) == ["again"] * (number + 1)
        while tally._running:
            await asyncio.sleep(0)


def test_another_event_loop_begins_to_count_anew(caplog):
    caplog.set_level(logging.INFO, "tests.tally")
    tally = Tally(log)

    async def note():
        tally.note(logging.INFO, "again")

    for _ in range(2):
        asyncio.run(note())
    assert caplog.messages == ["again", "again"]
