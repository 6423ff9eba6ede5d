"""``chatrooms group``: groups of people whom one mention reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chatrooms.cli.options import database_options, json_option, print_result, result_text


@click.group()
def group() -> None:
    """Manage groups of people whom one mention reaches, such as @design; also while a server runs."""


@group.command("list")
@json_option
@database_options
def list_groups(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print the groups with their members."""
    from chatrooms.cli.database import groups

    print_result(config, flags, lambda settings: result_text(groups.listed(settings), as_json, _lines))


@group.command()
@click.argument("which", metavar="NAME")
@click.argument("usernames", nargs=-1)
@json_option
@database_options
def create(which: str, usernames: tuple[str, ...], config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Make the group NAME of the people USERNAMES. Its name is taken from then on, like a username."""
    from chatrooms.cli.database import groups

    print_result(config, flags, lambda settings: result_text(groups.create(settings, which, usernames), as_json, _line))


@group.command()
@click.argument("which", metavar="NAME")
@click.argument("usernames", nargs=-1, required=True)
@json_option
@database_options
def add(which: str, usernames: tuple[str, ...], config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Add the people USERNAMES to the group NAME."""
    from chatrooms.cli.database import groups

    print_result(
        config, flags, lambda settings: result_text(groups.change(settings, which, add=usernames), as_json, _line)
    )


@group.command()
@click.argument("which", metavar="NAME")
@click.argument("usernames", nargs=-1, required=True)
@json_option
@database_options
def remove(which: str, usernames: tuple[str, ...], config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Remove the people USERNAMES from the group NAME."""
    from chatrooms.cli.database import groups

    print_result(
        config, flags, lambda settings: result_text(groups.change(settings, which, remove=usernames), as_json, _line)
    )


@group.command()
@click.argument("which", metavar="NAME")
@json_option
@database_options
def delete(which: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Delete the group NAME, whose name is free again."""
    from chatrooms.cli.database import groups

    print_result(config, flags, lambda settings: result_text(groups.delete(settings, which), as_json, _line))


def _lines(groups: Any) -> str:
    return "\n".join(map(_line, groups))


def _line(group: Any) -> str:
    return f"{group['name']}: {', '.join(group['members']) or 'no one'}"
