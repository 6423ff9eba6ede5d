"""JSON Schema as Python types, for the Python client."""

from __future__ import annotations

from chatrooms.doors.docs.schemas import REF, Schema

SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def annotation(schema: Schema, *, given: bool = False) -> str:
    """Return the Python type of a JSON Schema; a list that is ``given`` to a method may be any sequence."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "anyOf" in schema:
        return " | ".join(annotation(part, given=given) for part in schema["anyOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if schema.get("type") == "array":
        return f"{'Sequence' if given else 'list'}[{annotation(schema['items'], given=given)}]"
    if schema.get("type") == "object":
        values = schema["additionalProperties"]
        return f"dict[str, {'object' if values is True else annotation(values, given=given)}]"
    return SCALARS[schema["type"]] if "type" in schema else "object"


def is_optional(annotation: str) -> bool:
    """Return whether the type includes None."""
    return annotation == "object" or annotation.endswith("| None")
