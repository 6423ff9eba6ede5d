"""The JSON of the wire, in the form that python-socketio asks for: compact, strict UTF-8, no NaN."""

from __future__ import annotations

from typing import Any

import orjson

loads = orjson.loads


def dumps(value: Any, **_: Any) -> str:
    """``value`` as JSON text."""
    return orjson.dumps(value).decode()
