"""The text of a message outside code and quotes, by the rules of CommonMark that decide what is either.

A quote is the lines that begin with ``>``, but not ``>>>``: a line below them without it is not quoted, as people who
answer expect.
One pass over the text, in time proportional to its length, whatever it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

_LINE_END = re.compile(r"\r\n?|\n")
_FENCE = re.compile(r"(`{3,})(?=[^`]*$)|(~{3,})")
_ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?= |$)")
_QUOTE = re.compile(">(?!>>)")
"""Three signs together are the prompt of a programming language."""
_INTERRUPTS = re.compile(r">(?!>>)|[-+*] +[^ ]|1[.)] +[^ ]|#{1,6}(?: |$)|`{3,}[^`]*$|~{3}")
"""What ends a paragraph without an empty line."""
_HEADING = re.compile(r"#{1,6}(?: |$)")
_TICKS = re.compile(r"`+")
CODE = 4
"""From so many spaces on, a line is code, unless it continues a paragraph."""
MAX_LINES = 300
"""How many lines are read, which bounds the time; longer texts have lines of a few characters."""


def prose(text: str) -> Iterator[str]:
    """Yield the paragraphs of a Markdown text, without code and quotes; a backtick stands for inline code."""
    blocks = _Blocks()
    for line in _LINE_END.split(text, maxsplit=MAX_LINES)[:MAX_LINES]:
        spaced = line.expandtabs(CODE)
        rest = spaced.lstrip(" ")
        blocks.read(rest, len(spaced) - len(rest))
    yield from (_without_code("\n".join(lines)) for lines in blocks.paragraphs)


class _Blocks:
    """The ``paragraphs`` so far, and the blocks that are open: list items, by the column of their content, or code."""

    def __init__(self) -> None:
        self.paragraphs: list[list[str]] = []
        self._items: list[int] = []
        self._fence = ""
        self._in_paragraph = False

    def read(self, rest: str, indent: int) -> None:
        """Take in the next line, without its indent."""
        if not rest:
            self._in_paragraph = False
            return
        if self._fence and self._is_fenced(rest, indent):
            return
        inside = bisect_right(self._items, indent)
        is_deep = indent - (self._items[inside - 1] if inside else 0) >= CODE
        if self._in_paragraph and (is_deep or not self._interrupts(rest, leaves_item=inside < len(self._items))):
            self.paragraphs[-1].append(rest)
            return
        del self._items[inside:]
        self._in_paragraph = False
        if not is_deep:
            self._begin(self._enter_items(rest, indent))

    def _is_fenced(self, rest: str, indent: int) -> bool:
        """Return whether a line belongs to the code block, whose end it can be."""
        deeper = indent - (self._items[-1] if self._items else 0)
        is_end = deeper < CODE and rest.startswith(self._fence) and not rest.rstrip(" ").strip(self._fence[0])
        if is_end or deeper < 0:
            self._fence = ""
        return deeper >= 0

    @staticmethod
    def _interrupts(rest: str, *, leaves_item: bool) -> bool:
        return bool(_INTERRUPTS.match(rest) or (leaves_item and _ITEM.match(rest)))

    def _enter_items(self, rest: str, column: int) -> str:
        """Enter the list items that a line begins; return the rest of it, empty if that is code."""
        while item := _ITEM.match(rest):
            after = rest[item.end() :]
            content = after.lstrip(" ")
            spaces = len(after) - len(content)
            is_code = spaces > CODE
            column += item.end() + (1 if is_code or not content else spaces)
            self._items.append(column)
            rest = "" if is_code else content
        return rest

    def _begin(self, rest: str) -> None:
        """Begin a paragraph or a code block; a quote is passed over."""
        if fence := _FENCE.match(rest):
            self._fence = fence[0]
        elif rest and not _QUOTE.match(rest):
            self.paragraphs.append([rest])
            self._in_paragraph = not _HEADING.match(rest)


def _without_code(text: str) -> str:
    """Return a paragraph without inline code: what is between two runs of backticks of one length."""
    runs = [run.span() for run in _TICKS.finditer(text)]
    closing: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in reversed(runs):
        closing[end - start].append(start)
    kept: list[str] = []
    done = 0
    for start, end in runs:
        opening = start + _is_escaped(text, done, start)
        found = closing[end - opening]
        while found and found[-1] < end:
            found.pop()
        if start >= done and opening < end and found:
            kept.append(text[done:opening])
            done = found[-1] + end - opening
    return "`".join([*kept, text[done:]])


def _is_escaped(text: str, start: int, end: int) -> bool:
    """Return whether the character at ``end`` has an odd number of backslashes before it, from ``start`` on."""
    first = end
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (end - first) % 2 == 1
