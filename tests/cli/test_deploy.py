"""`chatrooms deploy` prints files that work as they are."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import socket
import ssl
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import aiohttp
import pytest
import yaml
from click.testing import CliRunner

from chatrooms.cli import cli
from chatrooms.settings import Settings
from tests.processes import environment, started
from tests.services import proxies
from tests.services.redis import free_port

NAME = "chat.example.org"
DATABASE = "postgresql+psycopg://chatrooms:p%40%25s$w&d@127.0.0.1/chatrooms"
NODES = ("--nodes", "2", "--port", "8001")
WHEEL = ("--wheel", "chatrooms-1.0-py3-none-any.whl")


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["deploy", *args])
    return result.exit_code, result.output


def deploy(kind: str, *options: str, domain: str = NAME) -> str:
    status, output = run(kind, "--domain", domain, *options)
    assert status == 0, output
    return output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("nginx", "--domain", "https://chat.example.org"), "--domain is a name"),
        (("nginx", "--domain", "a b"), "--domain is a name"),
        (("nginx", "--domain", NAME, "--path", "chat"), "--path begins and ends with a slash"),
        (("nginx", "--domain", NAME, "--path", "/;}/"), "--path begins and ends with a slash"),
        (("nginx", "--domain", NAME, "--server", "10.0.0.1"), "--server is an address with a port"),
        (("nginx", "--domain", NAME, "--certificate", "/a b"), "--certificate is an absolute path"),
        (("caddy", "--domain", NAME, "--nodes", "0"), "--nodes is a number"),
        (("caddy", "--domain", NAME, "--port", "65535", "--nodes", "2"), "--port: the ports of all nodes"),
        (("compose", "--domain", NAME, "--wheel", ""), "--wheel is the name of a file"),
        (("compose", "--domain", NAME, "--wheel", "../a.whl"), "--wheel is the name of a file"),
        (("systemd", "--domain", NAME, "--nodes", "2"), "SQLite has one server"),
        (("systemd", "--domain", NAME, "--nodes", "2", "--database", "sqlite:////a"), "SQLite has one server"),
        (("systemd", "--domain", NAME, "--database", "no"), "--database is a URL"),
        (("systemd", "--domain", NAME, "--database", "postgresql+psycopg://a'@b/c"), "--database has no '"),
        (("systemd", "--domain", NAME, "--proxies", "'; reboot"), "--proxies: "),
        (
            ("systemd", "--domain", NAME, "--proxies", "proxy.example.org"),
            "--proxies: 'proxy.example.org' is not an IP",
        ),
        (("systemd", "--domain", NAME, "--database", "mysql://a/b"), "--database is a SQLite file or PostgreSQL"),
        (
            ("systemd", "--domain", NAME, "--database", "postgresql+psycopg://a@b/c", "--bus", "ftp://a"),
            "--bus: This is a URL such as",
        ),
        (("systemd", "--domain", NAME, "--bus", "redis://a"), "--bus is for several nodes"),
        (("nginx", "--domain", NAME, "--nodes", "2", "--server", "10.0.0.1:8000"), "--nodes counts those"),
        (("systemd", "--domain", NAME, "--into", "/dev/null/x"), "/dev/null/x/etc/chatrooms cannot be written: Not a"),
    ],
)
def test_what_no_file_could_work_with_is_named_in_one_line(options, reason):
    status, output = run(*options)
    assert (status, len(output.splitlines())) == (2, 1) and reason in output


def test_files_are_written_for_those_who_read_them_and_none_is_replaced(tmp_path):
    bus = ("--bus", "redis://127.0.0.1:6379")
    deploy("systemd", *NODES, "--database", DATABASE, *bus, "--into", str(tmp_path))
    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*.*")}
    assert set(modes.values()) == {0o644, 0o755}
    assert stat.S_IMODE((tmp_path / "etc/chatrooms/environment").stat().st_mode) == 0o600
    status, output = run("systemd", "--domain", NAME, "--into", str(tmp_path))
    assert status == 2 and "exists" in output
    settings = (tmp_path / "etc/chatrooms/environment").read_text()
    assert DATABASE in settings and "CHATROOMS_BUS='redis://127.0.0.1:6379'" in settings


def units(folder: Path) -> Path:
    """Write the units of two nodes, with a chatrooms that is installed here."""
    deploy("systemd", *NODES, "--database", DATABASE, "--into", str(folder))
    found = folder / "etc/systemd/system"
    for unit in found.iterdir():
        unit.write_text(unit.read_text().replace("/opt/chatrooms/current/bin/chatrooms", sys.executable))
    return found


def test_systemd_finds_nothing_wrong_with_its_units(tmp_path, proxy_program):
    folder = units(tmp_path)
    names = ["chatrooms@8001.service", "chatrooms.target", "chatrooms-backup.service", "chatrooms-backup.timer"]
    command = [proxy_program("systemd-analyze"), "verify", "--man=no", *(folder / name for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "chatrooms@8001.service chatrooms@8002.service" in (folder / "chatrooms.target").read_text()


@pytest.mark.slow
def test_the_program_for_commands_gives_them_the_settings_of_the_nodes(tmp_path):
    deploy("systemd", *NODES, "--path", "/chat/", "--database", DATABASE, "--into", str(tmp_path))
    program = (tmp_path / "usr/local/bin/chatrooms").read_text()
    program = program.replace("/etc/chatrooms/", f"{tmp_path}/etc/chatrooms/").replace("runuser -u chatrooms -- ", "")
    program = program.replace("/opt/chatrooms/current/bin/chatrooms", f"{sys.executable} -m chatrooms")

    def run_as(user: int, *arguments: str) -> subprocess.CompletedProcess:
        command = ["/bin/sh", "-c", program.replace("$(id -u)", str(user)), "chatrooms", *arguments]
        return subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)

    refused = run_as(1000, "config")
    assert (refused.returncode, refused.stdout) == (2, "") and "run this as root" in refused.stderr
    assert "upstream" in run_as(1000, "deploy", "nginx", "--domain", NAME).stdout
    out = run_as(0, "config").stdout
    shown = tomllib.loads(out)
    assert (shown["url"], shown["data"]) == (f"https://{NAME}/chat/", "/var/lib/chatrooms")
    assert shown["proxies"] == ["127.0.0.1"] and shown["database"].endswith("127.0.0.1/chatrooms")


@pytest.mark.parametrize(("database", "suffix"), [("", ".sqlite3"), ("sqlite:////a", ".sqlite3"), (DATABASE, ".dump")])
def test_a_nightly_backup_is_named_after_the_database_of_the_settings(tmp_path, database, suffix):
    unit = deploy("systemd").partition("chatrooms-backup.service")[2]
    command = re.search(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.MULTILINE)[1]
    command = command.replace("$$", "$").replace("%%", "%").replace("/opt/chatrooms/current/bin/chatrooms", "echo")
    given = environment(tmp_path) | {"CHATROOMS_DATABASE": database}
    out = subprocess.run(["/bin/sh", "-c", command], env=given, capture_output=True, text=True, check=True).stdout
    assert out.startswith("backup --files /var/lib/chatrooms-backups/files /") and out.endswith(f"{suffix}\n")


def test_old_backups_make_room_for_the_next_though_the_last_ones_failed(tmp_path):
    unit = deploy("systemd").partition("chatrooms-backup.service")[2]
    command = re.search(r"^ExecStartPre=-/bin/sh -c '(.*)'$", unit, re.MULTILINE)[1]
    days = {"2026-01-01T03-30-00": 40, "2026-01-15T03-30-00": 26, "2026-01-30T03-30-00": 11, "monday": 90}

    def left(names) -> list[str]:
        for path in tmp_path.iterdir():
            path.unlink()
        for name in names:
            for suffix in (".sqlite3", ".sqlite3.files"):
                (tmp_path / f"{name}{suffix}").touch()
                os.utime(tmp_path / f"{name}{suffix}", (0, time.time() - 86400 * days[name]))
        given = command.replace("/var/lib/chatrooms-backups", str(tmp_path))
        subprocess.run(["/bin/sh", "-c", given], check=True)
        assert all((tmp_path / f"{path.name}.files").exists() for path in tmp_path.glob("*.sqlite3"))
        return sorted(path.stem for path in tmp_path.glob("*.sqlite3"))

    first, second, third, own = days
    interrupted = tmp_path / "2026-02-01T03-30-00.sqlite3.part"
    assert left(days) == [third, own]
    assert left([first, second]) == [second]
    assert left([first]) == [first]
    assert left([]) == []
    left([first])
    for path in (
        interrupted,
        interrupted.with_name(f"{interrupted.name}-journal"),
        tmp_path / "2026-02-02T03-30-00.dump.part",
    ):
        path.touch()
    os.utime(interrupted, (0, time.time() - 86400 * 20))
    subprocess.run(["/bin/sh", "-c", command.replace("/var/lib/chatrooms-backups", str(tmp_path))], check=True)
    assert [path.stem for path in tmp_path.glob("*.sqlite3")] == [first] and not interrupted.exists()


def test_caddy_asks_nodes_how_they_are_only_if_there_are_several():
    assert "health_uri" not in deploy("caddy")
    assert "health_uri" in deploy("caddy", "--nodes", "2")


@pytest.mark.slow
async def test_systemd_hears_when_a_node_can_be_used(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        async with started(tmp_path / "data", NOTIFY_SOCKET=str(tmp_path / "notify")) as server:
            assert manager.recv(100) == b"READY=1"
            with socket.create_connection(("127.0.0.1", server.port)):
                pass


def test_the_compose_file_is_whole(tmp_path):
    deploy("compose", *WHEEL, "--path", "/chat/", "--into", str(tmp_path))
    made = yaml.safe_load((tmp_path / "compose.yaml").read_text())
    services = made["services"]
    assert set(services) == {"node1", "node2", "proxy", "postgres", "valkey"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        volumes = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        assert all((tmp_path / name).exists() if name.startswith("./") else name in made["volumes"] for name in volumes)
        assert "ports" not in service or service is services["proxy"]
    node = services["node1"]["environment"]
    names = {name.removeprefix("CHATROOMS_").lower() for name in node}
    settings = {name: node[f"CHATROOMS_{name.upper()}"] for name in names & set(Settings.model_fields)}
    assert Settings(**settings).url == f"https://{NAME}/chat/" and names == set(settings)
    (password,) = re.fullmatch(r"POSTGRES_PASSWORD=([\w-]{32})\n", (tmp_path / ".env").read_text()).groups()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert password not in (tmp_path / "compose.yaml").read_text()
    assert "node1:8000 node2:8000" in (tmp_path / "Caddyfile").read_text()


@pytest.mark.slow
async def test_the_image_is_healthy_when_its_node_is_ready(tmp_path):
    text = deploy("compose", *WHEEL)
    assert f'COPY {WHEEL[1]} /tmp/\nRUN pip install --no-cache-dir "/tmp/{WHEEL[1]}[all,postgresql,redis]"\n' in text
    command = re.search(r"HEALTHCHECK .*CMD (\[.*\])", text)[1]
    _, *arguments = yaml.safe_load(command)
    async with started(tmp_path) as server:
        here = [each.replace("127.0.0.1:8000", server.url.removeprefix("http://")) for each in arguments]
        assert await (await asyncio.create_subprocess_exec(sys.executable, *here)).wait() == 0
        await server.end()
        failing = await asyncio.create_subprocess_exec(sys.executable, *here, stderr=asyncio.subprocess.DEVNULL)
        assert await failing.wait() == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/chat/"])
async def test_caddy_runs_with_what_is_printed(tmp_path, proxy_program, path):
    pem, port = proxies.certificate(tmp_path, proxy_program("openssl")), free_port()
    config = deploy("caddy", "--path", path, "--server", "127.0.0.1:1", "--server", "127.0.0.1:2", domain="localhost")
    options = f"{{\nadmin off\nauto_https disable_redirects\nhttps_port {port}\nhttp_port {free_port()}\n}}\n"
    config = config.replace("localhost {", f"{options}localhost {{\ntls {pem} {pem}\nbind 127.0.0.1")
    url = f"https://localhost:{port}{path}"
    async with started(tmp_path / "data", "--url", url, "--proxies", "127.0.0.1") as server:
        (tmp_path / "Caddyfile").write_text(config.replace("127.0.0.1:1 ", f"127.0.0.1:{server.port} "))
        arguments = shlex.split(f"run --adapter caddyfile --config {tmp_path}/Caddyfile")
        async with proxies.started(
            proxy_program("caddy"), *arguments, port=port, log=tmp_path / "log", trust=tmp_path / "public.pem"
        ):
            trust = ssl.create_default_context(cafile=str(tmp_path / "public.pem"))
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust, force_close=True)) as http:
                for _ in range(4):  # one of the nodes does not answer
                    async with http.get(f"{url}readyz") as answer:
                        assert (answer.status, await answer.read()) == (200, b'{"ok":true}')
