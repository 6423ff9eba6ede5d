"""Requests to servers that strangers choose are guarded, small, and without cookies or credentials."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import httpcore2
import httpx2
import pytest

from chatrooms.features.previews.connections import AT_ONCE, BEFORE_CONTENT, Connection
from chatrooms.features.previews.guard import Guard, Unreachable
from chatrooms.features.previews.web import LEAST, MOST_BYTES, MOST_REDIRECTS, Web, _Pinned
from tests.features.previews.site import LOOPBACK, page, redirect, response, site


def web(**how) -> Web:
    return Web(Guard(LOOPBACK, **how), lambda _host: None)


async def get(url: str) -> bytes:
    return (await web().get(url, "", "text/html")).body


async def test_a_request_has_no_cookies_and_its_own_user_agent():
    async with site() as here:
        here.answers = {"/": response(b"x", Set_Cookie="a=b"), "/again": redirect("/")}
        asking = web()
        for path in ("/", "/again"):
            assert (await asking.get(here.url(path), "", "text/html")).body == b"x"
        for request in here.asked:
            names = {line.partition(":")[0].lower() for line in request.splitlines()[1:]}
            assert names <= {"host", "accept", "accept-encoding", "user-agent", "connection", ""}
            assert "chatrooms/" in request and "python" not in request.lower()


TYPES = {
    "text/html; charset=utf-8": "utf-8",
    'text/html; x=y; CharSet = "latin1"': "latin1",
    "text/html": "",
    "text/html; charset*=a; charset*0=b": "",
    "text/html; charset*=a'b": "",
    "text/html; charset*0*=x; charset=;;=": "",
    "text/html; charset=\xe9": "",
    "text/html; xcharset=a": "",
}


@pytest.mark.parametrize("kind", TYPES)
async def test_the_character_set_is_read_however_a_server_writes_its_type(kind):
    async with site() as here:
        here.answers["/"] = response(b"x", kind)
        assert (await web().get(here.url(), "", "text/html")).charset == TYPES[kind]


@pytest.mark.parametrize("error", [TypeError, KeyError, RecursionError])
async def test_what_a_library_fails_at_is_no_page(error, monkeypatch):
    def fail(_response):
        raise error

    monkeypatch.setattr("chatrooms.features.previews.web._body", fail)
    async with site() as here:
        here.answers["/"] = page()
        with pytest.raises(Unreachable):
            await get(here.url())


BAD = {
    "another status": response(b"x", status="500 Oops"),
    "not found": response(b"x", status="404 Not Found"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "another type": response(b"x", "application/pdf"),
    "no type": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": b"",
    "an endless header": b"HTTP/1.1 200 OK\r\n" + b"X-Long: x\r\n" * 200_000,
    "an unknown coding": response(b"x", Content_Encoding="br"),
    "two codings": response(b"x", Content_Encoding="gzip, gzip"),
    "a damaged coding": response(b"not gzip", Content_Encoding="gzip"),
    "a wrong length": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nx",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: -1\r\n\r\nx",
    "a redirect in circles": redirect("/"),
    "a redirect to nowhere": response(b"", status="302 Found"),
    "a redirect to a file": redirect("file:///etc/passwd"),
    "a redirect with a password": redirect("http://me:secret@127.0.0.1/"),
    "a redirect to a local name": redirect("http://localhost/"),
    "a redirect to the metadata of a cloud": redirect("http://169.254.169.254/latest/meta-data"),
    "a redirect to nonsense": redirect("http://[::1"),
    "a redirect to marks without end": redirect("http://a" + "\u0344\u0f73" * 5000 + ".example/"),
    "a redirect to a long address": redirect("/" + "x" * 5000),
}


async def test_what_comes_in_tiny_pieces_is_read_little_at_a_time_and_not_for_long():
    """The library parses all that was read at once, while nothing else runs."""
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with site() as here:
        here.answers["/"] = chunked + b"1\r\nx\r\n" * (MOST_BYTES // LEAST + 1000) + b"0\r\n\r\n"
        assert await get(here.url()) == b"x" * (MOST_BYTES // LEAST)
        hint = b"HTTP/1.1 103 Early Hints\r\n\r\n"
        here.answers["/"] = hint * (BEFORE_CONTENT // len(hint) + 1000) + page()
        with pytest.raises(Unreachable, match="does not begin"):
            await get(here.url())
        here.answers["/"] = hint + page()
        assert b"A page" in await get(here.url())

    asked = []

    class Endless(httpcore2.AsyncNetworkStream):
        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
            asked.append(max_bytes)
            return b"x" * max_bytes

    reading = Connection(Endless())
    for _ in range(BEFORE_CONTENT // AT_ONCE):
        assert len(await reading.read(10**6)) == AT_ONCE
    with pytest.raises(httpcore2.ReadError):
        await reading.read(1)
    reading.allow_content()
    await reading.read(10**6)
    assert set(asked) == {AT_ONCE}


@pytest.mark.parametrize("kind", BAD)
async def test_what_is_no_page_is_unreachable(kind):
    async with site() as here:
        here.answers["/"] = BAD[kind]
        with pytest.raises(Unreachable):
            await get(here.url())


async def test_each_redirect_is_guarded_anew_and_there_are_few():
    async with site() as here:
        here.answers = {f"/{number}": redirect(f"/{number + 1}") for number in range(9)}
        with pytest.raises(Unreachable):
            await get(here.url("/0"))
        assert len(here.asked) == 1 + MOST_REDIRECTS
        here.answers["/3"] = page()
        assert b"A page" in await get(here.url("/0"))


async def test_a_name_is_looked_up_once_and_the_connection_goes_there():
    """DNS that changes between two answers leads nowhere else."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def resolve(host, port):
        return next(answers)

    async with site("rebound.example") as here:
        here.answers["/"] = page()
        asking = web(resolve=resolve)
        assert (await asking.get(here.url(), "", "text/html")).body
        assert f"Host: rebound.example:{here.port}" in here.asked[0]
        with pytest.raises(Unreachable):
            await asking.get(here.url(), "", "text/html")
        assert len(here.asked) == 1


