"""`chatrooms deploy`: prints or writes the files that run a chat as a service, in containers and behind a proxy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from chatrooms.cli.deploy import files
from chatrooms.cli.deploy.files import File
from chatrooms.cli.deploy.site import Mistake, Site
from chatrooms.cli.options import address_option, fail

DOMAIN = click.option("--domain", required=True, help="The name that people type, such as chat.example.org")
PATH = click.option("--path", default="/", help="The path of the chat there, such as /chat/ [default: /]")
NODES = click.option("--nodes", type=int, default=1, help="How many nodes run on this machine [default: 1]")
PORT = click.option("--port", type=int, default=8000, help="The port of the first node; others follow [default: 8000]")
SERVER = click.option("--server", "servers", multiple=True, help="A node on any machine, such as 10.0.0.1:8000")
INTO = click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files below this folder instead, such as /",
)


@click.group(context_settings={"help_option_names": ["--help"]})
def deploy() -> None:
    """Print files that run the chat: as a service, in containers, behind nginx or Caddy.

    They work as they are. With --into they are written instead, but none that is there is replaced.
    """


@deploy.command()
@DOMAIN
@PATH
@NODES
@PORT
@click.option("--host", default="127.0.0.1", help="The address to listen on [default: 127.0.0.1]")
@click.option("--proxies", default="127.0.0.1", help="The addresses of your proxies [default: 127.0.0.1]")
@address_option("database", "database", "A PostgreSQL; without it, SQLite, which has one node", default="")
@address_option("bus", "bus", "A Redis or Valkey for what nodes tell each other [default: PostgreSQL]", default="")
@INTO
def systemd(into: Path | None, proxies: str, bus: str, **options: Any) -> None:
    """Print units of systemd: a node for each port, all of them as a target, and a nightly backup.

    Put a URL with a password into CHATROOMS_DATABASE or CHATROOMS_BUS: other accounts can read arguments.
    """

    def made() -> list[File]:
        site = Site(**options)
        if site.nodes > 1 and not site.database:
            raise Mistake("--nodes: SQLite has one server; for several nodes, give the --database of PostgreSQL")
        if bus and not site.database.startswith("postgresql"):
            raise Mistake("--bus is for several nodes, which use the --database of PostgreSQL")
        return files.systemd(site, proxies, bus)

    _print_or_write(made, into)


@deploy.command()
@DOMAIN
@PATH
@NODES
@PORT
@SERVER
@click.option("--certificate", default="", help="The file of the certificate and its chain [default: Certbot's]")
@click.option("--key", default="", help="The file of the certificate's key [default: Certbot's]")
@INTO
def nginx(into: Path | None, certificate: str, key: str, **options: Any) -> None:
    """Print a configuration of nginx, with TLS, for nodes on this machine or others."""
    _print_or_write(lambda: files.nginx(Site(**options), certificate, key), into)


@deploy.command()
@DOMAIN
@PATH
@NODES
@PORT
@SERVER
@INTO
def caddy(into: Path | None, **options: Any) -> None:
    """Print a configuration of Caddy, which gets certificates by itself, for nodes on this machine or others."""
    _print_or_write(lambda: files.caddy(Site(**options)), into)


@deploy.command()
@DOMAIN
@PATH
@click.option("--nodes", type=int, default=2, help="How many nodes run [default: 2]")
@click.option("--wheel", required=True, help="The wheel of chatrooms beside the Dockerfile, which `pip wheel` builds")
@INTO
def compose(into: Path | None, wheel: str, **options: Any) -> None:
    """Print a compose file with nodes, PostgreSQL, Valkey and Caddy, and a Dockerfile."""
    _print_or_write(lambda: files.compose(Site(**options), wheel), into)


def _print_or_write(make: Callable[[], list[File]], into: Path | None) -> None:
    try:
        made = make()
        if into is None:
            click.echo(files.printed(made), nl=False)
        else:
            for path in files.write(made, into):
                click.echo(path)
    except Mistake as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename} cannot be written: {error.strerror}")
