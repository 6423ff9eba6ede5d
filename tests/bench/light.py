"""What a program pays for chatrooms before it does anything: ``python -m tests.bench.light [--python PYTHON]``.

First an import, step by step: what chatrooms is built on, and then its own part. Then `chatrooms serve`, each time a
new process on a database that exists, until its first answer: to a handshake of Socket.IO, and to one of the page.

Memory is what is resident, time is that of the processor. The extras for tests make both larger: to measure what people
install, give it the Python of a fresh environment, after ``pip install '.[server]'`` there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import orjson
import psutil

from tests.processes import environment

STEPS = {
    "Python": "pass",
    "its event loop": "import asyncio",
    "pydantic": "from pydantic import BaseModel",
    "SQLAlchemy": "import sqlalchemy",
    "Starlette and Socket.IO": "import starlette.applications, orjson, socketio",
    "chatrooms": "from chatrooms import Chatrooms",
    "a chat": "chat = Chatrooms()",
}
PROGRAM = """
import sys, time
found = []
for step in sys.argv[1:]:
    exec(step)
    with open("/proc/self/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    found.append([kilobytes / 1024, time.process_time()])
print(found)
"""
ANSWERS = {"a handshake": "/socket.io/?EIO=4&transport=polling", "the page": "/"}


@dataclass(frozen=True)
class Cost:
    """Resident ``mebibytes``, and ``seconds`` of the processor."""

    mebibytes: float
    seconds: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.mebibytes - other.mebibytes, self.seconds - other.seconds)

    def __str__(self) -> str:
        return f"{self.mebibytes:5.1f} MiB, {self.seconds:.2f} s"


def imported(python: str, env: dict[str, str]) -> list[Cost]:
    """Return the costs of a new process after each of `STEPS`."""
    done = subprocess.run(
        [python, "-c", PROGRAM, *STEPS.values()], env=env, capture_output=True, check=True, cwd=env["HOME"]
    )
    return [Cost(*each) for each in orjson.loads(done.stdout)]


def answered(python: str, env: dict[str, str], path: str) -> Cost:
    """Return the costs of a new server when it has answered once."""
    command = [python, "-m", "chatrooms", "serve", "--port", "0", "--data", env["HOME"]]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, cwd=env["HOME"]) as server:
        try:
            url = next(iter(server.stdout)).split()[-1]
            with urlopen(url.rstrip("/") + path) as answer:
                answer.read()
            process = psutil.Process(server.pid)
            times = process.cpu_times()
            return Cost(process.memory_info().rss / 1024 / 1024, times.user + times.system)
        finally:
            server.terminate()


def middle(costs: list[Cost]) -> Cost:
    """Return the medians."""
    return Cost(median(each.mebibytes for each in costs), median(each.seconds for each in costs))


def report(python: str, rounds: int, env: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the report; each first round only writes bytecode and the database."""
    steps = [imported(python, env) for _ in range(rounds + 1)][1:]
    before = Cost(0, 0)
    for name, costs in zip(STEPS, zip(*steps, strict=True), strict=True):
        after = middle(list(costs))
        yield f"{name:25} {after - before}   in all {after}"
        before = after
    for name, path in ANSWERS.items():
        yield f"{name:52} {middle([answered(python, env, path) for _ in range(rounds + 1)][1:])}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.light", description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the Python of the environment to measure")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as bytecode:
        env = environment(Path(home), PYTHONPYCACHEPREFIX=bytecode, PYTHONPATH=os.environ.get("PYTHONPATH", ""))
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        for line in report(given.python, given.rounds, env):
            print(line, flush=True)


if __name__ == "__main__":
    main()
