"""Searching: what people find, in their rooms alone, on both databases."""

from __future__ import annotations

import pytest

from tests.people import Refused

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")


async def found(person, query, **params):
    page = await person.run("search", query=query, **params)
    return [message["text"] for message in page["messages"]]


async def test_words_phrases_beginnings_and_what_a_message_does_not_have(person):
    alice = await person("alice")
    for text in ("Deploy the café", "the deploy failed", "deploying again", "nothing"):
        await alice.say("#lobby", text)
    assert await found(alice, "DEPLOY") == ["the deploy failed", "Deploy the café"]
    assert await found(alice, "deploy*") == ["deploying again", "the deploy failed", "Deploy the café"]
    assert await found(alice, '"the deploy"') == ["the deploy failed"]
    assert await found(alice, "deploy -failed cafe") == ["Deploy the café"]
    assert await found(alice, "-deploy -deploying") == ["nothing"]
    assert await found(alice, "") == await found(alice, "... -") == []
    page = await alice.run("search", query="the deploy", limit=1)
    assert page["messages"][0]["highlights"] == ["", "the", " ", "deploy", " failed"]
    assert page["more"] and page["indexed"] == 100
    rest = await alice.run("search", query="the deploy", limit=1, after=page["next"])
    assert rest["messages"][0]["highlights"] == ["", "Deploy", " ", "the", " café"]
    assert not rest["more"] and rest["next"] is None
