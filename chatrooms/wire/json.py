"""The JSON of the wire, in the form that python-socketio asks for: compact, strict UTF-8, no NaN."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import orjson

loads = orjson.loads

MAX_CONTAINERS = 4096
"""Arrays and objects in one text: each takes as long to parse as a hundred bytes of text."""

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_OTHERS = bytes(set(range(256)) - _STEPS.keys())


def dumps(value: Any, **_: Any) -> str:
    """``value`` as JSON text."""
    return orjson.dumps(value).decode()


def read(text: str, most: int) -> Any:
    """Return the value of JSON text that is nested at most ``most`` levels deep; raises ``ValueError``, which says why.

    How deep and how many its arrays and objects are is found out before it is parsed, which would take long.
    """
    if text.count("[") + text.count("{") > most and depth(text) > most:
        raise ValueError("its data is nested too deep")
    try:
        return loads(text)
    except ValueError:
        raise ValueError("its data is not JSON") from None


def depth(text: str) -> int:
    """Return how many levels deep JSON text is nested; raises ``ValueError`` beyond `MAX_CONTAINERS`."""
    outline = _outline(text)
    if len(outline) > 2 * MAX_CONTAINERS:
        raise ValueError(f"more than {MAX_CONTAINERS} arrays and objects")
    return max(accumulate(map(_STEPS.__getitem__, outline)), default=0)


def _outline(text: str) -> bytes:
    """The brackets and braces outside of strings."""
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    return "".join(unescaped.split('"')[::2]).encode().translate(None, _OTHERS)
