"""The documentation of a server, generated from its commands: OpenAPI, AsyncAPI, and a page for people.

`python -m chatrooms.doors.docs` writes the files that are generated from the same declarations and committed.
"""

from __future__ import annotations

from functools import cached_property

from chatrooms.doors.docs import asyncapi_document, openapi_document, page
from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.page import POLICY
from chatrooms.doors.docs.schemas import Schema

__all__ = ["Contract", "Documents"]


class Documents:
    """The documents of a server with this contract; each is generated on first use."""

    policy = POLICY
    """The Content-Security-Policy of the pages."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def openapi(self, name: str, url: str) -> Schema:
        """Return the OpenAPI document of the server called ``name``, whose client is at ``url``."""
        return openapi_document.about(name, url) | self._openapi

    def asyncapi(self, name: str, url: str) -> Schema:
        """Return the AsyncAPI document of the server called ``name``, whose client is at ``url``."""
        return asyncapi_document.about(name, url) | self._asyncapi

    def reference(self, name: str, url: str) -> str:
        """Return the HTML page of the server called ``name``, whose client is at ``url``; send it with `policy`."""
        return page.reference(name, url, self._page)

    def guide(self, name: str, which: str) -> str | None:
        """Return a guide for operators as an HTML page; None if there is none of that name."""
        return page.guide(name, which)

    @cached_property
    def _openapi(self) -> Schema:
        return openapi_document.describe(self._contract)

    @cached_property
    def _asyncapi(self) -> Schema:
        return asyncapi_document.describe(self._contract)

    @cached_property
    def _page(self) -> page.Parts:
        return page.parts(self._contract)
