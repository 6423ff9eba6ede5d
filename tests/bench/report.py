"""The figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from tests.bench.cores import DISTURBED, SATURATED
from tests.bench.figures import OURS, Case, Summary
from tests.bench.workloads import Scale, Workload

HEADINGS = {
    "node": "Socket.IO on Node",
    "node-sqlite": "Socket.IO on Node, storing",
    "python-socketio": "python-socketio",
    "write loop": "`write` loop",
    OURS: "chatrooms",
}
EXPLANATION = f"""\
Medians of {{rounds}} (smallest – largest). **load** and **server** are the shares of their core that the load generator
and the server took, **others** what anything else took on the server's core: above {DISTURBED:.0%} the figure is marked
with ⚠. A load above {SATURATED:.0%} is marked with ‼: there the generator may have been the limit, not the server.
Ratios are ours divided by theirs, the median of those of the rounds, in each of which the servers ran one after the
other; "per CPU second" divides each rate by the server's share of its core first, which evens out what others took.
"CPU each" is the server's time on the processor divided by the number of what the rate counts.
chatrooms committed every message to SQLite with `synchronous=FULL` before it was delivered or acknowledged, many in a
commit; the peer that stores does the same with better-sqlite3, each message in a commit of its own, as Socket.IO's
tutorial does; the other peers store nothing. Every delivered message was checked: right room, right order, nothing
missing, nothing twice. Person to person, chatrooms tells the sender's own tabs, too, where the peers tell only the
recipient.
"""


def markdown(cases: list[Case], workloads: Iterable[Workload], machine: dict[str, str], scale: Scale) -> str:
    """The whole report."""
    rounds = "one round" if scale.rounds == 1 else f"{scale.rounds} alternating rounds"
    parts = ["# Benchmark", EXPLANATION.format(rounds=rounds)]
    for workload in workloads:
        found = [case for case in cases if case.workload == workload.name]
        if found:
            parts.append(f"## {workload.title}\n\n{_table(found)}{_notes(found)}")
    parts.append("## Machine\n\n" + "\n".join(f"- {name}: {value}" for name, value in machine.items()))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(cases: list[Case]) -> str:
    peers = [peer for peer in HEADINGS if any(peer in case.by_peer for case in cases)]
    compared = [peer for peer in peers if peer != OURS and OURS in peers]
    unit = _unit(cases)
    head = [unit, *(HEADINGS[peer] for peer in peers), *(f"ours / {HEADINGS[peer]}" for peer in compared)]
    rows = [[_name(case, unit), *(_cell(case.by_peer.get(peer), case.unit) for peer in peers)] for case in cases]
    for row, case in zip(rows, cases, strict=True):
        row += [_ratio(case.ratio(peer), case.ratio_per_processor(peer)) for peer in compared]
    return "\n".join(_line(row) for row in [head, ["---"] + ["---:"] * (len(head) - 1), *rows])


def _unit(cases: list[Case]) -> str:
    return next((case.unit for case in cases if case.unit), "")


def _name(case: Case, unit: str) -> str:
    return case.case if case.unit in (unit, "") else f"{case.case} ({case.unit})"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(summary: Summary | None, unit: str) -> str:
    if summary is None:
        return ""
    if summary.median is None:
        return "failed"
    spent = summary.processor_each if unit.endswith("/s") else None
    each = f"<br>{number(1e6 * spent)} µs CPU each" if spent else ""
    return f"**{number(summary.median)}**{_range(summary.values)}{each}{_shares(summary)}"


def _range(values: list[float]) -> str:
    return f" ({number(min(values))} – {number(max(values))})" if len(values) > 1 else ""


def _shares(summary: Summary) -> str:
    load, server, others = (summary.share(of) for of in ("load", "server", "others"))
    if load is None:
        return ""
    marks = (" ‼" if load > SATURATED else "") + (" ⚠" if others > DISTURBED else "")
    return f"<br>load {load:.0%}, server {server:.0%}, others {others:.0%}{marks}"


def _ratio(ratio: float | None, per_processor: float | None) -> str:
    if ratio is None:
        return ""
    return f"**{_times(ratio)}×**" + (f"<br>per CPU second {_times(per_processor)}×" if per_processor else "")


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def _notes(cases: list[Case]) -> str:
    notes = [
        f"- {HEADINGS[peer]}, {case.case}: {note}"
        for case in cases
        for peer, summary in case.by_peer.items()
        for note in summary.notes
    ]
    return "\n\n" + "\n".join(notes) if notes else ""


def number(value: float) -> str:
    """As many digits as say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