async def test_tls_checks_the_name_and_not_the_address():
    seen = []

    async def resolve(host, port):
        return ["1.1.1.1"]

    def answer(request):
        seen.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        return httpx2.Response(200)

    pinned = _Pinned(Guard(resolve=resolve), lambda _host: None, httpx2.MockTransport(answer))
    async with httpx2.AsyncClient(transport=pinned) as client:
        await client.get("https://example.org/")
        await client.get("https://bücher.example./")
    assert seen == [
        ("1.1.1.1", "example.org", "example.org"),
        ("1.1.1.1", "xn--bcher-kva.example.", "xn--bcher-kva.example"),
    ]


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"<p>more</p>" * 1000)
        await writer.drain()


async def test_of_a_page_without_end_its_beginning_is_read():
    async with site() as here:
        here.answers["/"] = _endless
        assert len(await get(here.url())) == MOST_BYTES


@pytest.mark.parametrize(
    ("coding", "compress"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
async def test_a_bomb_is_unpacked_no_further_than_a_page(coding, compress):
    async with site() as here:
        here.answers["/"] = response(compress(b"x" * 20 * MOST_BYTES), Content_Encoding=coding)
        assert await get(here.url()) == b"x" * MOST_BYTES
        here.answers["/"] = response(compress(b"small"), Content_Encoding=coding)
        assert await get(here.url()) == b"small"


async def test_proxies_of_the_environment_are_ignored(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with site() as here:
        here.answers["/"] = page()
        assert await get(here.url())


async def test_requests_count_by_address_once_the_guard_has_allowed_it():
    """However many names a host has, it gets no more requests; names that lead nowhere count for none."""
    counted = []

    async def resolve(host, port):
        return {"here": ["127.0.0.1"], "six": ["2606:4700:0:1::7"], "den": ["10.0.0.1"]}[host.split(".")[0]]

    pinned = _Pinned(
        Guard(LOOPBACK, resolve), counted.append, httpx2.MockTransport(lambda _request: httpx2.Response(200))
    )
    async with httpx2.AsyncClient(transport=pinned) as client:
        for host in ("here.one.example", "here.two.example", "six.example"):
            await client.get(f"http://{host}/")
        with pytest.raises(Unreachable):
            await client.get("http://den.example/")
    assert counted == ["127.0.0.1", "127.0.0.1", "2606:4700:0:1::/64"]
