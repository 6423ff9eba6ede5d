"""Entity tags: whether a client already has what it asks for (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

import re

from starlette.requests import Request

_member = re.compile(r'[ \t]*(?:(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|\Z)')
"""A tag of a list, which may contain commas, or an empty place, which is ignored (RFC 9110, 5.6.1)."""


def has(request: Request, tag: str) -> bool:
    """Return whether ``If-None-Match`` names ``tag``, weak or strong, or anything that there is."""
    named = ",".join(request.headers.getlist("if-none-match"))
    return named.strip(" \t") == "*" or tag.removeprefix("W/") in _listed(named)


def _listed(text: str) -> set[str]:
    """Return the tags in a list, without what makes them weak; of what is no list, none, so that all is sent."""
    tags, at = set(), 0
    while at < len(text):
        found = _member.match(text, at)
        if not found:
            return set()
        tags.add(found[1] or "")
        at = found.end()
    return tags
