"""Run the protocols' own test suites: ``python -m tests.suites [--clone PATH]``.

The suites of Engine.IO v4 and Socket.IO v5 are in no package, so this fetches `COMMIT` of Socket.IO's repository by
git and what they need by npm. It runs each on our uvicorn protocols and on uvicorn's own, and exits with 1 if a test
fails. It takes a minute, and needs GitHub unless there is a clone, so it is no part of pytest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chatrooms.cli.serve import uvicorn_options
from chatrooms.wire import fastpath
from tests import servers
from tests.services.node import node, npm
from tests.suites.programs import PACKET, Echo, program
from tests.wire.raw import PATIENCE

SOURCE, COMMIT = "https://github.com/socketio/socket.io.git", "d2d753fed4435015c2d83fe62e676b44e07fa3f7"
ADDRESS = "localhost:3000"
"""Where the suites expect the server."""
RETRIES = "5"
"""Two tests race with a 5 ms timer of their own, or with a ping that is due at the same moment."""
PATHS = {"direct": {}, "plain": servers.PLAIN}


@dataclass(frozen=True)
class Suite:
    """A suite: its folder in the repository, the number of its tests, and the program that they expect."""

    folder: str
    tests: int
    program: Any


SUITES = {
    "Engine.IO v4": Suite("docs/engine.io-protocol/v4-test-suite", 25, Echo),
    "Socket.IO v5": Suite("docs/socket.io-protocol/v5-test-suite", 32, program),
}


def fetch(place: Path) -> None:
    """Fetch `COMMIT` into a new repository at ``place``; raises ``CalledProcessError``."""
    subprocess.run(["git", "init", "--quiet", place], check=True)
    subprocess.run(["git", "fetch", "--quiet", "--depth=1", SOURCE, COMMIT], cwd=place, check=True)


def unpack(repository: Path, place: Path) -> None:
    """Copy the suites out of a repository, and install what they need; raises ``CalledProcessError``."""
    folders = [suite.folder for suite in SUITES.values()]
    archive = subprocess.run(["git", "archive", COMMIT, *folders], cwd=repository, check=True, stdout=subprocess.PIPE)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as packed:
        packed.extractall(place, filter="data")
    install = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    for folder in folders:
        subprocess.run(install, cwd=place / folder, check=True, stdout=sys.stderr)


async def run(suite: Suite, folder: Path, options: dict[str, Any]) -> tuple[int, list[str]]:
    """Return how many tests passed, and the titles of those that failed."""
    servers.options = uvicorn_options() | options | {"ws_max_size": PACKET}
    text = (folder / "test-suite.js").read_text()
    async with servers.serving(suite.program(), lifespan="on") as url:
        (folder / "here.js").write_text(text.replace(ADDRESS, url.removeprefix("http://")))
        mocha = await asyncio.create_subprocess_exec(
            *(node(), "node_modules/mocha/bin/mocha", "--reporter", "json", "--retries", RETRIES, "--exit", "here.js"),
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(mocha.communicate(), 4 * PATIENCE)
    report = json.loads(out[out.index(b"{") :])
    failed = [f"{each['fullTitle']}: {each['err'].get('message')}" for each in report["failures"]]
    return report["stats"]["passes"], failed


async def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("--clone", type=Path, help="a clone of Socket.IO's repository to take the suites from")
    given = parser.parse_args()
    print(f"our protocols lack of uvicorn: {fastpath.missing() or 'nothing'}")
    wrong = False
    with TemporaryDirectory(prefix="chatrooms-suites-") as scratch:
        repository, place = Path(scratch, "repository"), Path(scratch, "suites")
        if not given.clone:
            fetch(repository)
        unpack(given.clone or repository, place)
        for name, suite in SUITES.items():
            for path, options in PATHS.items():
                passed, failed = await run(suite, place / suite.folder, options)
                print(f"{name}, {path}: {passed} of {suite.tests}", *failed, sep="\n  ", flush=True)
                wrong |= passed != suite.tests or bool(failed)
    return wrong


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
