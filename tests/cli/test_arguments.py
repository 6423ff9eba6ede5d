"""The arguments of commands: which there are, and which say that others can read the password in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from chatrooms.cli import cli
from chatrooms.cli.arguments import warn_of_passwords, warn_of_unknown_variables
from chatrooms.cli.deploy import deploy
from chatrooms.settings import SECRETS, Settings

HAVE_ONE = [
    "postgresql+psycopg://me:s3cret@db:5433/chat",
    "postgresql+psycopg://me:p@s3cret@db/chat",
    "postgresql+psycopg://me:s3%2Fcret@/chat?host=/run",
    "postgresql+psycopg://db/chat?password=s3cret",
    "postgresql+psycopg://db/chat?host=/run&sslpassword=s3cret",
    "redis://:s3cret@cache:6379/0",
]
HAVE_NONE = [
    "",
    None,
    8000,
    "sqlite:////srv/chat.sqlite3",
    "postgresql+psycopg://me@db:5433/chat",
    "postgresql+psycopg://me@[::1]:5433/chat",
    "postgresql+psycopg://db/chat?passfile=/srv/pgpass&service=chat",
    "redis://cache:6379/0",
]


@pytest.mark.parametrize("url", HAVE_ONE)
def test_a_password_in_an_argument_is_named_without_repeating_it(url, capsys):
    warn_of_passwords({"database": url, "port": 8000, "data": None})
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "--database" in said and "CHATROOMS_DATABASE" in said and "s3" not in said


@pytest.mark.parametrize("url", HAVE_NONE)
def test_there_is_nothing_to_say_without_one(url, capsys):
    warn_of_passwords({"database": url})
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", [["config"], ["link", "alice"], ["user", "list"], ["backup", "copy"]])
def test_every_command_with_settings_says_so(command, tmp_path):
    given = ["--database", "mysql://me:s3cret@db/chat", "--data", str(tmp_path)]
    result = CliRunner().invoke(cli, [*command, *given])
    assert "CHATROOMS_DATABASE" in result.stderr and "s3cret" not in result.output


def addresses(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the words of each command, and each of its flags that takes the address of a database or a bus."""
    for name, each in getattr(command, "commands", {}).items():
        yield from addresses(each, *path, name)
    for option in command.params:
        words = {option.name, getattr(option, "metavar", None), *re.findall(r"\w+", getattr(option, "help", "") or "")}
        if words & {"database", "bus", "PostgreSQL", "Redis"} and isinstance(option.type, click.types.StringParamType):
            yield path, option.opts[0]


@pytest.mark.parametrize(("command", "flag"), list(addresses(cli)))
def test_every_flag_for_an_address_warns_of_its_password(command, flag, tmp_path):
    needed = {"--from": "no", "--to": "no", "--domain": "chat.example.org"}
    found = reduce(lambda group, name: group.commands[name], command, cli)
    given = [word for each in found.params for word in _needed(each, needed, str(tmp_path))]
    result = CliRunner().invoke(cli, [*command, *given, flag, "postgresql+nothing://me:s3cret@db/chat"])
    assert f"set CHATROOMS_{flag[2:].upper()} instead" in result.stderr
    assert command[0] == "deploy" or "s3cret" not in result.output


def _needed(parameter: click.Parameter, known: dict[str, str], other: str) -> list[str]:
    if not parameter.required:
        return []
    if isinstance(parameter, click.Argument):
        return [parameter.type.choices[0] if isinstance(parameter.type, click.Choice) else _named(parameter, other)]
    return [parameter.opts[0], known[parameter.opts[0]]]


def _named(parameter: click.Argument, folder: str) -> str:
    if not getattr(parameter.type, "exists", False):
        return "alice"
    (file := Path(folder, "file")).touch()
    return str(file)


def test_what_the_environment_gives_is_used_without_a_warning():
    secret = "postgresql+psycopg://me:s3cret@db/chat"
    deploy = ["deploy", "systemd", "--domain", "chat.example.org"]
    result = CliRunner().invoke(cli, deploy, env={"CHATROOMS_DATABASE": secret})
    assert (result.exit_code, result.stderr) == (0, "") and f"CHATROOMS_DATABASE='{secret}'" in result.stdout


def test_a_copy_takes_its_databases_from_the_environment_and_warns_of_passwords_in_arguments():
    secret = "mysql://me:s3cret@db/chat"
    by_environment = CliRunner().invoke(cli, ["copy"], env={"CHATROOMS_FROM": secret, "CHATROOMS_TO": "sqlite:///x"})
    assert "driver" in by_environment.output or "database" in by_environment.output
    assert "CHATROOMS_FROM" not in by_environment.output
    by_arguments = CliRunner().invoke(cli, ["copy", "--from", secret, "--to", secret])
    assert all(name in by_arguments.stderr for name in ("CHATROOMS_FROM", "CHATROOMS_TO"))
    assert "s3cret" not in by_environment.output + by_arguments.output


