"""The events of a host application's own are in the documents of its server, whatever their models are called."""

from __future__ import annotations

import pytest
from openapi_spec_validator import validate as validate_openapi
from pydantic import BaseModel, Field

from chatrooms import Chatrooms, Settings
from chatrooms.doors.docs import Documents
from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.generated import contract
from chatrooms.doors.docs.own import describe
from tests.doors import get
from tests.doors.docs.test_documents import HERE, parts, resolved
from tests.servers import QUICK, serving


class Tree(BaseModel):
    """A tree."""

    children: list[Tree] = []


def message() -> type[BaseModel]:
    """Return a model that is called as one of the chat's is, and as one of another event."""

    class Message(BaseModel):
        number: int = Field(description="Its <b>number</b>.")

    class Wrapped(BaseModel):
        inner: Message

    return Wrapped


EVENTS = [
    ("cast vote", "Vote for a drink.\n\nOnce.", message()),
    ("wrap", "Wrap.", message()),
    ("grow", "Grow.", Tree),
    ("<i>plain</i>".replace("/", "|"), "An event of this application.", None),
]
CONTRACT = Contract(contract().all, contract().parts, describe(EVENTS))
DOCUMENTS = Documents(CONTRACT)


@pytest.mark.slow
def test_the_openapi_document_has_them_and_stays_valid():
    document = DOCUMENTS.openapi("chat", HERE)
    theirs = {
        path: item for path, item in document["paths"].items() if item.get("post", {}).get("tags") == ["application"]
    }
    assert len(theirs) == len(EVENTS)
    validate_openapi(document | {"paths": theirs})  # the rest of it is tested without them
    operation = document["paths"]["/api/cast%20vote"]["post"]
    assert (operation["operationId"], operation["tags"]) == ("cast vote", ["application"])
    assert operation["summary"] == "Vote for a drink."
    assert {"name": "application"} in document["tags"]


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_every_reference_leads_somewhere_and_the_chats_own_schemas_stay(name):
    document = getattr(DOCUMENTS, name)("chat", HERE)
    for part in parts(document):
        if isinstance(part.get("$ref"), str):
            assert resolved(document, part["$ref"]) is not None
    before = getattr(Documents(contract()), name)("chat", HERE)["components"]["schemas"]
    assert before.items() <= document["components"]["schemas"].items()


def test_the_asyncapi_document_has_them():
    document = DOCUMENTS.asyncapi("chat", HERE)
    messages = document["channels"]["root"]["messages"]
    assert [messages[f"event{number}"]["name"] for number in range(1, 5)] == [name for name, *_ in EVENTS]
    assert {f"event{number}" for number in range(1, 5)} <= document["operations"].keys()


def test_the_page_shows_them_as_text():
    page = DOCUMENTS.reference("chat", HERE)
    assert "Events of this application" in page and "Its &lt;b&gt;number&lt;/b&gt;" not in page
    assert "<i>plain" not in page and "<b>number" not in page
    assert "Events of this application" not in Documents(contract()).reference("chat", HERE)


async def test_they_are_served_as_soon_as_they_are_declared(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    async with serving(chat, lifespan="on") as url:
        for path in ("/docs", "/openapi.json", "/asyncapi.json"):
            assert "Vote for a drink" not in (await get(url, path))[1]

        @chat.event("vote")
        async def vote(user_id, params):
            """Vote for a drink."""

        for path in ("/docs", "/openapi.json", "/asyncapi.json"):
            assert "Vote for a drink" in (await get(url, path))[1]
