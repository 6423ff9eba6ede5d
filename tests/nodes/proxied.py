"""Nodes behind nginx, with what `chatrooms deploy nginx` prints."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from chatrooms.cli import cli
from tests.client.processes import ServerProcess, free_port, killable
from tests.services import proxies

NAME = "localhost"


@dataclass
class Site:
    """Where a chat is: with TLS, and without for clients that do not know the certificate."""

    url: str
    plain: str
    nodes: list[ServerProcess]


def printed(kind: str, *options: str) -> str:
    result = CliRunner().invoke(cli, ["deploy", kind, "--domain", NAME, *options])
    assert result.exit_code == 0, result.output
    return result.output


def local(config: str, port: int, plain: int) -> str:
    """Return a printed configuration with ports that are free here."""
    redirecting, serving = config.split("server {\n    listen 443")
    redirecting = redirecting.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    serving = f"server {{\n    listen 127.0.0.1:{plain};\n    listen 127.0.0.1:{port}{serving}"
    return re.sub(r"    listen \[::\]:.*\n", "", redirecting + serving)


@asynccontextmanager
async def behind_nginx(
    home: Path,
    database: str,
    program: Callable[[str], str],
    *flags: str,
    change: Callable[[str], str] = str,
) -> AsyncIterator[Site]:
    """Run two nodes, and nginx before them; ``change`` changes its configuration."""
    pem, port, plain = proxies.certificate(home, program("openssl")), free_port(), free_port()
    url = f"https://{NAME}:{port}/"
    shared = ("--database", database, "--url", url, "--proxies", "127.0.0.1", "--guests", "claim", *flags)
    async with AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(killable(home / "data", *shared)) for _ in range(2)]
        servers = [option for node in nodes for option in ("--server", node.url.removeprefix("http://"))]
        config = printed("nginx", *servers, "--certificate", str(pem), "--key", str(pem))
        file, paths = home / "nginx.conf", ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{each}_temp_path {home};" for each in paths)
        text = change(local(config, port, plain))
        file.write_text(f"pid {home}/pid; events {{}} http {{ {folders} access_log off; {text} }}")
        command = [program("nginx"), "-e", "stderr", "-c", str(file), "-g", "daemon off;"]
        trust = home / "public.pem"
        await stack.enter_async_context(proxies.started(*command, port=port, log=home / "log", trust=trust))
        yield Site(url, f"http://127.0.0.1:{plain}/", nodes)
