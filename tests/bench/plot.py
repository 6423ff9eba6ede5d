"""A bar chart of the rates: one group of bars for each case, longer is faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench.figures import OURS, Case
from tests.bench.report import HEADINGS, number

RATES = ("fan-out", "person", "stored", "connect")
COLOURS = {"node": "#7a9e7e", "node-sqlite": "#4f7355", "python-socketio": "#b9a26a", OURS: "#3d5a98"}
WIDTH, MARGIN, NAMES, BAR, GAP, TOP = 1600, 40, 330, 22, 18, 84
INK, FAINT, PAPER = "#222222", "#888888", "#ffffff"


def draw(cases: list[Case], path: Path) -> bool:
    """Write a PNG; return False if there is nothing to draw, or no Pillow."""
    rates = [case for case in cases if case.workload in RATES and any(s.median for s in case.by_peer.values())]
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        return False
    if not rates:
        return False
    image = Image.new("RGB", (WIDTH, _height(rates)), PAPER)
    Picture(ImageDraw.Draw(image), ImageFont.load_default(20), rates).draw()
    image.save(path)
    return True


class Picture:
    """What is drawn on."""

    def __init__(self, canvas: Any, font: Any, cases: list[Case]) -> None:
        self._canvas, self._font, self._cases = canvas, font, cases

    def draw(self) -> None:
        """Legend and bars."""
        self._legend()
        top = TOP
        for case in self._cases:
            self._group(case, top)
            top += _group_height(case)

    def _legend(self) -> None:
        left = NAMES
        for peer, colour in COLOURS.items():
            self._canvas.rectangle((left, 30, left + BAR, 30 + BAR), fill=colour)
            self._text(left + BAR + 10, 30, HEADINGS[peer])
            left += BAR + 60 + int(self._font.getlength(HEADINGS[peer]))

    def _group(self, case: Case, top: int) -> None:
        self._text(MARGIN, top, case.case)
        self._text(MARGIN, top + BAR, case.unit, FAINT)
        most = max(summary.median or 0 for summary in case.by_peer.values())
        for peer, colour in COLOURS.items():
            if peer in case.by_peer:
                self._bar(case.by_peer[peer].median, most, colour, top)
                top += BAR

    def _bar(self, value: float | None, most: float, colour: str, top: int) -> None:
        end = NAMES + (WIDTH - NAMES - MARGIN - 130) * (value or 0) / most
        self._canvas.rectangle((NAMES, top, end, top + BAR - 3), fill=colour)
        self._text(end + 8, top - 2, number(value) if value else "failed")

    def _text(self, x: float, y: float, text: str, colour: str = INK) -> None:
        self._canvas.text((x, y), text, fill=colour, font=self._font)


def _group_height(case: Case) -> int:
    return BAR * max(2, sum(peer in case.by_peer for peer in COLOURS)) + GAP


def _height(cases: list[Case]) -> int:
    return TOP + sum(map(_group_height, cases)) + MARGIN
