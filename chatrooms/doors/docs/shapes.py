"""Python's types as JSON Schema: `TypedDict`s become named schemas, parameters are pydantic's own.

Pydantic takes no `typing.TypedDict` before Python 3.12, so what commands answer is read here.
"""

from __future__ import annotations

from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

Schema: TypeAlias = dict[str, Any]
Schemas: TypeAlias = dict[str, Schema]

REF = "#/components/schemas/"
RENAMED = {"ListedRoom": "Listing"}
SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


class Untitled(GenerateJsonSchema):
    """JSON Schema without a title that repeats each name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic passes it
        """Never."""
        return False


def ref(name: str) -> Schema:
    """A reference to the named schema."""
    return {"$ref": REF + name}


def given(model: type[BaseModel]) -> Schema:
    """What a pydantic model takes, as JSON Schema."""
    schema = model.model_json_schema(schema_generator=Untitled)
    schema.pop("title", None)
    return schema


def shape(hint: Any, named: Schemas) -> Schema:
    """A type as JSON Schema; the `TypedDict`s that it is made of are put into ``named``."""
    if is_typeddict(hint):
        return ref(_name(hint, named))
    if hint is Any:
        return {}
    if hint in SCALARS:
        return {"type": SCALARS[hint]}
    return _composed(get_origin(hint), get_args(hint), named)


def fields(typed: Any, named: Schemas) -> Schema:
    """A `TypedDict` as JSON Schema, itself not named."""
    hints = get_type_hints(typed, include_extras=True)
    optional = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
    required = [key for key in hints if key in typed.__required_keys__ and key not in optional]
    return {
        "type": "object",
        "description": typed.__dict__.get("__doc__") or "",
        "properties": {key: shape(hint, named) for key, hint in hints.items()},
        **({"required": required} if required else {}),
    }


def _composed(origin: Any, parts: tuple[Any, ...], named: Schemas) -> Schema:
    if origin is Annotated:
        meant = parts[1] if is_typeddict(parts[1]) else parts[0]
        return shape(meant, named)
    if origin is NotRequired:
        return shape(parts[0], named)
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin is list:
        return {"type": "array", "items": shape(parts[0], named)}
    if origin is dict:
        return {"type": "object", "additionalProperties": shape(parts[1], named)}
    if origin in (Union, UnionType):
        return {"anyOf": [shape(part, named) for part in parts]}
    raise TypeError(f"no JSON Schema for {origin}{parts}")


def _name(typed: Any, named: Schemas) -> str:
    name: str = RENAMED.get(typed.__name__, typed.__name__)
    if name not in named:
        named[name] = {}
        named[name] = fields(typed, named)
    elif named[name] not in ({}, fields(typed, named)):
        raise TypeError(f"two shapes have the name {name}")
    return name
