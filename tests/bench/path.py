"""Count the files that one ``message.post`` over a WebSocket goes through: ``python -m tests.bench.path [--calls]``.

Calls into chatrooms are recorded on all threads with `sys.setprofile`, from the frame that arrives to the frames that
leave. A jump is a call into another file than the call before.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import threading
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import chatrooms
from tests.people import connect
from tests.servers import running

ROOT = str(Path(chatrooms.__file__).parent) + "/"


class Recorder:
    """Notes each call into chatrooms while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.calls: list[tuple[str, str]] = []

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> None:
        """Note a call; for `sys.setprofile`."""
        name = frame.f_code.co_filename
        if self.on and event == "call" and name.startswith(ROOT):
            self.calls.append((name.removeprefix(ROOT), frame.f_code.co_qualname))


async def record() -> list[tuple[str, str]]:
    """Return the calls of one message in a room of two members."""
    recorder = Recorder()
    threading.setprofile(recorder)
    sys.setprofile(recorder)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(Path(folder)) as server,
            connect(server.url, "alice") as alice,
            connect(server.url, "bob") as bob,
        ):
            await alice.say("#lobby", "warm up")
            await bob.hears_text("warm up")
            recorder.on = True
            await alice.say("#lobby", "measured")
            await bob.hears_text("measured")
            recorder.on = False
    sys.setprofile(None)
    threading.setprofile(None)  # type: ignore[arg-type] # documented
    return recorder.calls


def summary(calls: list[tuple[str, str]], title: str) -> str:
    """Return one line of figures."""
    files = [file for file, _ in calls]
    jumps = sum(one != other for one, other in pairwise(files))
    return f"{title}: {len(calls)} calls, {len(set(calls))} functions, {len(set(files))} files, {jumps} jumps"


def main() -> None:
    """Print the figures, and with ``--calls`` the calls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", action="store_true", help="print every call in order")
    calls = asyncio.run(record())
    if parser.parse_args().calls:
        print(*(f"{file:40} {function}" for file, function in calls), sep="\n")
    print(summary(calls, "all"))
    print(summary([call for call in calls if not call[0].startswith("wire/")], "outside wire"))


if __name__ == "__main__":
    main()
