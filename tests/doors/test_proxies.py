"""The proxies in the documentation, each started for real with the configuration that is printed there."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import socketio
from aiohttp.abc import AbstractResolver

from tests.people import PATIENCE
from tests.processes import started
from tests.services import proxies
from tests.services.redis import free_port

pytestmark = pytest.mark.slow  # processes

GUIDE = (Path(__file__).parents[2] / "docs" / "proxies.md").read_text()
NAME = "chat.example.org"
JOINS = 5


def printed(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[number].replace(" example.org", f" {NAME}")


@dataclass
class Way:
    """How a proxy is started: ``port`` is its own, ``server`` the chat's address, ``pem`` has certificate and key."""

    home: Path
    port: int
    server: str
    pem: Path

    def filled(self, text: str) -> str:
        for old, new in (
            (f"/etc/ssl/{NAME}.combined.pem", str(self.pem)),
            (f"/etc/ssl/{NAME}.pem", str(self.pem)),
            (f"/etc/ssl/{NAME}.key", str(self.pem)),
            ("127.0.0.1:8000", self.server),
        ):
            text = text.replace(old, new)
        return text


def nginx(way: Way, path: str) -> list[str]:
    config = way.filled(printed("nginx")).replace("listen 443", f"listen 127.0.0.1:{way.port}")
    if path:
        config = config.replace("location / {", "location /chat/ {")
    if path == "removed":
        config = config.replace(f"http://{way.server};", f"http://{way.server}/;")
    paths = "".join(f"{kind}_temp_path {way.home};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = way.home / "nginx.conf"
    file.write_text(f"pid {way.home}/pid; events {{}} http {{ {paths} access_log off; {config} }}")
    return ["-e", "stderr", "-c", str(file), "-g", "daemon off;"]


def caddy(way: Way, path: str) -> list[str]:
    config = printed("caddy", 1 if path else 0)
    if path == "kept":
        config = config.replace("handle_path", "handle")
    config = config.replace(f"{NAME} {{", f"{NAME} {{\ntls {way.pem} {way.pem}\nbind 127.0.0.1", 1)
    if not config.startswith(NAME):
        config = config.replace("example.org {", f"{NAME} {{\ntls {way.pem} {way.pem}\nbind 127.0.0.1", 1)
    options = f"{{\nadmin off\nauto_https disable_redirects\nhttps_port {way.port}\nhttp_port {free_port()}\n}}\n"
    file = way.home / "Caddyfile"
    file.write_text(options + way.filled(config))
    return ["run", "--adapter", "caddyfile", "--config", str(file)]


def haproxy(way: Way, path: str) -> list[str]:
    config = way.filled(printed("haproxy")).replace("bind :443", f"bind 127.0.0.1:{way.port}")
    if path:
        rule = re.search(r"`(use_backend chat if [^`]*)`", GUIDE)[1]
        config = config.replace("default_backend chat", rule)
    file = way.home / "haproxy.cfg"
    file.write_text(config)
    return ["-db", "-f", str(file)]


PROXIES: dict[str, Callable[[Way, str], list[str]]] = {"nginx": nginx, "caddy": caddy, "haproxy": haproxy}
WAYS = [
    *(("nginx", path) for path in ("", "removed", "kept")),
    *(("caddy", path) for path in ("", "removed", "kept")),
    *(("haproxy", path) for path in ("", "kept")),
]


class Here(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        found = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [found | {"proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Have nothing to close."""


@asynccontextmanager
async def behind(tmp_path: Path, program: Callable[[str], str], name: str, path: str) -> AsyncIterator[str]:
    """Run the chat behind a proxy; return the address that people type."""
    home = tmp_path / "proxy"
    home.mkdir()
    pem = proxies.certificate(home, program("openssl"))
    port = free_port()
    url = f"https://{NAME}:{port}/{'chat/' if path else ''}"
    more = ("--proxies", "127.0.0.1", "--guests", "claim", "--rate-join", f"{JOINS}/minute")
    async with started(tmp_path / "data", "--url", url, *more) as server:
        arguments = PROXIES[name](Way(home, port, server.url.removeprefix("http://"), pem), path)
        async with proxies.started(program(name), *arguments, port=port, log=home / "log", trust=home / "public.pem"):
            yield url


@pytest.mark.parametrize(("name", "path"), WAYS)
async def test_the_chat_works_behind_it(tmp_path, proxy_program, name, path):
    async with behind(tmp_path, proxy_program, name, path) as url:
        trust = ssl.create_default_context(cafile=str(tmp_path / "proxy" / "public.pem"))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Here(), ssl=trust)) as browser:
            await _loads_the_page(browser, url)
            if path:
                await _redirects_to_the_page(browser, url)
            cookie = await _joins(browser, url)
            for transport in ("websocket", "polling"):
                await _talks(browser, url, cookie, transport)
            await _is_counted_by_its_own_address(browser, url)
        assert await _protocol(url, trust) == "h2"


async def _loads_the_page(browser, url: str) -> None:
    async with browser.get(url) as response:
        page = await response.text()
        assert (response.status, f'<base href="/{url.split("/", 3)[3]}">' in page) == (200, True)
        assert ("Strict-Transport-Security" in response.headers) is not url.endswith("/chat/")
    script = re.search(r'src="\./(v/[^"]+)"', page)[1]
    async with browser.get(url + script) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")


async def _redirects_to_the_page(browser, url: str) -> None:
    """The address of a path is typed without its last slash, too; it leads to the page in one step."""
    async with browser.get(url.removesuffix("/")) as response:
        assert (response.status, str(response.url), len(response.history)) == (200, url, 1)


def origin(url: str) -> dict[str, str]:
    return {"Origin": url.rpartition("/chat/")[0] or url.rstrip("/")}


async def _joins(browser, url: str) -> str:
    async with browser.post(f"{url}api/session.join", json={"username": "alice"}, headers=origin(url)) as response:
        assert response.status == 200
        cookie = response.headers["Set-Cookie"]
        assert "; Secure" in cookie and cookie.startswith("__Secure-" if url.endswith("/chat/") else "__Host-")
    return cookie.partition(";")[0]


async def _talks(browser, url: str, cookie: str, transport: str) -> None:
    client = socketio.AsyncClient(reconnection=False, http_session=browser)
    at = url.split("/", 3)
    await client.connect(
        "/".join(at[:3]),
        headers=origin(url) | {"Cookie": cookie},
        auth={"username": "alice"},
        transports=[transport],
        socketio_path=f"{at[3]}socket.io",
        wait_timeout=PATIENCE,
    )
    answer = await client.call("message.post", {"room": "#lobby", "text": transport}, timeout=PATIENCE)
    assert answer["ok"]
    await client.eio.disconnect(abort=transport == "polling")


async def _is_counted_by_its_own_address(browser, url: str) -> None:
    """However many addresses a client makes up, the proxy tells the real one."""
    statuses = []
    for number in range(JOINS + 1):
        headers = origin(url) | {"X-Forwarded-For": f"203.0.113.{number}"}
        async with browser.post(f"{url}api/session.join", json={"username": f"n{number}"}, headers=headers) as response:
            statuses.append(response.status)
    assert statuses[-1] == 429


async def _protocol(url: str, trust: ssl.SSLContext) -> str | None:
    """Return what a browser would use, which offers HTTP/2 first."""
    trust.set_alpn_protocols(["h2", "http/1.1"])
    port = int(re.search(r":(\d+)/", url)[1])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=NAME)
    protocol = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    writer.close()
    return protocol
