"""``python -m tests.bench``: this server and its peers, in turn, on this machine."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from tests.bench import machine, peers, plot, report
from tests.bench.checks import Wrong
from tests.bench.cores import Cores
from tests.bench.figures import OURS, Figure, cases
from tests.bench.peers import Bench
from tests.bench.seed import sow
from tests.bench.workloads import QUICK, Scale, Workload
from tests.bench.workloads.catalogue import WORKLOADS

RESULTS = Path(__file__).parent / "results"
PEERS = ("node", "node-sqlite", "python-socketio", OURS)


def main() -> int:
    """Measure what the command line asks for; 1 if anything of ours failed."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [workload for workload in WORKLOADS if not arguments.only or workload.name in arguments.only]
    scale = _scale(arguments)
    cores = Cores() if arguments.no_pin else Cores.of_this_machine()
    peers.raise_file_limit()
    cores.pin_load()
    if any(peer.startswith("node") for peer in arguments.peers):
        peers.install()
    with tempfile.TemporaryDirectory(prefix="chatrooms-bench-", dir=arguments.scratch) as scratch:
        about = machine.description(cores, Path(scratch))
        _say("people are made known …")
        bench = Bench(cores, sow(Path(scratch) / "seed", scale.people), Path(scratch))
        figures = list(_measured(bench, scale, chosen, arguments.peers))
    _write(arguments.out, figures, chosen, about, scale)
    return int(any(figure.peer == OURS and figure.value is None for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one rough round, a few minutes")
    parser.add_argument("--rounds", type=int, help="alternating rounds")
    parser.add_argument("--seconds", type=float, help="how long people talk in one case")
    parser.add_argument("--only", type=_names([w.name for w in WORKLOADS]), help="workloads, separated by commas")
    parser.add_argument("--peers", type=_names(PEERS), default=PEERS, help="servers, separated by commas")
    parser.add_argument("--room", type=_room, action="append", help="SOCKETS:SENDERS,… of fan-out, such as 500:1,8,64")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the report goes")
    parser.add_argument("--scratch", type=Path, help="where databases are made; on the disk that is to be measured")
    parser.add_argument("--no-pin", action="store_true", help="leave the cores to the system")
    return parser.parse_args()


def _names(known: list[str] | tuple[str, ...]):
    def parse(given: str) -> tuple[str, ...]:
        names = tuple(given.split(","))
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not among {', '.join(known)}")
        return names

    return parse


def _room(given: str) -> tuple[int, tuple[int, ...]]:
    sockets, _, senders = given.partition(":")
    return int(sockets), tuple(map(int, senders.split(",")))


def _scale(arguments: argparse.Namespace) -> Scale:
    rooms = arguments.room and tuple(arguments.room)
    given = {"rounds": arguments.rounds, "seconds": arguments.seconds, "rooms": rooms}
    return replace(QUICK if arguments.quick else Scale(), **{name: value for name, value in given.items() if value})


def _measured(bench: Bench, scale: Scale, chosen: list[Workload], wanted: tuple[str, ...]) -> Iterator[Figure]:
    for number in range(1, scale.rounds + 1):
        for workload in chosen:
            if number > 1 and workload.once:
                continue
            taking_part = [peer for peer in workload.peers if peer in wanted or peer not in PEERS]
            turn = number % max(1, len(taking_part))
            for peer in taking_part[turn:] + taking_part[:turn]:
                yield from (replace(figure, round=number) for figure in _one(bench, scale, workload, peer))


def _one(bench: Bench, scale: Scale, workload: Workload, peer: str) -> Iterator[Figure]:
    try:
        for figure in workload.measure(bench, scale, peer):
            _say(f"{workload.name}, {figure.case}, {peer}: {report.number(figure.value)} {figure.unit}")
            yield figure
    except Exception as error:
        kind = "WRONG" if isinstance(error, Wrong) else type(error).__name__
        _say(f"{workload.name}, {peer}: {kind}: {error}")
        yield Figure(workload.name, "failed", peer, None, "", note=f"{kind}: {error}")


def _write(out: Path, figures: list[Figure], chosen: list[Workload], about: dict[str, str], scale: Scale) -> None:
    out.mkdir(parents=True, exist_ok=True)
    found = cases(figures)
    text = report.markdown(found, chosen, about, scale)
    (out / "report.md").write_text(text)
    rows = {"machine": about, "figures": [figure.as_row() for figure in figures]}
    (out / "figures.json").write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    print(text)
    if not plot.draw(found, out / "report.png"):
        _say("no plot: that takes Pillow (the extra `bench`) and some rates")
    _say(f"written to {out}")


def _say(line: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
