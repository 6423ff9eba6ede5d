"""Escaped text and tables as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

_code = re.compile(r"(`{1,2})([^`]+)\1")


def code(text: object) -> str:
    """Return text as code."""
    return f"<code>{escape(str(text))}</code>"


def link(text: str, to: str) -> str:
    """Return code that links to the element with the id ``to``."""
    return f'<a href="#{escape(to)}">{code(text)}</a>'


def inline(text: str, anchors: dict[str, str] | None = None) -> str:
    """Return a paragraph of a docstring; text in backticks becomes code, with a link if it has an anchor."""

    def quoted(found: re.Match[str]) -> str:
        anchor = (anchors or {}).get(found[2])
        inner = f"<code>{found[2]}</code>"
        return f'<a href="#{escape(anchor)}">{inner}</a>' if anchor else inner

    return _code.sub(quoted, escape(text))


def prose(text: str, anchors: dict[str, str] | None = None) -> str:
    """Return a docstring as paragraphs."""
    return "".join(f"<p>{inline(part, anchors)}</p>" for part in text.split("\n\n") if part.strip())


def typed(notation: str, anchors: dict[str, str]) -> str:
    """Return a type as code, with links for the names in ``anchors``."""

    def named(found: re.Match[str]) -> str:
        anchor = anchors.get(found[0])
        return f'<a href="#{escape(anchor)}">{found[0]}</a>' if anchor else found[0]

    return f"<code>{re.sub(r'[A-Z][A-Za-z]+', named, escape(notation))}</code>"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of HTML cells; the first cell of each row is its header, and empty cells have a class."""
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "".join(f"<tr>{_cells(headers, row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def section(id: str, title: str, *parts: str) -> str:
    """Return a section that the table of contents links to."""
    return f'<section id="{escape(id)}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def article(id: str, title: str, *parts: str) -> str:
    """Return a part of a section, whose title is a name from the contract."""
    heading = f'<h3><a href="#{escape(id)}">{escape(title)}</a></h3>'
    return f'<article id="{escape(id)}">{heading}{"".join(parts)}</article>'


def _cells(headers: Sequence[str], row: Sequence[str]) -> str:
    first, *others = row
    rest = (
        f'<td data-head="{escape(header.lower())}"{"" if cell else " class=empty"}>{cell}</td>'
        for header, cell in zip(headers[1:], others, strict=True)
    )
    return f'<th scope="row">{first}</th>{"".join(rest)}'
