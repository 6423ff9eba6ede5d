"""``chatrooms room``: rooms, who owns them and who belongs to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chatrooms.cli.options import database_options, json_option, print_result, result_text

ROLES = ("owner", "moderator", "member")


@click.group()
def room() -> None:
    """List rooms, archive them, give roles in them; a running server follows within seconds."""


@room.command("list")
@json_option
@database_options
def list_rooms(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print the open and private rooms, with the number of their members, and their owners."""
    from chatrooms.cli.database import rooms

    print_result(config, flags, lambda settings: result_text(rooms.listed(settings), as_json, lines))


@room.command()
@click.argument("which", metavar="NAME")
@json_option
@database_options
def archive(which: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Archive the room NAME: members can read it, but no one can post until it is unarchived."""
    _manage("archive", which, {}, config, flags, as_json=as_json)


@room.command()
@click.argument("which", metavar="NAME")
@json_option
@database_options
def unarchive(which: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Open the archived room NAME again for posting."""
    _manage("unarchive", which, {}, config, flags, as_json=as_json)


@room.command()
@click.argument("which", metavar="NAME")
@click.argument("username")
@click.argument("role", type=click.Choice(ROLES))
@json_option
@database_options
def role(which: str, username: str, role: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Change what USERNAME, a member, may do in the room NAME. Its last owner keeps that role."""
    _manage("role", which, {"username": username, "role": role}, config, flags, as_json=as_json)


@room.command()
@click.argument("which", metavar="NAME")
@click.argument("username")
@json_option
@database_options
def remove(which: str, username: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Remove the member USERNAME from the room NAME."""
    _manage("remove", which, {"username": username}, config, flags, as_json=as_json)


def _manage(
    what: str, which: str, given: dict[str, str], config: Path | None, flags: dict[str, Any], *, as_json: bool
) -> None:
    """Have the server do something to a room, and print the room as it will be."""
    from chatrooms.cli.database import rooms

    print_result(
        config,
        flags,
        lambda settings: result_text(rooms.manage(settings, what, which, given), as_json, lambda one: lines([one])),
    )
    click.echo("The server does this within seconds, or once it starts.", err=True)


def lines(rooms: list[Any]) -> str:
    """Return a line for each room."""
    width = max((len(each["name"]) for each in rooms), default=0)
    return "\n".join(_line(each, width) for each in rooms)


def _line(room: Any, width: int) -> str:
    state = f"{room['access']}{', archived' if room['archived'] else ''}"
    people = f"{room['members']} {'member' if room['members'] == 1 else 'members'}"
    owners = ", ".join(room["owners"]) or "no owner"
    return f"{room['name']:{width}}  {state:17}  {people:12}  {owners}"
