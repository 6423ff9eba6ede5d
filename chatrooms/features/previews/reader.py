"""A program that reads what an HTML page says of itself: ``reader.py CHARSET < PAGE``.

It reads the head of the page, and nothing behind it. It runs in a process of its own, as the decoder of pictures does,
because what it reads comes from strangers and may take long. It imports nothing of chatrooms, to start quickly. What it
prints is not clean yet.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import resource
import sys
from contextlib import suppress
from html.parser import HTMLParser

MEMORY = 128 * 1024 * 1024
SECONDS = 1
NICE = 10
MOST_BYTES = 256 * 1024
"""Of a page; what it says of itself is at its beginning."""
LONGEST = 2000
"""Characters of each answer."""
NAMES = {
    "title": ("og:title", "twitter:title", "<title>"),
    "description": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "picture": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
}
"""The properties of https://ogp.me and others that say the same, best first."""
_charset = re.compile(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class HeadEndsError(Exception):
    """The rest of a page says nothing of it."""


class Page(HTMLParser):
    """The first value of each property in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._title: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a property; the title begins with the tag, and the head ends before the body."""
        if tag == "body":
            raise HeadEndsError
        if tag == "title" and "<title>" not in self.found:
            self._title = []
        elif tag == "meta":
            about = dict(attrs)
            name = (about.get("property") or about.get("name") or "").strip().lower()
            if name and (content := (about.get("content") or "").strip()):
                self.found.setdefault(name, content[:LONGEST])

    def handle_endtag(self, tag: str) -> None:
        """Note the title, which ends here; the head may."""
        if tag == "head":
            raise HeadEndsError
        if tag == "title" and self._title is not None:
            self.found["<title>"] = " ".join("".join(self._title).split())[:LONGEST]
            self._title = None

    def handle_data(self, data: str) -> None:
        """Note text, if it belongs to the title."""
        if self._title is not None:
            self._title.append(data)


def decoded(page: bytes, charset: str) -> str:
    """Return the text of a page: by its mark, what the server said, what the page says, or UTF-8; else as Windows."""
    declared = _charset.search(page[:2048])
    marks = [name for mark, name in _MARKS if page.startswith(mark)]
    for name in (*marks, charset, declared[1].decode() if declared else ""):
        with suppress(LookupError, ValueError):  # no encoding of text, or an unknown one
            return page.decode(name, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(page)  # the end of a character may be missing
    except ValueError:
        return page.decode("cp1252", "replace")


def read(page: str) -> dict[str, str]:
    """Return what a page says of itself, by the names of our own."""
    reading = Page()
    with suppress(HeadEndsError):
        reading.feed(page)
    found = {ours: [reading.found[each] for each in theirs if each in reading.found] for ours, theirs in NAMES.items()}
    return {ours: values[0] if values else "" for ours, values in found.items()}


def limit() -> None:
    """Limit what this process can use, no files, little memory and time, and let others go first."""
    os.nice(NICE)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(what, (most, most))


def main(charset: str = "") -> None:
    """Read a page from the standard input; print what it says of itself as JSON."""
    limit()
    print(json.dumps(read(decoded(sys.stdin.buffer.read(MOST_BYTES), charset))))  # noqa: T201 - for the server


if __name__ == "__main__":
    main(*sys.argv[1:])
