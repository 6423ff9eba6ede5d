"""The limits of a parameter, in words."""

from __future__ import annotations

import json

from chatrooms.doors.docs.schemas import Schema


def limits(schema: Schema) -> str:
    """Return the limits and the default of a parameter.

    Leave out the length of names and ids: in the schema, it is the length before normalization.
    """
    value = value_of(schema)
    parts = [
        "" if "format" in value else _range(value, "minLength", "maxLength", " characters"),
        _range(value, "minimum", "maximum"),
        _range(value, "minItems", "maxItems", " items"),
        _range(value, "minProperties", "maxProperties", " entries"),
        default(schema),
    ]
    return ", ".join(part for part in parts if part)


def default(schema: Schema) -> str:
    """Return the default of a parameter; empty if there is none."""
    known = schema.get("default")
    return f"default `{json.dumps(known)}`" if known not in (None, "", {}) else ""


def value_of(schema: Schema) -> Schema:
    """Return the schema of the parameter without null."""
    parts: list[Schema] = schema.get("anyOf", [schema])
    return next(part for part in parts if part.get("type") != "null")


def _range(schema: Schema, least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f"{low:,} to {high:,}{unit}"
    if high is not None:
        return f"at most {high:,}{unit}"
    return f"{low:,} or more{unit}" if low is not None else ""
