"""The links of a text that are previewed: the first ones outside code and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from chatrooms.prose import prose

MOST = 3
"""How many links of a message are previewed."""
LONGEST = 2000
"""Bytes of a link that is previewed."""
LONGEST_WITH_LAST = LONGEST + 100
"""Characters of an address with the punctuation after it; of a longer one, nothing is previewed."""
LONGEST_HOST = 300
"""Characters of a host with its port, more than any has."""
_LINK = re.compile(
    r"(?:(?<!\\)\[(?:[^\[\]\\]|\\.)*+\]\(<?)?"
    r"((?:https?://|\bwww\.)[^\s<>\[\]\u2018-\u201d\u3000-\u303f\uff01-\uff65]+)",
    re.IGNORECASE,
)
"""An address, which what the browser takes for its end ends too; of a link with a text, where it leads.

A text goes on to the next bracket that is not escaped, where the next one can begin, so that nothing is read twice.
"""
_long_host = re.compile(rf"https?://[^/?#]{{{LONGEST_HOST + 1}}}", re.IGNORECASE)
_LAST = frozenset("?!.,:;*'\"~_`")
_REFERENCE = re.compile(r"&[a-z\d]{1,40};", re.IGNORECASE)
_LONGEST_REFERENCE = 42
_may_link = re.compile(r"https?://\S|\bwww\.\w", re.IGNORECASE)


def may_link(text: str | None) -> bool:
    """Return whether a text may have links, which is quick to say."""
    return bool(_may_link.search(text or ""))


def links(text: str) -> list[str]:
    """Return the first different links of a text."""
    return list(islice(dict.fromkeys(_all(text)), MOST)) if may_link(text) else []


def _all(text: str) -> Iterator[str]:
    for paragraph in prose(text):
        for found in _LINK.finditer(paragraph):
            if len(found[1]) > LONGEST_WITH_LAST:
                continue
            link = _without_last(found[1])
            link = f"http://{link}" if link[:4].lower() == "www." else link
            if len(link.encode()) <= LONGEST and _is_whole(link):
                yield link


def _without_last(link: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    end, unopened = len(link), link.count(")") - link.count("(")
    while end:
        last = link[end - 1]
        if last in _LAST:
            end = _start_of_reference(link, end) if last == ";" else end - 1
        elif last == ")" and unopened > 0:
            end, unopened = end - 1, unopened - 1
        else:
            break
    return link[:end]


def _start_of_reference(link: str, end: int) -> int:
    """Return where a character reference such as ``&amp;`` begins, or the semicolon that ends no such."""
    start = link.rfind("&", max(0, end - _LONGEST_REFERENCE), end)
    return start if start >= 0 and _REFERENCE.fullmatch(link, start, end) else end - 1


def _is_whole(link: str) -> bool:
    """Return whether an address has a host, and no password.

    A name that is longer than any host is not looked at: it takes long if it consists of marks.
    """
    if _long_host.match(link):
        return False
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
