"""The registry as OpenAPI, as AsyncAPI, as TypeScript and as a page to read; made when first asked for."""

from chatrooms.doors.docs.asyncapi_document import asyncapi
from chatrooms.doors.docs.openapi_document import openapi
from chatrooms.doors.docs.page import POLICY, reference

__all__ = ["POLICY", "asyncapi", "openapi", "reference"]
