"""The files that run a chat: texts in the folders beside this module, in which `{{name}}` stands for a value."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from chatrooms import bus_address
from chatrooms.cli.deploy.site import Mistake, Site, checked, file, quoted
from chatrooms.setting_types import network
from chatrooms.version import __version__

HERE = Path(__file__).parent
PLACE = re.compile(r"\{\{(\w+)\}\}")
READABLE, PROGRAM, SECRET = 0o644, 0o755, 0o600
EXTRAS = "[all,postgresql,redis]"
HEALTH = """\
        health_uri /readyz
        health_interval 1s
        health_timeout 3s
"""
"""How Caddy finds out which nodes can be used; one that is alone answers for itself, however slow its disk is."""


@dataclass(frozen=True)
class File:
    """A file to make: where, with what and for whom."""

    path: str
    text: str
    mode: int = READABLE


def _filled(template: str, **values: object) -> str:
    return PLACE.sub(lambda place: str(values[place[1]]), (HERE / template).read_text("utf-8"))


def systemd(site: Site, proxies: str, bus: str) -> list[File]:
    """Return units for nodes and nightly backups, their settings, and a program that runs commands with these."""
    units, settings = "/etc/systemd/system/", "/etc/chatrooms/environment"
    names = " ".join(f"chatrooms@{port}.service" for port in site.ports)
    given = {"host": site.host, "proxies": proxies, "database": site.database, "bus": bus}
    checked("--bus", bus_address.checked, bus)
    for proxy in [] if proxies == "*" else proxies.split(","):
        checked("--proxies", network, proxy.strip())
    values = {"url": site.url} | {name: quoted(f"--{name}", value) for name, value in given.items()}
    return [
        File(settings, _filled("systemd/environment", **values), SECRET),
        File("/etc/sysusers.d/chatrooms.conf", _filled("systemd/sysusers.conf")),
        File("/usr/local/bin/chatrooms", _filled("systemd/chatrooms"), PROGRAM),
        File(units + "chatrooms@.service", _filled("systemd/chatrooms@.service")),
        File(units + "chatrooms.target", _filled("systemd/chatrooms.target", units=names)),
        File(units + "chatrooms-backup.service", _filled("systemd/chatrooms-backup.service")),
        File(units + "chatrooms-backup.timer", _filled("systemd/chatrooms-backup.timer")),
    ]


def nginx(site: Site, certificate: str, key: str) -> list[File]:
    """Return the configuration of nginx, whose certificate and key are in files of PEM."""
    folder = f"/etc/letsencrypt/live/{site.domain}/"
    text = _filled(
        "nginx/chatrooms.conf",
        domain=site.domain,
        path=site.path,
        count=site.count,
        servers="\n".join(f"    server {address} {_failing(address)};" for address in site.addresses),
        certificate=file("--certificate", certificate or folder + "fullchain.pem"),
        key=file("--key", key or folder + "privkey.pem"),
    )
    return [File("/etc/nginx/conf.d/chatrooms.conf", text)]


def _failing(address: str) -> str:
    """Return how nginx avoids a node that does not answer: on this machine, it learns that at once and each time."""
    return "max_fails=0" if address.startswith("127.0.0.1:") else "max_fails=1 fail_timeout=3s"


def caddy(site: Site) -> list[File]:
    """Return the configuration of Caddy."""
    return [File("/etc/caddy/Caddyfile", _caddyfile(site, site.addresses))]


def _caddyfile(site: Site, addresses: list[str]) -> str:
    is_below = site.path != "/"
    return _filled(
        "caddy/Caddyfile",
        domain=site.domain,
        count=site.count,
        redirect=f"    redir {site.path.rstrip('/')} {site.path}\n" if is_below else "",
        matcher=f"{site.path}* " if is_below else "",
        servers=" ".join(addresses),
        health=HEALTH if len(addresses) > 1 else "",
    )


def compose(site: Site, wheel: str) -> list[File]:
    """Return what runs nodes, PostgreSQL, Valkey and Caddy in containers, with chatrooms from a wheel."""
    names = [f"node{number}" for number in range(1, site.nodes + 1)]
    values = {
        "url": site.url,
        "version": __version__,
        "count": site.count.capitalize(),
        "nodes": "".join(f"  {name}: *node\n" for name in names),
        "names": "".join(f"      - {name}\n" for name in names),
    }
    return [
        File("compose.yaml", _filled("compose/compose.yaml", **values)),
        File("Dockerfile", _dockerfile(wheel)),
        File("Caddyfile", _caddyfile(site, [f"{name}:8000" for name in names])),
        File(".env", _filled("compose/environment", password=secrets.token_urlsafe(24)), SECRET),
    ]


def _dockerfile(wheel: str) -> str:
    if not re.fullmatch(r"[\w.+-]+\.whl", wheel, re.ASCII):
        raise Mistake("--wheel is the name of a file beside the Dockerfile, such as chatrooms-1.0-py3-none-any.whl")
    return _filled("compose/Dockerfile", wheel=wheel, extras=EXTRAS)


def printed(files: list[File]) -> str:
    """Return the text of one file, or of several, each below a line with its path."""
    if len(files) == 1:
        return files[0].text
    return "\n".join(f"# ==> {each.path} (mode {each.mode:04o}) <==\n{each.text}" for each in files)


def write(files: list[File], folder: Path) -> list[Path]:
    """Write files below ``folder``, and return where; raises `Mistake` if any is there, and then writes none."""
    paths = [folder / each.path.lstrip("/") for each in files]
    if there := [path for path in paths if path.exists()]:
        raise Mistake(f"{there[0]} exists; move it away, or write into another folder and compare")
    for each, path in zip(files, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, each.mode), "w") as written:
            os.fchmod(written.fileno(), each.mode)
            written.write(each.text)
    return paths
