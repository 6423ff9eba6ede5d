"""Ended sessions stay ended, whoever looked them up before; one whose end was undone goes on."""

from __future__ import annotations

import pytest

from chatrooms.errors import Unauthorized
from chatrooms.pipeline.act import Caller
from chatrooms.pipeline.session_use import SessionUse


def ended(use: SessionUse) -> bool:
    try:
        use.require(Caller("alice", session="s"))
    except Unauthorized:
        return True
    return False


@pytest.mark.parametrize(
    ("steps", "is_ended"),
    [
        (["end", "look up", "find"], False),  # the database has it after its end: that was undone
        (["end", "look up", "end", "find"], True),  # found before the commit, which ended it
        (["look up", "end", "find"], True),
        (["look up", "end", "find", "look up", "find"], False),
        (["look up", "find"], False),
        (["look up", "end", "look up", "end", "find"], True),
    ],
)
def test_a_session_is_accepted_only_if_the_database_had_it_after_its_end(steps, is_ended):
    use, since = SessionUse(), 0
    for step in steps:
        match step:
            case "end":
                use.end(["other", "s"])
            case "look up":
                since = use.now()
            case "find":
                use.find_again("s", since)
    assert ended(use) == is_ended


def test_a_person_who_is_barred_is_rejected_with_and_without_a_session():
    use = SessionUse()
    use.end(["alice"])
    for me in (Caller("alice"), Caller("alice", session="s")):
        with pytest.raises(Unauthorized):
            use.note(me)
    use.note(Caller("bob", session="t"))
    assert use.take_used() == {"t"}