def test_a_variable_that_is_no_setting_is_named_with_the_one_it_resembles(capsys):
    fine = {
        "CHATROOMS_GUESTS": "invite",
        "chatrooms_port": "80",
        "CHATROOMS_CONFIG": "a",
        "CHATROOMS_TO": "b",
        "PATH": "",
    }
    wrong = {"CHATROOMS_GUEST": "invite", "CHATROOMS_XYZ": "s3cret"}
    warn_of_unknown_variables(Settings.model_fields, {**fine, **wrong})
    first, second = capsys.readouterr().err.splitlines()
    assert first == "chatrooms: CHATROOMS_GUEST: There is no such setting; did you mean CHATROOMS_GUESTS?"
    assert second == "chatrooms: CHATROOMS_XYZ: There is no such setting."


WRONG = [
    ([], {"CHATROOMS_PORT": ""}, "CHATROOMS_PORT: "),
    ([], {"chatrooms_url": "example.org"}, "chatrooms_url: "),
    (["--url", "example.org"], {"CHATROOMS_URL": "https://example.org/"}, "url: "),
    (["--config", "FILE"], {}, "prot: There is no such setting; did you mean port?"),
    ([], {"CHATROOMS_FILE_STORE": "/srv/files"}, "CHATROOMS_FILE_STORE: A store looks like s3://bucket/prefix"),
    ([], {"CHATROOMS_FILE_STORE": "s3:/bucket"}, "CHATROOMS_FILE_STORE: A store looks like s3://bucket/prefix"),
]


@pytest.mark.parametrize(("arguments", "environment", "reason"), WRONG)
def test_a_wrong_setting_is_called_as_it_was_given(arguments, environment, reason, tmp_path):
    file = tmp_path / "chat.toml"
    file.write_text("prot = 5\n")
    given = [str(file) if each == "FILE" else each for each in arguments]
    result = CliRunner().invoke(cli, ["config", *given], env=environment)
    assert result.exit_code == 2 and result.stderr.startswith(f"chatrooms: {reason}")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_in_an_argument_is_refused_with_where_it_goes(name):
    result = CliRunner().invoke(cli, ["serve", f"--{name.replace('_', '-')}", "s3cret"])
    assert result.exit_code == 2 and f"set CHATROOMS_{name.upper()} instead" in result.stderr
    assert "s3cret" not in result.output


def test_the_settings_are_shown_with_what_is_none():
    result = CliRunner().invoke(cli, ["config"], env={"CHATROOMS_GUEST": "invite"})
    assert result.exit_code == 0 and "did you mean CHATROOMS_GUESTS?" in result.stderr


ALONE = {
    "bus": "redis://127.0.0.1",
    "oidc_name": "Work",
    "oidc_client_id": "chat",
    "oidc_client_secret": "secret",
    "oidc_approved": "yes",
    "ldap_bind_dn": "uid={username},dc=example",
    "ldap_bind_password": "secret",
    "ldap_base": "dc=example",
    "ldap_filter": "(mail={username})",
    "ldap_ca": __file__,
    "ldap_approved": "yes",
}


@pytest.mark.parametrize("name", ALONE)
def test_a_setting_that_has_no_effect_without_another_is_refused(name, monkeypatch):
    monkeypatch.setenv(f"CHATROOMS_{name.upper()}", ALONE[name])
    result = CliRunner().invoke(cli, ["config"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert name in result.stderr and result.stderr.count("\n") == 1 and "secret" not in result.stderr.replace(name, "")


def test_settings_that_make_sense_together_are_accepted(monkeypatch):
    monkeypatch.setenv("CHATROOMS_LDAP_URL", "ldaps://ldap.example.org")
    for name, value in ALONE.items():
        if name.startswith("ldap"):
            monkeypatch.setenv(f"CHATROOMS_{name.upper()}", value)
    assert CliRunner().invoke(cli, ["config"]).exit_code == 0


DATABASE = {"config", "data", "database"}
LINKED = {*DATABASE, "url", "host", "port"}
CONCERNS = {
    "backup": {*DATABASE, "file_store"},
    "restored": {*DATABASE, "log_level", "log_format"},
    "link": LINKED,
    "setup": LINKED,
    "invite": {*LINKED, "lobby"},
    "emoji add": {*DATABASE, "file_size", "file_quota", "file_space", "file_store"},
    "copy": set(),
}


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its words, without those that use all settings, or write them to files."""
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from commands(each, *path, name)
        elif name not in ("serve", "config", *deploy.commands):
            yield " ".join((*path, name)), each


@pytest.mark.parametrize(("name", "command"), list(commands(cli)))
def test_a_command_lists_the_settings_that_concern_it(name, command):
    given = {option.name for option in command.params if option.name in {"config", *Settings.model_fields}}
    assert given == CONCERNS.get(name, DATABASE)
