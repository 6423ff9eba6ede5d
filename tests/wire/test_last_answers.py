"""What clients that poll may fetch after their sessions have ended is little."""

from __future__ import annotations

from chatrooms.wire import last_answers
from chatrooms.wire.last_answers import LastAnswers


async def test_the_oldest_give_way_and_each_is_fetched_once(monkeypatch):
    monkeypatch.setattr(last_answers, "MOST", 100)
    answers = LastAnswers()
    for number in range(5):
        answers.keep(f"{number}", b"x" * 30)
    assert [len(answers.take(f"{number}") or b"") for number in range(5)] == [0, 0, 30, 30, 30]
    assert answers.take("4") is None
    answers.keep("large", b"x" * 101)
    assert answers.take("large") is None
    answers.keep("next", b"x" * 100)
    answers.keep("empty", b"")
    assert len(answers) == 2
    answers.clear()
    answers.keep("last", b"x" * 100)
    assert answers.take("last") == b"x" * 100
