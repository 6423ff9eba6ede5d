"""The command line."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click
import orjson

from chatrooms.cli.applicant import applicant
from chatrooms.cli.arguments import warn_of_unknown_variables
from chatrooms.cli.deploy import deploy
from chatrooms.cli.emoji import emoji
from chatrooms.cli.group import group
from chatrooms.cli.key import key
from chatrooms.cli.options import (
    address_option,
    fail,
    json_option,
    link_options,
    print_result,
    result_text,
    setting_options,
    settings_of,
)
from chatrooms.cli.room import room
from chatrooms.cli.user import user
from chatrooms.settings import FILES, SECRETS, Settings, require_effect
from chatrooms.version import __version__


class DefaultGroup(click.Group):
    """A group that runs ``serve`` when no command is given."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Insert ``serve`` if there are no arguments, or the first is a flag of its own."""
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(context, args)


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chatrooms")
def cli() -> None:
    """A rooms-based chat server. Without a command, `chatrooms` runs `chatrooms serve`."""


@cli.command()
@setting_options()
def serve(config: Path | None, **flags: Any) -> None:
    """Run the chat."""
    settings = settings_of(config, flags)
    warn_of_unknown_variables(Settings.model_fields, os.environ)
    try:
        require_effect(settings, hosted=False)
    except ValueError as error:
        fail(str(error))
    import uvloop

    from chatrooms.cli import workers
    from chatrooms.cli.opening import Unable
    from chatrooms.cli.serve import serve

    try:
        if settings.workers > 1:
            workers.serve(settings)
            return
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except Unable as error:
        fail(str(error))


@cli.command("config")
@setting_options()
def show(config: Path | None, **flags: Any) -> None:
    """Print the effective settings as TOML; of `database`, only where it is, and no secret."""
    settings = settings_of(config, flags)
    warn_of_unknown_variables(Settings.model_fields, os.environ)
    from chatrooms.cli import shown

    for name, field in Settings.model_fields.items():
        printed = _toml(shown.value(name, getattr(settings, name)))
        comment = "# " if name in SECRETS else ""
        click.echo(f"# {field.description}\n{comment}{name} = {printed}\n")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--files",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Copy the files that people shared into this folder, and remove there what no database beside FILE needs",
)
@setting_options("data", "database", "file_store")
def backup(file: Path, folder: Path | None, config: Path | None, **flags: Any) -> None:
    """Copy the database to a new FILE, also while servers use it: of SQLite itself, of PostgreSQL a dump by pg_dump.

    The files that people shared are not in it: copy them with --files, or their folder by other means.
    """
    settings, file = settings_of(config, flags), file.absolute()
    from chatrooms.cli.backup import copy
    from chatrooms.cli.file_copies import copied_after
    from chatrooms.cli.opening import Unable

    with_files = folder is not None and not settings.file_store
    try:
        with copied_after(file, settings.data / FILES, folder) if folder and with_files else nullcontext():
            source = copy(settings, file)
    except Unable as error:
        fail(str(error))
    click.echo(f"{source} is copied to {file}.")
    if settings.file_store:
        click.echo("The files that people shared are not copied: back up the bucket.")
    elif with_files:
        click.echo(f"The files that people shared are copied to {folder}.")
    else:
        click.echo(f"Now copy the folder with the files that people shared, if there is one: {settings.data / FILES}")


@cli.command("copy")
@address_option("from", "source", "The database to copy, such as sqlite:///FILE", required=True)
@address_option("to", "target", "An empty database, or one that a copy has begun", required=True)
def copy_database(source: str, target: str) -> None:
    """Copy a chat from one database into another, SQLite or PostgreSQL, while no server runs.

    If it is interrupted, run it again: it goes on where it was. At the end it compares both. People stay signed in, and
    their clients go on with what they have. The files that people shared are not in the database: keep their folder.
    Put a URL with a password into CHATROOMS_FROM or CHATROOMS_TO: other accounts can read arguments.
    """
    from chatrooms.cli.copying import copy
    from chatrooms.cli.opening import Unable

    try:
        counts = copy(source, target, partial(click.echo, err=True))
    except Unable as error:
        fail(str(error))
    click.echo(f"{sum(counts.values()):,} rows are copied and compared, {counts['messages']:,} messages among them.")
    click.echo("Start the server with the new `database`, and no longer with the old one.")
    click.echo(f"Files that people shared stay where they are: the folder {FILES} in `data`, or `file_store`.")


