"""The page at `/docs`: it is complete and escaped, and its examples run."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms
from chatrooms.doors.docs import POLICY, Documents
from chatrooms.doors.docs.generated import contract
from chatrooms.errors import refusals
from chatrooms.settings import Settings
from tests.doors import get
from tests.people import PATIENCE
from tests.servers import QUICK, serving

CONTRACT = contract()
DOCUMENTS = Documents(CONTRACT)
PAGE = DOCUMENTS.reference("chat", "https://chat.example/rooms/")


class Reading(HTMLParser):
    """A parser of the page's elements, ids and links that checks that elements are closed in order."""

    VOID = frozenset({"meta", "link"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(found)
        self.ids += [found["id"]] if "id" in found else []
        self.links |= {found["href"]} if "href" in found else set()
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def codes(page: str) -> set[str]:
    """Return everything that the page shows as code."""
    return {unescape(text) for text in re.findall(r"<code>([^<]*)</code>", page)}


def test_every_command_and_each_of_its_parameters_is_on_the_page():
    for command in CONTRACT.all:
        part = PAGE.partition(f'<article id="command-{command.name}">')[2].partition("</article>")[0]
        assert set(CONTRACT.params(command).get("properties", {})) <= codes(part), command.name


def test_every_setting_is_on_the_page():
    assert set(Settings.model_fields) <= codes(PAGE)


def test_every_refusal_is_on_the_page_with_its_status():
    for refusal in refusals():
        assert f"<code>{refusal.code}</code></th>" in PAGE
        assert f">{refusal.status}</td>" in PAGE


def test_every_event_and_every_row_is_on_the_page():
    assert all(f">{event}</a></h3>" in PAGE for event in ("welcome", "change", "signal"))
    assert all(f'id="row-{row}"' in PAGE for row in CONTRACT.rows)


def test_the_page_is_well_formed_and_its_links_lead_somewhere():
    read = Reading(PAGE)
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    inside = {link.removeprefix("#") for link in read.links if link.startswith("#")}
    assert inside <= set(read.ids)
    assert read.links - {f"#{id}" for id in inside} == {"icon.svg", "openapi.json", "asyncapi.json", "./"}


def test_the_page_has_no_script_and_the_policy_admits_none():
    read = Reading(PAGE)
    assert "script" not in read.tags
    assert "style" not in read.attributes
    assert not any(attribute.startswith("on") for attribute in read.attributes)
    assert POLICY.startswith("default-src 'none'")
    assert "unsafe" not in POLICY


def test_names_and_addresses_are_escaped():
    page = DOCUMENTS.reference("<b>&</b>", 'http://"><script>/')
    assert "<title>&lt;b&gt;&amp;&lt;/b&gt;: reference</title>" in page
    assert "<script>" not in page


async def test_a_mounted_chat_has_its_documents_next_to_its_page(tmp_path: Path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    host = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)
    async with serving(host, lifespan="on") as url:
        status, _, headers = await get(url, "/chat/docs")
        assert status == 200
        assert headers["Content-Security-Policy"] == POLICY
        openapi = json.loads((await get(url, "/chat/openapi.json"))[1])
        assert openapi["servers"] == [{"url": f"{url}/chat"}]
        asyncapi = json.loads((await get(url, "/chat/asyncapi.json"))[1])
        assert asyncapi["servers"]["here"]["pathname"] == "/chat/socket.io/"


async def test_the_python_example_runs_as_printed(own_server):
    page = DOCUMENTS.reference("chat", own_server.url + "/")
    example = unescape(re.search(r"<pre><code>(import asyncio.*?)</code></pre>", page, re.DOTALL)[1])
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", example, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    assert "'ok': True" in said.decode()
