"""Whose server this is: in the page, manifest, icon and `welcome`, from the first byte, and escaped."""

from __future__ import annotations

import html
import json
import re

import pytest

from chatrooms import Chatrooms, Settings, accent
from tests.doors import get
from tests.people import connect
from tests.servers import QUICK, serving

NAMES = [
    "Acme Corp",
    "R&D",
    "</title><script>alert(1)</script>",
    '"><img src=x>',
    "Über 🚀",
    "</head>",
    'content="#lobby"',
]


@pytest.mark.parametrize("name", NAMES)
async def test_the_name_is_text_in_the_page_and_the_manifest(tmp_path, name):
    chat = Chatrooms(Settings(data=tmp_path, name=name, lobby="#welcome", accent="#7C3AED", **QUICK))
    async with serving(chat, lifespan="on") as url:
        _, page, _ = await get(url, "/")
        assert f"<title>{html.escape(name)}</title>" in page
        assert html.unescape(re.search(r'application-name" content="([^"]*)"', page)[1]) == name
        assert '<meta name="lobby" content="#welcome">' in page
        assert name == html.escape(name) or name not in page.replace("</head>\n  <body>", "")
        manifest = json.loads((await get(url, "/manifest.webmanifest"))[1])
        assert manifest["name"] == manifest["short_name"] == name
        assert "#7c3aed" in (await get(url, "/icon.svg"))[1]


async def test_the_colours_are_allowed_by_the_policy_and_nothing_else_is(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, accent="#7c3aed", **QUICK))
    async with serving(chat, lifespan="on") as url:
        _, page, headers = await get(url, "/")
        assert f"<style>{accent.css('#7c3aed')}</style>" in page
        assert re.search(r"style-src 'self' 'sha256-[^']+';", headers["Content-Security-Policy"])


async def test_welcome_has_name_lobby_and_accent(tmp_path):
    chat = Chatrooms(Settings(data=tmp_path, name="Acme", lobby="#welcome", **QUICK))
    async with serving(chat, lifespan="on") as url, connect(url, "alice") as alice:
        server = (await alice.hears(lambda event, _: event == "welcome"))["server"]
        assert {**server, "version": ""} == {
            "version": "",
            "name": "Acme",
            "lobby": "#welcome",
            "accent": accent.DEFAULT,
        }
        listed = await alice.run("sync", revs={})
        titles = {room["name"]: room["title"] for change in listed["changes"] for room in change.get("rooms", [])}
        assert titles["#welcome"] == "Welcome"


@pytest.mark.parametrize("accent", ["red", "#fff", "#12345g", "", "#0c6b5d;}body{display:none}", "#0c6b5d\n"])
def test_an_accent_is_a_colour(accent):
    with pytest.raises(ValueError, match="A colour looks like"):
        Settings(accent=accent)


@pytest.mark.parametrize("name", [" ", "\u2800", "a\nb", "a\x00b", "\u202eab"])
def test_a_name_is_a_line_that_people_can_see(name):
    with pytest.raises(ValueError, match="name"):
        Settings(name=name)
