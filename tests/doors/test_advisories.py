"""Starlette's advisories since the oldest version that we allow: none affects us, whatever version is installed."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from tests.doors import get, post


async def raw(url, head, body=""):
    """Send a raw request and return the status and body of the response."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("host", ["x/healthz?", "x/healthz#", "a@b/healthz", "x\\healthz"])
async def test_a_malformed_host_does_not_change_the_path(server, host):
    # CVE-2026-48710, fixed in 1.0.1
    status, body = await raw(server.url, f"POST /api/user.me HTTP/1.1\r\nHost: {host}", "{}")
    assert (status, json.loads(body)["error"]["code"]) == (401, "unauthorized")
    status, body = await raw(server.url, f"GET /nowhere HTTP/1.1\r\nHost: {host}")
    assert (status, json.loads(body)["error"]["details"]) == (404, {"path": "/nowhere"})


async def test_a_path_without_a_slash_is_not_a_host(server):
    # CVE-2026-54282, fixed in 1.3.0
    status, body = await raw(server.url, "GET @evil.example HTTP/1.1\r\nHost: chat.example")
    assert status in (400, 404) and "//evil.example" not in body


async def test_forms_are_not_read(server, monkeypatch):
    # CVE-2026-54283, fixed in 1.3.1
    monkeypatch.delitem(sys.modules, "python_multipart", raising=False)
    form = "&".join(f"a{number}=1" for number in range(10_000)).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer, _ = await post(server.url, "/api/session.join", form, headers=headers)
    assert (status, answer["error"]["code"]) == (400, "invalid")
    assert "python_multipart" not in sys.modules


@pytest.mark.parametrize(
    "path", ["//etc/passwd", "%5C%5Cevil.example%5Cshare", "C:%5Cwindows", "..%2F..%2Fetc%2Fpasswd"]
)
async def test_no_file_outside_of_the_client_is_served(server, path):
    # CVE-2026-48818, fixed in 1.1.0
    status, _, _ = await get(server.url, f"/js/{path}")
    assert status == 404


@pytest.mark.parametrize("wanted", ["bytes=-99999999999", "bytes=0-0,-1,-99999999999", "bytes=-0"])
async def test_a_range_longer_than_the_file_is_clamped(server, wanted):
    # clamped since 1.3.0
    status, _, _ = await get(server.url, "/icon.svg", headers={"Range": wanted})
    assert status in (200, 206, 416, 400)