@cli.command()
@setting_options("data", "database", "log_level", "log_format")
def restored(config: Path | None, **flags: Any) -> None:
    """Make all clients start anew: run it after you put back a backup, before you start the server.

    The tokens of `hand_over` that were made before no longer work; people stay signed in. It also migrates the
    database, if an older version wrote it.
    """
    settings = settings_of(config, flags)
    from chatrooms.cli import logs
    from chatrooms.cli.opening import Unable
    from chatrooms.cli.restored import renew

    logs.configure(settings)
    try:
        database = asyncio.run(renew(settings))
    except Unable as error:
        fail(str(error))
    click.echo(f"Clients will discard what they know of {database}, and fetch it again.")
    click.echo("Tokens of hand_over that were made before are void; people stay signed in.")


@cli.command()
@click.argument("username")
@click.option("--minutes", type=click.IntRange(1, 7 * 24 * 60), default=60, help="How long it works [default: 60]")
@click.option(
    "--forget-password",
    is_flag=True,
    help="Remove all that signs them in, and end the sessions and service keys",
)
@json_option
@link_options
def link(
    username: str, minutes: int, *, forget_password: bool, as_json: bool, config: Path | None, **flags: Any
) -> None:
    """Print a link that signs in USERNAME once, also while a server runs.

    Give it in private to a person who has lost their browser or password: anyone who opens it can sign in as them.
    """
    from chatrooms import names
    from chatrooms.cli.database import links

    def make(settings: Settings) -> str:
        made = links.sign_in(settings, names.username(username), minutes, forget_password=forget_password)
        return result_text(made, as_json, _url)

    print_result(config, flags, make)


@cli.command()
@click.argument("room", required=False)
@click.option("--uses", type=click.IntRange(1, 1000), default=1, help="How many people can join by it [default: 1]")
@click.option("--days", type=click.IntRange(1, 90), default=7, help="How long it works [default: 7]")
@json_option
@setting_options("data", "database", "url", "host", "port", "lobby")
def invite(room: str | None, uses: int, days: int, *, as_json: bool, config: Path | None, **flags: Any) -> None:
    """Print a link by which people join the server and ROOM, or the lobby if there is one, also while a server runs."""
    from chatrooms import names
    from chatrooms.cli.database import links

    def make(settings: Settings) -> str:
        made = links.invite(settings, names.shared(room) if room else settings.lobby, uses, days)
        return result_text(made, as_json, _url)

    print_result(config, flags, make)


@cli.command()
@json_option
@link_options
def setup(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print a link that makes the first person who opens it the owner of the server, also while it runs.

    It works once, for a day, as long as the server has no owner. An earlier link no longer works.
    """
    from chatrooms.cli.database import links

    print_result(config, flags, lambda settings: result_text(links.setup(settings), as_json, _url))


def _in_full(group: click.Group) -> None:
    """Let the list of commands have the first sentence of each, which click would cut off."""
    for command in group.commands.values():
        command.short_help = " ".join((command.help or "").split()).partition(". ")[0].rstrip(".")
        if isinstance(command, click.Group):
            _in_full(command)


for command in (user, applicant, room, group, emoji, key, deploy):
    cli.add_command(command)
_in_full(cli)


def _url(link: Any) -> str:
    url: str = link["url"]
    return url


def main() -> None:
    """Run the console script."""
    cli(prog_name="chatrooms")


def _toml(value: Any) -> str:
    return orjson.dumps(value if isinstance(value, bool | int | float | tuple) else str(value)).decode()
