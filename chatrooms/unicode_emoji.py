"""The emoji of Unicode, from the data of a library, whose own code is slow to load and keeps all of it in memory."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

VARIATION = "\ufe0f"
"""Asks for a picture instead of a letter (UTS #51, ED-9a); keyboards differ in whether they add it."""
COMPONENT, FULLY_QUALIFIED = 1, 2
"""The statuses of what Unicode recommends for interchange (UTS #51, ED-18 and emoji-test.txt)."""


@cache
def forms() -> dict[str, str]:
    """Map each way of writing an emoji to the one that Unicode recommends."""
    data = _data()
    recommended = {
        _bare(sequence): sequence for sequence, about in data.items() if about["status"] in (COMPONENT, FULLY_QUALIFIED)
    }
    written = {sequence: _bare(sequence) for sequence in data} | {bare + VARIATION: bare for bare in recommended}
    return {sequence: recommended[bare] for sequence, bare in written.items() if bare in recommended}


@cache
def names() -> frozenset[str]:
    """Return the names of emoji, in lower case, with ``_`` between words."""
    codes = (code for about in _data().values() for code in (about["en"], *about.get("alias", ())))
    return frozenset(code.strip(":").lower().replace("-", "_") for code in codes)


def _bare(sequence: str) -> str:
    return sequence.replace(VARIATION, "")


def _data() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = orjson.loads((files("emoji") / "unicode_codes" / "emoji.json").read_bytes())
    return found
