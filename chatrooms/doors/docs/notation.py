"""JSON Schema in TypeScript notation, for the browser client and the page."""

from __future__ import annotations

import json

from chatrooms.doors.docs.schemas import REF, Schema

SCALARS = {"integer": "number"}


def notation(schema: Schema) -> str:
    """Return a JSON Schema's type in TypeScript notation."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "anyOf" in schema:
        return " | ".join(notation(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    kind: str = schema.get("type", "any")
    composed = {"array": _array, "object": _object}
    return composed[kind](schema) if kind in composed else SCALARS.get(kind, kind)


def member(name: str, schema: Schema, *, required: bool) -> str:
    """Return ``name?: type``, with the name in quotes if TypeScript requires it."""
    key = name if name.isidentifier() else json.dumps(name)
    return f"{key}{'' if required else '?'}: {notation(schema)}"


def members(schema: Schema) -> list[str]:
    """Return the properties of an object, each as a `member`."""
    required = schema.get("required", ())
    return [member(name, part, required=name in required) for name, part in schema.get("properties", {}).items()]


def _array(schema: Schema) -> str:
    items = notation(schema["items"])
    return f"({items})[]" if " | " in items else f"{items}[]"


def _object(schema: Schema) -> str:
    if isinstance(schema.get("additionalProperties"), dict):
        return f"Record<string, {notation(schema['additionalProperties'])}>"
    if schema.get("additionalProperties") is True:
        return "Record<string, any>"
    inner = members(schema)
    return f"{{ {'; '.join(inner)} }}" if inner else "{}"
