"""JSON Schema from Python types, by pydantic, and helpers that the documents share."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

Schema: TypeAlias = dict[str, Any]
Schemas: TypeAlias = dict[str, Schema]

REF = "#/components/schemas/"


class Untitled(GenerateJsonSchema):
    """JSON Schema without the titles that repeat each field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic passes it
        """Return False."""
        return False


def schema(kind: Any, named: Schemas) -> Schema:
    """Return the JSON Schema of a type, and add the schemas of the named types inside it to ``named``.

    Raises ``TypeError`` if two different types have the same name.
    """
    whole = TypeAdapter(kind).json_schema(ref_template=REF + "{model}", schema_generator=Untitled)
    for name, inner in whole.pop("$defs", {}).items():
        inner.pop("title", None)
        if named.setdefault(name, inner) != inner:
            raise TypeError(f"two types are called {name}")
    whole.pop("title", None)
    return whole


def references(inside: Schema, named: Schemas) -> set[str]:
    """Return the names that a schema refers to, directly or through other schemas."""
    found: set[str] = set()
    pending: list[Any] = [inside]
    while pending:
        part = pending.pop()
        name = str(part["$ref"]).removeprefix(REF) if isinstance(part, dict) and "$ref" in part else None
        if name and name not in found:
            found.add(name)
            pending.append(named[name])
        pending += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return found


def ref(name: str) -> Schema:
    """Return a reference to the named schema."""
    return {"$ref": REF + name}


def answered(result: Schema) -> Schema:
    """Return the schema of a successful response, which is the same over HTTP and Socket.IO."""
    return {
        "type": "object",
        "properties": {"ok": {"const": True}, "result": result},
        "required": ["ok", "result"],
    }


def pascal(command: str) -> str:
    """Return ``message.post`` as ``MessagePost``."""
    return "".join(word.capitalize() for word in command.split("."))


def first_word(command: str) -> str:
    """Return the first word of a command's name, which is its noun."""
    return command.split(".", maxsplit=1)[0]


def first_sentence(doc: str) -> str:
    """Return the first sentence of a docstring on one line."""
    return " ".join(doc.split("\n\n", maxsplit=1)[0].split()).split(". ")[0].rstrip(".") + "."
