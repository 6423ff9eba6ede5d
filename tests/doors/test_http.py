"""The HTTP door: the client's files, health checks, headers, and unknown paths."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from urllib.parse import urlsplit

import aiohttp
import pytest

from chatrooms import Chatrooms, Settings
from tests.doors import get, post
from tests.people import PATIENCE
from tests.servers import QUICK, running, serving

POLL = "/socket.io/?EIO=4&transport=polling"
PATHS = ["/", "/healthz", "/readyz", "/openapi.json", "/docs", "/js/main.js", "/nowhere", POLL, "/socket.io/"]


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://evil.example"}])
@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_forbids_content_sniffing(server, path, origin):
    _, _, headers = await get(server.url, path, headers=origin)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "server" not in headers


LISTED, ASKING = "https://app.example", {"Access-Control-Request-Method": "POST"}


async def preflight(url, origin):
    async with aiohttp.ClientSession() as http:
        headers = {"Origin": origin, **ASKING, "Access-Control-Request-Headers": "x-own"}
        async with http.options(url + POLL, headers=headers) as response:
            return response.status, response.headers


async def test_a_page_of_a_listed_origin_can_poll_with_cookies_and_read_the_answers(tmp_path):
    async with running(tmp_path, origins=LISTED) as server:
        status, _, headers = await get(server.url, POLL, headers={"Origin": LISTED})
        assert (status, headers["Access-Control-Allow-Origin"], headers["Vary"]) == (200, LISTED, "Origin")
        assert headers["Access-Control-Allow-Credentials"] == "true"
        status, headers = await preflight(server.url, LISTED)
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, LISTED)
        assert "POST" in headers["Access-Control-Allow-Methods"]
        assert headers["Access-Control-Allow-Headers"] == "x-own"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.evil.example"])
async def test_a_page_of_any_other_origin_cannot_poll(tmp_path, origin):
    async with running(tmp_path, origins=LISTED) as server:
        status, _, headers = await get(server.url, POLL, headers={"Origin": origin})
        assert (status, "Access-Control-Allow-Origin" in headers) == (403, False)
        status, headers = await preflight(server.url, origin)
        assert (status, "Access-Control-Allow-Origin" in headers) == (400, False)


async def test_the_page_can_only_run_its_own_scripts(server):
    status, page, headers = await get(server.url, "/")
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert status == 200
    assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", policy["script-src"])
    assert policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'" and policy["object-src"] == "'none'"
    assert '<base href="/">' in page


async def test_everything_the_page_links_to_is_served(server):
    _, page, _ = await get(server.url, "/")
    named = re.findall(r'(?:src|href)="((?!data:|/|#)[^"]+)"', page) + re.findall(r'":\s*"\./([^"]+)"', page)
    assert len(named) > 5
    for path in named:
        status, _, _ = await get(server.url, f"/{path.removeprefix('./')}")
        assert status == 200, path


@pytest.mark.parametrize(
    "path",
    ["/package.json", "/hatch_build.py", "/node_modules/preact/package.json", "/js/../../pyproject.toml", "/.npmrc"],
)
async def test_nothing_but_the_client_is_served(server, path):
    assert (await get(server.url, path))[0] == 404


async def test_an_unknown_path_is_rejected_in_the_shape_of_every_error(server):
    status, answer, _ = await post(server.url, "/nowhere", {})
    assert (status, answer["ok"], answer["error"]["code"]) == (404, False, "not_found")
    status, answer, _ = await post(server.url, "/healthz", {})
    assert (status, answer["ok"]) == (405, False)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_bearer_scheme_is_case_insensitive(alice, own_server, scheme):
    status, answer, _ = await post(
        own_server.url, "/api/user.me", {}, headers={"Authorization": f"{scheme} {alice.token}"}
    )
    assert (status, answer["result"]["user"]["username"]) == (200, "alice")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic YWxpY2U6eA==", "Bearer ÿ"])
async def test_any_other_authorization_is_rejected(server, header):
    status, answer, _ = await post(server.url, "/api/user.me", {}, headers={"Authorization": header})
    assert (status, answer["error"]["code"]) == (401, "unauthorized")


HALF = b"POST /api/session.join HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{'text': 'my secret"


async def connection(url):
    return await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)


async def test_a_stalled_body_is_refused(server, monkeypatch):
    monkeypatch.setattr("chatrooms.doors.body.SECONDS_TO_SEND", 0.2)
    reader, writer = await connection(server.url)
    writer.write(HALF)
    assert await asyncio.wait_for(reader.readline(), PATIENCE) == b"HTTP/1.1 400 Bad Request\r\n"
    writer.close()


async def test_a_client_that_disconnects_during_its_body_logs_nothing(tmp_path, capsys, caplog):
    chat, begun, over = Chatrooms(Settings(data=tmp_path, guests="open", **QUICK)), asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        async def told():
            event = await receive()
            begun.set()
            return event

        try:
            await chat(scope, told, send)
        finally:
            over.set()

    async with chat.lifespan(), serving(app) as url, asyncio.timeout(PATIENCE):
        _, writer = await connection(url)
        writer.write(HALF)
        await begun.wait()
        writer.close()
        await over.wait()
    assert capsys.readouterr().out == "" and not caplog.records


async def test_answers_are_compressed_once_and_no_cache_keeps_them(alice, own_server):
    for number in range(30):
        await alice.say("#lobby", f"{number} " * 50)
    headers = {"Authorization": f"Bearer {alice.token}", "Accept-Encoding": "gzip"}
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        for name, given in (("history", {"room": "#lobby"}), ("user.me", {}), ("nothing", {})):
            async with http.post(f"{own_server.url}/api/{name}", json=given, headers=headers) as response:
                body = await response.read()
                assert response.headers["Cache-Control"] == "no-store"
                assert (response.headers.get("Content-Encoding") == "gzip") is (name == "history")
                assert ("messages" in json.loads(gzip.decompress(body))["result"]) if name == "history" else body


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/user.me"), ("PUT", "/api/x"), ("POST", "/docs")])
async def test_another_method_is_answered_as_that(own_server, method, path):
    async with aiohttp.ClientSession() as http, http.request(method, own_server.url + path) as response:
        answer = await response.json()
        assert (response.status, answer["error"]["code"]) == (405, "method_not_allowed")
        assert response.headers["Allow"]
