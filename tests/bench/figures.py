"""Measured values, and figures over several rounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.bench.cores import Usage

OURS = "chatrooms"


@dataclass(frozen=True)
class Figure:
    """One value of one server in one round; ``value`` is None if it could not be measured, and ``note`` says why."""

    workload: str
    case: str
    peer: str
    value: float | None
    unit: str
    usage: Usage | None = None
    note: str = ""
    round: int = 0

    def as_row(self) -> dict[str, Any]:
        """Return all fields, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Summary:
    """The figures of one server in one case, over all rounds."""

    figures: tuple[Figure, ...]

    @property
    def values(self) -> list[float]:
        """Return the values that could be measured."""
        return [figure.value for figure in self.figures if figure.value is not None]

    @property
    def median(self) -> float | None:
        """Return the median."""
        return median(self.values) if self.values else None

    @property
    def notes(self) -> list[str]:
        """Return the distinct notes."""
        return list(dict.fromkeys(figure.note for figure in self.figures if figure.note))

    @property
    def processor_each(self) -> float | None:
        """The median of the server's seconds on the processor for each of what a rate counts."""
        spent = [figure.usage.server / figure.value for figure in self.figures if figure.usage and figure.value]
        return median(spent) if spent else None

    def share(self, of: str) -> float | None:
        """The median share of a core: of ``load``, ``server`` or ``others``."""
        shares = [getattr(figure.usage, of) for figure in self.figures if figure.usage]
        return median(shares) if shares else None


@dataclass(frozen=True)
class Case:
    """One line of the table: a case of a workload, with the figures of each server."""

    workload: str
    case: str
    unit: str
    by_peer: dict[str, Summary]

    def ratio(self, to: str) -> float | None:
        """Ours divided by theirs: the median of the rounds, in each of which both ran one after the other."""
        ours, theirs = self._by_round(OURS), self._by_round(to)
        ratios = [ours[number] / theirs[number] for number in ours.keys() & theirs.keys() if theirs[number]]
        return median(ratios) if ratios else None

    def ratio_per_processor(self, to: str) -> float | None:
        """The same for a rate per second of the server's time on the processor, whoever else had that meanwhile."""
        ours, theirs = self._work(OURS), self._work(to)
        return ours / theirs if self.unit.endswith("/s") and ours and theirs else None

    def _by_round(self, peer: str) -> dict[int, float]:
        return {figure.round: figure.value for figure in self._figures(peer) if figure.value is not None}

    def _work(self, peer: str) -> float | None:
        found = [f.value / f.usage.server for f in self._figures(peer) if f.value and f.usage and f.usage.server]
        return median(found) if found else None

    def _figures(self, peer: str) -> tuple[Figure, ...]:
        summary = self.by_peer.get(peer)
        return summary.figures if summary else ()


def cases(figures: Iterable[Figure]) -> list[Case]:
    """The figures by case, in the order in which the cases came first."""
    found: dict[tuple[str, str, str], dict[str, list[Figure]]] = {}
    for figure in figures:
        key = (figure.workload, figure.case, figure.unit)
        found.setdefault(key, {}).setdefault(figure.peer, []).append(figure)
    return [
        Case(*key, {peer: Summary(tuple(all_of_it)) for peer, all_of_it in by_peer.items()})
        for key, by_peer in found.items()
    ]
