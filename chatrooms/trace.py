"""What the server is doing at the moment, by ids: so that lines of a log can be put together.

``request`` is an HTTP request, ``socket`` a connection, ``command`` the name of what runs, ``id`` what its client calls
it. Nothing here is a secret or a text of anybody's.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import MappingProxyType
from typing import Any

_plain = re.compile(r"[A-Za-z0-9._-]{1,64}")
_current: ContextVar[Mapping[str, Any]] = ContextVar("trace", default=MappingProxyType({}))
current: Callable[[], Mapping[str, Any]] = _current.get
"""Returns the ids of what runs now, to be given to `of` on another thread."""
begin: Callable[[Mapping[str, Any]], Token[Mapping[str, Any]]] = _current.set
end: Callable[[Token[Mapping[str, Any]]], None] = _current.reset
"""What `of` calls, and each event of a socket itself, in less time; ``end`` takes what ``begin`` has returned."""


def plain() -> dict[str, str]:
    """Return those of them that are plain words, for a log: clients choose some."""
    ids = _current.get()
    return {name: each for name, each in ids.items() if isinstance(each, str) and _plain.fullmatch(each)}


@contextmanager
def of(**ids: Any) -> Iterator[None]:
    """Work with more ids."""
    before = begin({**current(), **ids})
    try:
        yield
    finally:
        end(before)


def request_id(given: str) -> str:
    """Return the id that a proxy gave a request, if it is a plain word, or else a new one."""
    return given if _plain.fullmatch(given) else secrets.token_hex(8)
