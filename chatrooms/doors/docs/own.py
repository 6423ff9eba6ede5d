"""The events of a host application's own, in the documents of its server.

Their schemas have names of their own, ``event1.Vote``, so that they meet neither those of the chat nor each other's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import BaseModel

from chatrooms.doors.docs.schemas import REF, Schema, Schemas, Untitled, ref

ANY: Schema = {"type": "object", "description": "What the application takes."}
RESULT: Schema = {"description": "What the application returns."}


class Described(NamedTuple):
    """An event as documents have it: its key there, name, description, parameters, and the schemas that these need."""

    key: str
    name: str
    doc: str
    params: Schema
    schemas: Schemas

    @property
    def path(self) -> str:
        """The path over HTTP."""
        return f"/api/{quote(self.name, safe='')}"

    @property
    def fields(self) -> Schema:
        """The schema of the parameters, with its properties."""
        return next(iter(self.schemas.values()), ANY)


def describe(events: Sequence[tuple[str, str, type[BaseModel] | None]]) -> list[Described]:
    """Return the events of these names, descriptions and models, in their order."""
    return [_described(f"event{number}", *event) for number, event in enumerate(events, 1)]


def _described(key: str, name: str, doc: str, model: type[BaseModel] | None) -> Described:
    if model is None:
        return Described(key, name, doc, ANY, {})
    whole: dict[str, Any] = model.model_json_schema(ref_template=f"{REF}{key}.{{model}}", schema_generator=Untitled)
    others = {f"{key}.{inner}": schema for inner, schema in whole.pop("$defs", {}).items()}
    own = f"{key}.{model.__name__}"
    if "$ref" in whole:  # the model refers to itself
        return Described(key, name, doc, ref(own), {own: others.pop(own), **others})
    return Described(key, name, doc, ref(own), {own: whole, **others})
