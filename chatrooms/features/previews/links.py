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
_LINK = re.compile(
    r"(?:\[(?:[^\[\]\\]|\\.)*\]\(<?)?((?:https?://|\bwww\.)[^\s<>\[\]\u2018-\u201d\u3000-\u303f\uff01-\uff65]+)",
    re.IGNORECASE,
)
"""An address, which what the browser takes for its end ends too; of a link with a text, where it leads."""
_LAST = re.compile(r"(?:[?!.,:;*'\"~_`]|&[a-z\d]{1,40};)\Z", re.IGNORECASE)
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
            link = _without_last(found[1])
            link = f"http://{link}" if link[:4].lower() == "www." else link
            if len(link.encode()) <= LONGEST and _is_whole(link):
                yield link


def _without_last(link: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    while True:
        last = _LAST.search(link)
        if last:
            link = link[: last.start()]
        elif link.endswith(")") and link.count(")") > link.count("("):
            link = link[:-1]
        else:
            return link


def _is_whole(link: str) -> bool:
    """Return whether an address has a host, and no password."""
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
