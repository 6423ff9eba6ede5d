"""The client's files: answered from memory, compressed, kept under their digest, and looked at again in a checkout."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Settings, accent
from chatrooms.doors import snapshot
from chatrooms.doors.assets import Assets
from chatrooms.doors.brand import Brand
from chatrooms.doors.snapshot import Folder
from tests.doors import get
from tests.servers import QUICK, running, serving

STATIC = Path(__file__).parents[2] / "static"
SMALL = 20 * 1024
"""Bytes; the page and the icon of a server are made, and compressed, when they are first asked for."""
BRAND = Brand("Chatrooms", "#lobby", accent.DEFAULT)
SHOP = "https://shop.example"
PATHS = ["/", "/r/x", "/service-worker.js", "/js/main.js", "/v/0000000000000000/js/main.js", "/icon.svg"]


@pytest.fixture
def files(tmp_path) -> Path:
    """A copy of the client's own files."""
    for name in ("css", "js"):
        shutil.copytree(STATIC / name, tmp_path / name)
    for name in ("index.html", "service-worker.js", "icon.svg"):
        shutil.copy(STATIC / name, tmp_path)
    return tmp_path


@contextmanager
def counting(folder: Path, monkeypatch) -> Iterator[list[str]]:
    """The calls to the file system about ``folder``, meanwhile."""
    calls: list[str] = []

    def counted(original):
        def call(path, *args, **kwargs):
            if str(path).startswith(str(folder)):
                calls.append(str(path))
            return original(path, *args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        for owner, name in ((os, "stat"), (os, "scandir"), (os, "open"), (io, "open")):
            patch.setattr(owner, name, counted(getattr(owner, name)))
        yield calls


def app(folder: Folder) -> Starlette:
    return Starlette(routes=Assets(folder, lambda: BRAND, hosted=False).routes())


@pytest.mark.parametrize("watched", [False, True])
async def test_requests_are_answered_without_the_file_system(files, monkeypatch, watched):
    monkeypatch.setattr(snapshot, "SECONDS_BETWEEN_LOOKS", float("inf"))
    async with serving(app(Folder(files, watched=watched))) as url:
        with counting(files, monkeypatch) as calls:
            assert (await get(url, "/"))[0] == 200
            assert calls
            calls.clear()
            for path in PATHS * 3:
                assert (await get(url, path))[0] == 200
            assert calls == []


async def test_files_are_read_and_compressed_away_from_the_event_loop(files, monkeypatch):
    loop, done, compress = threading.current_thread(), [], gzip.compress

    def noted(data: bytes, **kwargs) -> bytes:
        if len(data) > SMALL:
            done.append(threading.current_thread())
        return compress(data, **kwargs)

    monkeypatch.setattr(gzip, "compress", noted)
    (files / "js" / "large.js").write_text("x" * 10 * SMALL)
    async with serving(app(Folder(files, watched=False))) as url:
        for path in PATHS:
            await get(url, path)
        assert done and loop not in done
        done.clear()
        for path in PATHS * 2:
            await get(url, path)
        assert not done


async def test_pages_of_other_origins_that_are_listed_load_the_client_by_addresses_that_stay(tmp_path):
    async with running(tmp_path, origins=(SHOP,)) as server:
        page = {"Origin": SHOP, "Sec-Fetch-Mode": "cors"}
        for name in snapshot.EMBED:
            status, text, headers = await get(server.url, f"/{name}", headers=page)
            assert (status, headers["Access-Control-Allow-Origin"]) == (200, SHOP)
            assert headers["Cache-Control"] == "no-cache"
            _, _, others = await get(server.url, f"/{name}", headers={"Origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in others
            for path in re.findall(r'"\./(v/[^"]+)"', text):
                status, _, headers = await get(server.url, f"/{path}", headers=page)
                assert (status, headers["Access-Control-Allow-Origin"]) == (200, SHOP)
                assert "immutable" in headers["Cache-Control"]
                _, _, ours = await get(server.url, f"/{path}")  # a browser keeps it for all pages of one site
                for each in (headers, ours):
                    assert sorted(each["Vary"].split(", ")) == ["Accept-Encoding", "Origin"]
        _, worker, _ = await get(server.url, "/service-worker.js")
        assert "embed/" not in worker


async def test_a_checkout_shows_changed_files_and_their_new_digest(files, monkeypatch):
    monkeypatch.setattr(snapshot, "SECONDS_BETWEEN_LOOKS", 0.0)
    async with serving(app(Folder(files, watched=True))) as url:
        before = (await get(url, "/"))[1]
        (files / "js" / "main.js").write_text("// new")
        (files / "js" / "more.js").write_text("// another")
        after, worker = (await get(url, "/"))[1], (await get(url, "/service-worker.js"))[1]
        assert before != after
        assert "js/more.js" in worker
        assert (await get(url, "/js/main.js"))[1] == "// new"


async def test_an_installed_package_is_read_once(files, monkeypatch):
    monkeypatch.setattr(snapshot, "SECONDS_BETWEEN_LOOKS", 0.0)
    folder = Folder(files, watched=False)
    first = folder.snapshot()
    shutil.rmtree(files)
    assert folder.snapshot() is first


async def test_source_maps_stay_on_the_disk_and_are_kept_forever_as_what_they_explain(files):
    (files / "js" / "main-0A1B2C3D.js.map").write_text('{"version": 3}')
    folder = Folder(files, watched=False)
    async with serving(app(folder)) as url:
        for path, kept in (("v/0", False), (f"v/{folder.snapshot().version}", True), (".", False)):
            status, body, headers = await get(url, f"/{path}/js/main-0A1B2C3D.js.map")
            assert (status, body, headers["Content-Type"]) == (200, '{"version": 3}', "application/json")
            assert ("immutable" in headers["Cache-Control"]) is kept
        assert not [path for path in folder.snapshot().files if path.endswith(".map")]
        assert (await get(url, "/js/nothing.js.map"))[0] == 404


async def test_files_are_kept_forever_under_the_current_digest_only(files):
    folder = Folder(files, watched=False)
    async with serving(app(folder)) as url:
        for digest, kept in ((folder.snapshot().digest, True), ("0" * 16, False)):
            status, _, headers = await get(url, f"/v/{digest}/js/main.js")
            assert (status, "immutable" in headers["Cache-Control"]) == (200, kept)
        for path in ("index.html", "icon.svg", "js/nothing.js", "js/../index.html", "js/%2e%2e/index.html", ""):
            assert (await get(url, f"/v/{folder.snapshot().digest}/{path}"))[0] == 404


async def test_bundles_keep_their_addresses_in_a_new_version(files):
    """Named by their own digests, those that have not changed need not be loaded again."""
    shutil.rmtree(files / "js")
    shutil.rmtree(files / "css")
    (files / "js").mkdir()
    (files / "js" / "main-0A1B2C3D.js").write_text("// main")
    (files / "index.html").write_text('<script type="module" src="js/main-0A1B2C3D.js"></script>')
    pages = []
    for name in ("later-AAAAAAAA.js", "later-BBBBBBBB.js"):
        (files / "js" / name).write_text(f"// {name}")
        async with serving(app(Folder(files, watched=False))) as url:
            pages.append((await get(url, "/"))[1])
            status, _, headers = await get(url, "/v/bundled/js/main-0A1B2C3D.js")
            assert (status, "immutable" in headers["Cache-Control"]) == (200, True)
            assert f"js/{name}" in (await get(url, "/service-worker.js"))[1]
    assert pages[0] == pages[1]
    assert "./v/bundled/js/main-0A1B2C3D.js" in pages[0]


@pytest.mark.parametrize("path", PATHS)
async def test_answers_are_compressed_on_request_and_revalidated(files, path):
    async with serving(app(Folder(files, watched=False))) as url, aiohttp.ClientSession(auto_decompress=False) as http:
        async with http.get(url + path, headers={"Accept-Encoding": "gzip"}) as small:
            assert (small.headers["Content-Encoding"], small.headers["Vary"]) == ("gzip", "Accept-Encoding")
        async with http.get(url + path, headers={"Accept-Encoding": "identity"}) as plain:
            assert "Content-Encoding" not in plain.headers
            assert len(await plain.read()) == plain.content_length > small.content_length
        held = {small.headers["ETag"]: "gzip", plain.headers["ETag"]: "gzip;q=0"}
        assert len(held) == 2
        for tag, accepted in held.items():
            for asked, status in ((accepted, 304), ("identity" if accepted == "gzip" else "gzip", 200)):
                had = {"If-None-Match": tag, "Accept-Encoding": asked}
                async with http.get(url + path, headers=had) as again:
                    assert (again.status, bool(await again.read())) == (status, status == 200)
        async with http.head(url + path) as head:
            assert head.status == 200


async def test_what_brotli_made_of_a_file_is_sent_to_those_that_prefer_it(files):
    (files / "js" / "main.js.br").write_bytes(b"small")
    async with serving(app(Folder(files, watched=False))) as url, aiohttp.ClientSession(auto_decompress=False) as http:
        tags = {}
        for accepted, coding in (("gzip, br", "br"), ("gzip, br;q=0.5", "gzip"), ("br;q=0", None)):
            async with http.get(url + "/js/main.js", headers={"Accept-Encoding": accepted}) as answer:
                assert (answer.headers.get("Content-Encoding"), answer.headers["Vary"]) == (coding, "Accept-Encoding")
                assert (await answer.read() == b"small") is (coding == "br")
                tags[coding] = answer.headers["ETag"]
        assert len(set(tags.values())) == 3
        assert (await get(url, "/js/main.js.br"))[0] == 404
        assert "main.js.br" not in (await get(url, "/service-worker.js"))[1]


async def test_without_its_files_the_client_is_not_found(tmp_path):
    async with serving(app(Folder(tmp_path, watched=True))) as url:
        for path in PATHS:
            assert (await get(url, path))[0] == 404


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json"])
async def test_a_path_that_a_client_chooses_is_text_in_what_is_served(tmp_path, path):
    chat = Chatrooms(Settings(data=tmp_path, **QUICK))
    host = Starlette(routes=[Mount("/{team}/chat", chat)], lifespan=chat.lifespan)
    async with serving(host, lifespan="on") as url:
        for team in ("a", "a b", "é", '"><h1>owned<h1>', "'onload='x", "<!--", "&quot;", "%22%3E"):
            status, page, _ = await get(url, f"/{quote(team, safe='')}/chat{path}")
            assert status == 200, team
            assert f"/{quote(team)}/chat" in page
            assert f"/{team}/chat" not in page or quote(team) == team
