"""What the commands share: their options, the settings that these give, and how they print results and mistakes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args, get_origin

import click
import orjson
from click.core import ParameterSource
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from chatrooms.cli.arguments import VARIABLE, warn_of_passwords
from chatrooms.settings import DEFAULT_CONFIG, SECRETS, Settings, load

WRONG = 2
"""The exit status when the arguments or settings do not allow a start."""


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


def _no_flag(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what refuses a flag for a secret in a sentence."""

    def refused(_context: click.Context, _option: click.Parameter, given: str | None) -> None:
        if given is not None:
            raise click.UsageError(
                f"Everybody on this machine can read arguments: set {VARIABLE}{name.upper()} instead."
            )

    flag = "--" + name.replace("_", "-")
    return click.option(flag, hidden=True, expose_value=False, callback=refused)


def _joined(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> str | None:
    """Return what several flags of a list give, as if it were one; None if there are none."""
    return ",".join(given) if given else None


def _default(field: FieldInfo) -> str:
    value = field.get_default()
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def setting_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what adds flags for these settings, or for all, and ``--config`` to a command.

    The environment and the file give a command all settings in any case.
    """

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names or tuple(Settings.model_fields)):
            command = (_no_flag(name) if name in SECRETS else _flag(name, Settings.model_fields[name]))(command)
        return _config_option(command)

    return add


_config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CHATROOMS_CONFIG",
    help=f"A TOML file of settings [default: {DEFAULT_CONFIG}]",
)

database_options = setting_options("data", "database")
link_options = setting_options("data", "database", "url", "host", "port")
"""What a link leads to is ``url``, or else where the server listens."""


def address_option(name: str, parameter: str, description: str, **more: Any) -> Callable[[Callable[..., Any]], Any]:
    """Add a flag for a URL, which the environment can give, too; a password in an argument gets a warning."""
    return click.option(
        f"--{name}",
        parameter,
        envvar=f"{VARIABLE}{name.upper()}",
        show_envvar=True,
        metavar="URL",
        callback=partial(_warned, name),
        help=description,
        **more,
    )


def _warned(name: str, context: click.Context, option: click.Parameter, given: str) -> str:
    if context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
        warn_of_passwords({name: given})
    return given


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON")


def result_text(result: Any, as_json: bool, text: Callable[[Any], str]) -> str:  # noqa: FBT001 - a flag of the command line
    """Return a result as JSON, or as ``text`` returns it."""
    return orjson.dumps(result, option=orjson.OPT_INDENT_2).decode() if as_json else text(result)


def print_result(config: Path | None, flags: dict[str, Any], make: Callable[[Settings], str]) -> None:
    """Print what ``make`` returns for the settings, or why it cannot."""
    settings = settings_of(config, flags)
    from chatrooms.cli.opening import Unable

    try:
        text = make(settings)
    except (Unable, ValueError) as error:
        fail(str(error))
    if text:
        click.echo(text)


def settings_of(config: Path | None, flags: dict[str, Any]) -> Settings:
    """Return the settings, or print which one is wrong; warn of passwords among the flags."""
    warn_of_passwords(flags)
    try:
        if config is not None and not config.is_file():
            fail(f"--config: no such file: {config}")
        return load(config, **flags)
    except ValidationError as error:
        from chatrooms.cli import shown

        fail(shown.mistake(error, flags))
    except ValueError as error:
        fail(f"{config or DEFAULT_CONFIG}: {error}")
    except OSError as error:
        fail(f"{config or DEFAULT_CONFIG} cannot be read: {error.strerror}")


def fail(line: str) -> NoReturn:
    """Print a mistake and exit."""
    click.echo(f"chatrooms: {line}", err=True)
    sys.exit(WRONG)
