"""The warning about a proxy that the server does not trust."""

from __future__ import annotations

import logging

import pytest

from chatrooms import Chatrooms, Settings
from tests import servers
from tests.doors import get
from tests.people import connect
from tests.servers import QUICK, RunningServer, serving
from tests.wire.raw import PATH

FORWARDED = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture
def warned(caplog):
    """Return the warnings about proxies so far."""
    caplog.set_level(logging.INFO)
    return lambda: [each.getMessage() for each in caplog.records if "X-Forwarded-For" in each.getMessage()]


@pytest.fixture
async def behind(tmp_path, monkeypatch, request):
    """Run a server that trusts the addresses in the test's parameter."""
    monkeypatch.setattr(servers, "options", servers.options | {"forwarded_allow_ips": request.param})
    chat = Chatrooms(Settings(data=tmp_path, guests="claim", **QUICK))
    async with chat.lifespan(), serving(chat) as url:
        yield RunningServer(url, chat)


UNLISTED, LISTED = (pytest.mark.parametrize("behind", [ips], indirect=True) for ips in ("10.0.0.1", "127.0.0.1"))


@UNLISTED
async def test_a_proxy_that_is_not_listed_is_logged_once_with_its_address(behind, warned):
    for path in ("/healthz", "/", PATH, "/healthz"):
        await get(behind.url, path, headers=FORWARDED)
    (warning,) = warned()
    assert "127.0.0.1" in warning and "`proxies`" in warning


@UNLISTED
async def test_a_socket_behind_it_is_enough(behind, warned):
    async with connect(behind.url, "alice", headers=FORWARDED):
        assert len(warned()) == 1


@UNLISTED
@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": ""}, {"X-Forwarded-Proto": "https"}])
async def test_requests_that_are_not_forwarded_are_no_reason(behind, warned, headers):
    await get(behind.url, "/healthz", headers=headers)
    assert warned() == []


@LISTED
@pytest.mark.parametrize("value", ["203.0.113.7", "198.51.100.1, 203.0.113.7", "2001:db8::1", "[2001:db8::1]:80"])
async def test_a_proxy_that_is_listed_is_fine(behind, warned, value):
    await get(behind.url, "/healthz", headers={"X-Forwarded-For": value})
    async with connect(behind.url, "alice", headers={"X-Forwarded-For": value}):
        assert warned() == []
