"""``chatrooms emoji``: the emoji of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chatrooms.cli.options import database_options, json_option, print_result, result_text, setting_options


@click.group()
def emoji() -> None:
    """Manage the emoji of the server, which people write as :name:; also while a server runs."""


@emoji.command("list")
@json_option
@database_options
def list_emoji(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print the emoji of the server, and who added them when."""
    from chatrooms.cli.database import emoji as stored

    print_result(config, flags, lambda settings: result_text(stored.listed(settings), as_json, _lines))


@emoji.command()
@click.argument("which", metavar="NAME")
@click.argument("picture", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
@setting_options("data", "database", "file_size", "file_quota", "file_space", "file_store")
def add(which: str, picture: Path, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Add the emoji NAME, from the file PICTURE, which has at most 512 x 512 pixels and 256 KiB."""
    from chatrooms.cli.database import emoji as stored

    print_result(config, flags, lambda settings: result_text(stored.add(settings, which, picture), as_json, _line))


@emoji.command()
@click.argument("which", metavar="NAME")
@json_option
@database_options
def remove(which: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Remove the emoji NAME. Texts and reactions that have it keep its code."""
    from chatrooms.cli.database import emoji as stored

    print_result(config, flags, lambda settings: result_text(stored.remove(settings, which), as_json, _line))


def _lines(emoji: Any) -> str:
    return "\n".join(map(_line, emoji))


def _line(emoji: Any) -> str:
    return f":{emoji['name']}:  {emoji['by']}  {emoji['at'][:10]}"
