"""The outcome of a scenario: figures for the report, and violations of promises."""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN = 20


@dataclass
class Outcome:
    """One scenario's figures, by what they are of, and its violations."""

    name: str
    figures: dict[str, str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """A section of the report."""
        rows = [f"| {what} | {figure} |" for what, figure in self.figures.items()]
        shown = [f"- VIOLATION: {line}" for line in self.violations[:SHOWN]]
        verdict = f"**Violations: {len(self.violations)}**"
        return "\n".join([f"## {self.name}", "", "| what | figure |", "|---|---|", *rows, "", verdict, "", *shown])


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values are; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
