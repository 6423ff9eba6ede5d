"""The command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args, get_origin

import click
import orjson
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from chatrooms.settings import DEFAULT_CONFIG, FILES, SECRETS, Settings, load
from chatrooms.version import __version__

WRONG = 2
"""The exit status when the arguments or settings do not allow a start."""


class DefaultGroup(click.Group):
    """A group that runs ``serve`` when no command is given."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Insert ``serve`` unless the arguments start with a command, ``--help`` or ``--version``."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(context, args)


def _flag(name: str, field: FieldInfo) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else None
    is_list = get_origin(field.annotation) is tuple
    return click.option(
        "--" + name.replace("_", "-"),
        type=click.Choice(choices) if choices else str,
        multiple=is_list,
        callback=_joined if is_list else None,
        metavar=None if choices else name.upper().rpartition("_")[2],
        help=f"{field.description} [default: {_default(field)}]",
    )


def _joined(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> str | None:
    """Return what several flags of a list give, as if it were one; None if there are none."""
    return ",".join(given) if given else None


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add a flag for each setting, and ``--config``, to ``command``."""
    for name, field in reversed(Settings.model_fields.items()):
        if name not in SECRETS:
            command = _flag(name, field)(command)
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="CHATROOMS_CONFIG",
        help=f"A TOML file of settings [default: {DEFAULT_CONFIG}]",
    )(command)


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="chatrooms")
def cli() -> None:
    """A rooms-based chat server. Without a command, `chatrooms` runs `chatrooms serve`."""


@cli.command()
@setting_options
def serve(config: Path | None, **flags: Any) -> None:
    """Run the chat."""
    settings = _settings(config, flags)
    import uvloop

    from chatrooms.cli.opening import Unable
    from chatrooms.cli.serve import serve

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except Unable as error:
        _fail(str(error))


@cli.command("config")
@setting_options
def show(config: Path | None, **flags: Any) -> None:
    """Print the effective settings as TOML; of `database`, only where it is, and no secret."""
    settings = _settings(config, flags)
    from chatrooms.cli import shown

    for name, field in Settings.model_fields.items():
        printed = _toml(shown.value(name, getattr(settings, name)))
        comment = "# " if name in SECRETS else ""
        click.echo(f"# {field.description}\n{comment}{name} = {printed}\n")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@setting_options
def backup(file: Path, config: Path | None, **flags: Any) -> None:
    """Copy the SQLite database to a new FILE, also while a server uses it.

    The files that people shared are not in it: copy their folder, too.
    """
    settings = _settings(config, flags)
    from chatrooms.cli.backup import copy
    from chatrooms.cli.opening import Unable

    try:
        source = copy(settings, file)
    except Unable as error:
        _fail(str(error))
    click.echo(f"{source} is copied to {file}.")
    if not settings.file_store:
        click.echo(f"Now copy the folder with the files that people shared, if there is one: {settings.data / FILES}")


@cli.command()
@setting_options
def restored(config: Path | None, **flags: Any) -> None:
    """Make all clients start anew: run it after you put back a backup, before you start the server.

    It also migrates the database, if an older version wrote it.
    """
    settings = _settings(config, flags)
    from chatrooms.cli.opening import Unable
    from chatrooms.cli.restored import renew

    try:
        database = asyncio.run(renew(settings))
    except Unable as error:
        _fail(str(error))
    click.echo(f"Clients will discard what they know of {database}, and fetch it again.")


@cli.command()
@click.argument("username")
@click.option("--minutes", type=click.IntRange(1, 7 * 24 * 60), default=60, help="How long it works [default: 60]")
@click.option("--forget-password", is_flag=True, help="Remove the password and end the sessions")
@setting_options
def link(username: str, minutes: int, *, forget_password: bool, config: Path | None, **flags: Any) -> None:
    """Print a link that signs in USERNAME once, also while a server runs.

    Give it in private to a person who has lost their browser or password: anyone who opens it can sign in as them.
    """
    from chatrooms import names
    from chatrooms.cli import links

    _print(
        config,
        flags,
        lambda settings: links.sign_in(settings, names.username(username), minutes, forget_password=forget_password),
    )


@cli.command()
@click.argument("room", required=False)
@click.option("--uses", type=click.IntRange(1, 1000), default=1, help="How many people can join by it [default: 1]")
@click.option("--days", type=click.IntRange(1, 90), default=7, help="How long it works [default: 7]")
@setting_options
def invite(room: str | None, uses: int, days: int, config: Path | None, **flags: Any) -> None:
    """Print a link by which people join the server and ROOM, or the lobby, also while a server runs."""
    from chatrooms import names
    from chatrooms.cli import links

    _print(
        config,
        flags,
        lambda settings: links.invite(settings, names.shared(room) if room else settings.lobby, uses, days),
    )


def _print(config: Path | None, flags: dict[str, Any], make: Callable[[Settings], str]) -> None:
    settings = _settings(config, flags)
    from chatrooms.cli.opening import Unable

    try:
        click.echo(make(settings))
    except (Unable, ValueError) as error:
        _fail(str(error))


def main() -> None:
    """Run the console script."""
    cli(prog_name="chatrooms")


def _settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    if config is not None and not config.is_file():
        _fail(f"--config: no such file: {config}")
    try:
        return load(config, **flags)
    except ValidationError as error:
        from chatrooms.cli import shown

        _fail(shown.mistake(error))
    except ValueError as error:
        _fail(f"{config or DEFAULT_CONFIG}: {error}")


def _toml(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return orjson.dumps(value if isinstance(value, tuple) else str(value)).decode()


def _fail(line: str) -> NoReturn:
    click.echo(f"chatrooms: {line}", err=True)
    sys.exit(WRONG)
