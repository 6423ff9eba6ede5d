"""The JSON of the wire, in the form that python-socketio asks for: compact, strict UTF-8, no NaN."""

from __future__ import annotations

from typing import Any

import orjson

loads = orjson.loads


def dumps(value: Any, **_: Any) -> str:
    """``value`` as JSON text."""
    return orjson.dumps(value).decode()


def read(text: str, depth: int) -> Any:
    """The value of JSON text nested ``depth`` levels deep at the most; raises ``ValueError``, which says why."""
    try:
        value = loads(text)
    except ValueError:
        raise ValueError("its data is not JSON") from None
    if text.count("[") + text.count("{") > depth and not shallow(value, depth):
        raise ValueError("its data is nested too deep")
    return value


def shallow(value: Any, depth: int) -> bool:
    """Whether ``value`` is nested ``depth`` levels deep at the most."""
    level = [value]
    for _ in range(depth):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, (dict, list))]
    return not level


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
