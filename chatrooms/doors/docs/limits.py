"""What a parameter may hold at most and at least, in words."""

from __future__ import annotations

import json

from chatrooms.doors.docs.meanings import measured
from chatrooms.doors.docs.shapes import Schema


def limits(owner: str, name: str, schema: Schema) -> str:
    """The limits of a parameter of ``owner``, and what it is if it is not given."""
    value = _value(schema)
    said = [
        "" if measured(owner, name) else _range(value, "minLength", "maxLength", " characters"),
        _range(value, "minimum", "maximum"),
        _range(value, "minItems", "maxItems", " items"),
        _range(value, "minProperties", "maxProperties", " entries"),
        _default(schema),
    ]
    return ", ".join(part for part in said if part)


def _value(schema: Schema) -> Schema:
    """The schema of the parameter where it is given."""
    parts: list[Schema] = schema.get("anyOf", [schema])
    return next(part for part in parts if part.get("type") != "null")


def _range(schema: Schema, least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f"{low:,} to {high:,}{unit}"
    if high is not None:
        return f"at most {high:,}{unit}"
    return f"{low:,} or more{unit}" if low is not None else ""


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return f"else `{json.dumps(default)}`" if default not in (None, "", {}) else ""
