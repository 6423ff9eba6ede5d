"""Try what `/openapi.json` describes, as an owner: ``python -m tests.doors.docs.explore``; it needs ``schemathesis``.

It sends thousands of requests, valid ones and others. Every answer must be one that the document has, of its form, and
nothing may be accepted that the document forbids. That a valid one can be rejected is no finding: the document cannot
say which names there are, or which password is yours.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.people import connect
from tests.processes import chatrooms, started
from tests.servers import QUICK

UNFIT = r"session\.(revoke_others|leave)$|/readyz$"
"""What ends the session that explores, or answers 503 on a disk that is nearly full."""


async def explore(seconds: int) -> int:
    """Run schemathesis for so long; return its exit status."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or shutil.which("schemathesis")
    if program is None:
        sys.exit("Install schemathesis first: pip install schemathesis")
    options = [part for name, value in QUICK.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        async with started(data, *options) as server, connect(server.url, "olga") as olga:
            await chatrooms(data, "user", "role", "olga", "owner", "--data", name)
            arguments = (
                *("run", f"{server.url}/openapi.json", "--header", f"Authorization: Bearer {olga.token}"),
                *("--phases", "examples,coverage,fuzzing", "--max-time", str(seconds), "--max-examples", "10"),
                *("--exclude-checks", "positive_data_acceptance", "--exclude-path-regex", UNFIT),
            )
            return await (await asyncio.create_subprocess_exec(program, *arguments)).wait()


def main() -> None:
    """Explore for as long as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.doors.docs.explore", description=__doc__)
    parser.add_argument("--seconds", type=int, default=240)
    sys.exit(asyncio.run(explore(parser.parse_args().seconds)))


if __name__ == "__main__":
    main()
