"""``python -m tests.autobahn``: run the Autobahn test suite against our WebSockets, and uvicorn's for comparison.

The suite runs on Python 2.7: ``python2.7 -m pip install autobahntestsuite==25.10.1`` makes the program ``wstest``.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson

from tests import servers
from tests.autobahn.echo import LARGEST, OURS, SERVED

BAD = {"FAILED", "WRONG CODE", "UNCLEAN"}


def main() -> int:
    """Print what became of the cases for each server; 1 if one of ours failed."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="chatrooms-autobahn-") as scratch:
        reports = arguments.out or Path(scratch)
        asyncio.run(_run(arguments, reports.absolute(), Path(scratch)))
        found = orjson.loads((reports / "index.json").read_bytes())
    return _print(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.autobahn", description=__doc__)
    parser.add_argument("--wstest", default=shutil.which("wstest"), help="the program, if it is not on the PATH")
    parser.add_argument("--servers", nargs="+", choices=SERVED, default=tuple(SERVED))
    parser.add_argument("--cases", nargs="+", default=["*"], help="such as '6.*'; all if not given")
    parser.add_argument("--without", nargs="+", default=[], help="cases to leave out, such as '9.*'")
    parser.add_argument("--out", type=Path, help="a folder for the reports in HTML")
    arguments = parser.parse_args()
    if arguments.wstest is None:
        parser.error("There is no program wstest: name it by --wstest. " + (__doc__ or "").splitlines()[2])
    return arguments


async def _run(arguments: argparse.Namespace, reports: Path, scratch: Path) -> None:
    """Serve the echoes, and have the suite try them one after the other."""
    async with AsyncExitStack() as serving:
        found = []
        for name in arguments.servers:
            app, options = SERVED[name]
            servers.options = options | {"ws_max_size": LARGEST, "timeout_graceful_shutdown": 1}
            url = await serving.enter_async_context(servers.serving(app))
            found.append({"agent": name, "url": url.replace("http", "ws", 1)})
        spec = scratch / "spec.json"
        asked = {"cases": arguments.cases, "exclude-cases": arguments.without, "exclude-agent-cases": {}}
        spec.write_bytes(orjson.dumps({"outdir": str(reports), "servers": found, **asked}))
        suite = await asyncio.create_subprocess_exec(
            *(arguments.wstest, "--mode", "fuzzingclient", "--spec", str(spec)), cwd=scratch, stdout=sys.stderr
        )
        try:
            if await suite.wait():
                sys.exit("The suite could not run.")
        finally:
            if suite.returncode is None:
                suite.terminate()


def _print(found: dict[str, dict[str, Any]]) -> int:
    failed = 0
    for agent, cases in found.items():
        bad = {name: case for name, case in cases.items() if BAD & {case["behavior"], case["behaviorClose"]}}
        figures = ", ".join(f"{count} {what}" for what, count in Counter(c["behavior"] for c in cases.values()).items())
        print(f"{agent}: {len(cases)} cases: {figures}; {len(bad)} failed or closed wrongly")
        for name, case in bad.items():
            print(f"  {name}: {case['behavior']}, closed: {case['behaviorClose']} ({case['remoteCloseCode']})")
        failed += len(bad) * (agent in OURS)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
