"""Programs in processes of their own: what they print, how they end, and what they leave unread."""

from __future__ import annotations

import pytest

from chatrooms import isolated

LONG = b"x" * 1_000_000


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("import sys; print(len(sys.stdin.buffer.read()), end='')", (0, b"1000000")),
        ("import sys; sys.stdin.close(); print('enough', end='')", (0, b"enough")),
        ("raise SystemExit(3)", (3, b"")),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", (-9, b"")),
    ],
)
async def test_a_program_need_not_read_what_it_is_given(tmp_path, program, answer):
    file = tmp_path / "program.py"
    file.write_text(program)
    assert await isolated.run(str(file), given=LONG, seconds=60) == answer


async def test_a_program_that_has_ended_before_it_is_given_anything_is_no_failure(tmp_path, monkeypatch):
    file = tmp_path / "program.py"
    file.write_text("raise SystemExit(3)")
    give = isolated._give

    async def late(stdin, given):
        await stdin.wait_closed()
        await give(stdin, given)

    monkeypatch.setattr(isolated, "_give", late)
    assert await isolated.run(str(file), given=LONG, seconds=60) == (3, b"")


async def test_a_program_that_takes_longer_is_killed(tmp_path):
    file = tmp_path / "program.py"
    file.write_text("import time; time.sleep(600)")
    with pytest.raises(TimeoutError):
        await isolated.run(str(file), seconds=0.2)
