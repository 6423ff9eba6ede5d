"""Whose server this is: in the page, manifest, icon and `welcome`, from the first byte, and escaped."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path

import aiohttp
import pytest

from chatrooms import Chatrooms, Settings, accent
from chatrooms.doors.brand import Brand
from tests.doors import get
from tests.people import connect
from tests.servers import QUICK, running, serving

PAGE = Path(__file__).parent.parent.parent / "static" / "index.html"
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
            "sign_up": "open",
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


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x80\x08\x06\0\0\0"
SVG = b'<?xml version="1.0"?>\n<!-- ours -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("body", "kind", "sizes"), [(SVG, "image/svg+xml", "any"), (PNG + b"\0" * 100, "image/png", "256x128")]
)
async def test_the_logo_is_in_place_of_each_icon_and_runs_nothing(tmp_path, body, kind, sizes):
    (tmp_path / "logo").write_bytes(body)
    async with running(tmp_path, logo=str(tmp_path / "logo")) as server, aiohttp.ClientSession() as session:
        url = server.url
        for name in ("icon.svg", "icon-192.png", "icon-512.png", "icon-maskable.png"):
            async with session.get(f"{url}/{name}") as response:
                assert (await response.read(), response.content_type) == (body, kind)
                assert "sandbox" in response.headers["Content-Security-Policy"]
        manifest = json.loads((await get(url, "/manifest.webmanifest"))[1])
        assert manifest["icons"] == [{"src": "icon.svg", "sizes": sizes, "type": kind, "purpose": "any"}]
        assert (await get(url, "/docs"))[0] == 200


def test_the_service_worker_changes_with_the_logo_and_the_links(tmp_path):
    (tmp_path / "a.svg").write_bytes(SVG)
    (tmp_path / "b.svg").write_bytes(SVG + b"\n")
    logos = [{"logo": str(tmp_path / name)} for name in ("a.svg", "b.svg")]
    (tmp_path / "a.css").write_text("p { margin: 0; }")
    kinds = [{}, *logos, {"login_url": "/a"}, {"home_url": "/a"}, {"stylesheet": str(tmp_path / "a.css")}]
    assert len({Brand.of(Settings(**kind), "Acme").digest for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("body", [b"", b"GIF89a", b"<html><svg></svg></html>", PNG[:20], SVG + b" " * 300_000])
def test_a_logo_is_an_svg_or_png_file_that_is_not_large(tmp_path, body):
    (tmp_path / "logo").write_bytes(body)
    with pytest.raises(ValueError, match="logo"):
        Settings(logo=str(tmp_path / "logo"))


async def test_the_page_has_the_servers_own_style_sheet_last_and_its_policy_allows_it(tmp_path):
    (tmp_path / "shop.css").write_bytes(b":root { --radius: 0; }\r\n[aria-label='New room'] { display: none; }")
    async with running(tmp_path, stylesheet=str(tmp_path / "shop.css")) as server:
        _, page, headers = await get(server.url, "/")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style.endswith("}\n:root { --radius: 0; }\n[aria-label='New room'] { display: none; }")
    assert page.index("<style>") > page.rindex('rel="stylesheet"')
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("body", [b"a { }</STYLE><script>", b"\xff", b"a" * 70_000, b"\0"])
def test_a_style_sheet_is_css_that_is_not_large(tmp_path, body):
    (tmp_path / "shop.css").write_bytes(body)
    for path in (tmp_path / "shop.css", tmp_path, tmp_path / "none.css"):
        with pytest.raises(ValueError, match="style sheet"):
            Settings(stylesheet=str(path))


def test_a_logo_is_there(tmp_path):
    for path in (tmp_path, tmp_path / "none.svg"):
        with pytest.raises(ValueError, match="cannot be read"):
            Settings(logo=str(path))


@pytest.mark.parametrize(
    "address",
    [
        "/login",
        "/",
        "/in?to=chat&x=1#top",
        '/"><script>',
        "https://example.org/login",
        "http://localhost:3000",
        "/h%C3%A9",
    ],
)
@pytest.mark.parametrize("setting", ["login_url", "home_url"])
def test_the_page_has_the_links_as_they_are(setting, address):
    page = Brand.of(Settings(**{setting: address}), "Acme").page(PAGE.read_text())
    name = setting.removesuffix("_url")
    assert html.unescape(re.search(rf'name="{name}-url" content="([^"]*)"', page)[1]) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/a b",
        "/\tx",
        "login",
        "https:",
        "https:///x",
        "https://user@example.org/",
        "https://exa mple.org/",
        "ftp://example.org/",
        "/" + "x" * 2000,
    ],
)
@pytest.mark.parametrize("setting", ["login_url", "home_url"])
def test_a_link_leads_to_a_page(setting, address):
    with pytest.raises(ValueError, match=r"looks like /login"):
        Settings(**{setting: address})


FRAMING = [
    ({}, "'self'"),
    ({"frame_ancestors": "https://a.example, https://B.example:443/"}, "'self' https://a.example https://b.example"),
]


@pytest.mark.parametrize(("given", "wanted"), FRAMING)
async def test_pages_of_other_origins_show_the_chat_in_a_frame_only_if_a_setting_says_so(tmp_path, given, wanted):
    async with running(tmp_path, **given) as server:
        policy = (await get(server.url, "/"))[2]["Content-Security-Policy"]
    assert policy.split("; ").count(f"frame-ancestors {wanted}") == 1 == policy.count("frame-ancestors")


@pytest.mark.parametrize("wrong", ["*", "https://a.example; script-src *", "a.example", "https://a.example *"])
def test_what_may_frame_the_chat_is_an_origin(wrong):
    with pytest.raises(ValueError, match="An origin looks like"):
        Settings(frame_ancestors=wrong)
