"""``chatrooms key``: service keys of people, and of the application itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chatrooms.cli.options import database_options, print_result
from chatrooms.settings import Settings


@click.command()
@click.argument("username")
@click.option("--called", default="Made on the command line", help="What to call it, such as the program")
@click.option("--allow", multiple=True, help="A command, or a group: read, post, rooms, own [default: read and post]")
@click.option("--room", multiple=True, help="A room that it is for [default: all]")
@click.option("--days", type=click.IntRange(1, 36_500), help="How long it works [default: until it is revoked]")
@click.option("--list", "listing", is_flag=True, help="List the keys of USERNAME instead")
@click.option("--rotate", metavar="ID", help="Replace a key by a new one for the same instead, and end it")
@click.option("--revoke", metavar="ID", help="End a key instead; its connections end within a minute")
@click.option("--json", "as_json", is_flag=True, help="Print JSON")
@database_options
def key(  # noqa: PLR0917 - the options, in order
    username: str,
    called: str,
    allow: tuple[str, ...],
    room: tuple[str, ...],
    days: int | None,
    listing: bool,  # noqa: FBT001 - click passes it by name
    rotate: str | None,
    revoke: str | None,
    as_json: bool,  # noqa: FBT001
    config: Path | None,
    **flags: Any,
) -> None:
    """Print a new service key, by which a program acts as USERNAME, also while a server runs.

    With `system` as USERNAME, it acts as the application itself, by `chatrooms.Remote`. It can also be allowed
    add_user, remove_user, username, user_id, set_picture, disconnect, signal and emit.
    """
    from chatrooms import names, types
    from chatrooms.cli.database import keys

    def work(settings: Settings) -> str:
        who = names.APPLICATION if username == names.APPLICATION else names.username(username)
        if revoke:
            keys.revoke(settings, who, revoke)
            return keys.shown({"revoked": revoke}, f"{revoke} is revoked.", as_json=as_json)
        if listing:
            found = keys.listed(settings, who)
            return keys.shown({"keys": found}, "\n".join(map(keys.line, found)), as_json=as_json)
        if rotate:
            made = keys.rotate(settings, who, rotate)
        else:
            made = keys.make(settings, who, types.line(called), list(allow), list(room), days=days)
        return keys.shown({"key": made}, made["token"], as_json=as_json)

    print_result(config, flags, work)
