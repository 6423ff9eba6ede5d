"""The page at `/docs`: it is complete and escaped, and its examples run."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms
from chatrooms.doors.docs import POLICY, Documents
from chatrooms.doors.docs.generated import contract
from chatrooms.doors.docs.guides import titles
from chatrooms.doors.reference import URLS, Reference
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
    guides = {f"docs/{name}" for name in titles()}
    assert read.links - {f"#{id}" for id in inside} == {"icon.svg", "openapi.json", "asyncapi.json", "./"} | guides


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


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/asyncapi.json"])
async def test_each_document_is_built_once_for_each_url_and_revalidated(own_server, monkeypatch, path):
    built = []
    for name in ("reference", "openapi", "asyncapi"):
        build = getattr(Documents, name)
        monkeypatch.setattr(Documents, name, lambda *given, build=build: built.append(given[2]) or build(*given))
    first = await get(own_server.url, path)
    assert first[:2] == (await get(own_server.url, path))[:2]
    assert built == [f"{own_server.url}/"]
    status, body, headers = await get(own_server.url, path, headers={"If-None-Match": first[2]["ETag"]})
    assert (status, body) == (304, "")
    assert headers.get("Content-Security-Policy") == first[2].get("Content-Security-Policy")
    _, elsewhere, headers = await get(own_server.url, path, headers={"Host": "chat.example"})
    assert "chat.example" in elsewhere and headers["ETag"] != first[2]["ETag"]


async def test_documents_for_urls_that_clients_make_up_do_not_pile_up():
    reference = Reference(lambda: DOCUMENTS, Settings(), lambda: "chat")
    async with serving(Starlette(routes=reference.routes())) as url:
        for number in range(4 * URLS):
            await get(url, "/docs", headers={"Host": f"h{number}"})
    assert reference._file.cache_info().currsize == 3 * URLS


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/asyncapi.json"])
async def test_a_url_that_is_too_long_is_rejected_and_not_kept(path):
    reference = Reference(lambda: DOCUMENTS, Settings(), lambda: "chat")
    async with serving(Starlette(routes=reference.routes())) as url:
        assert (await get(url, path, headers={"Host": "x" * 60_000}))[0] == 400
        assert reference._file.cache_info().currsize == 0
        assert (await get(url, path, headers={"Host": "x" * 253 + ":65535"}))[0] == 200


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/asyncapi.json"])
async def test_a_host_that_is_none_is_no_error_of_the_server(own_server, path, caplog):
    for host in ("[", "[::1", "]", "a:b", "a b", "[v1.x]", "//", "@", "%", "#"):
        status, _, _ = await get(own_server.url, path, headers={"Host": host})
        assert status in (200, 400), host
    assert not caplog.records
