"""The command line: one command starts the server, settings have three sources, mistakes are one line and exit 2."""

from __future__ import annotations

import signal
import socket
import tomllib

import click
import pytest
from click.testing import CliRunner

from chatrooms.cli import cli
from chatrooms.settings import SECRETS, Settings
from tests.cli.operator import typed
from tests.doors import get
from tests.people import connect
from tests.processes import chatrooms, started

pytestmark = pytest.mark.slow  # many start a process


async def test_the_defaults_are_port_8000_on_this_machine_and_data_in_the_home_directory(tmp_path):
    status, out, _ = await chatrooms(tmp_path, "config")
    settings = tomllib.loads(out)
    assert status == 0
    assert (settings["host"], settings["port"]) == ("127.0.0.1", 8000)
    assert settings["data"].startswith(str(tmp_path))


async def test_it_creates_what_it_needs_prints_its_address_and_answers(tmp_path):
    async with started(tmp_path / "new" / "folder") as server:
        status, page, _ = await get(server.url, "/")
        assert (status, "<title>" in page) == (200, True)
        assert (await get(server.url, "/healthz"))[0] == (await get(server.url, "/readyz"))[0] == 200


async def test_messages_are_there_after_a_restart(tmp_path):
    async with started(tmp_path) as server:
        async with connect(server.url, "alice") as alice:
            await alice.say("#lobby", "remember me")
        assert await server.end(signal.SIGTERM) == 0
    async with started(tmp_path) as server, connect(server.url, "alice", token=alice.token) as again:
        found = (await again.run("history", room="#lobby"))["messages"]
        assert [m["text"] for m in found] == ["remember me"]


async def test_sigterm_ends_the_server_while_people_are_connected(tmp_path):
    async with (
        started(tmp_path) as server,
        connect(server.url, "alice") as alice,
        connect(server.url, "bob", transport="polling"),
    ):
        await alice.say("#lobby", "hello")
        assert await server.end(signal.SIGTERM) == 0


async def test_flags_override_the_environment_which_overrides_the_file(tmp_path):
    file = tmp_path / "chat.toml"
    file.write_text('name = "file"\nlobby = "#hall"\nport = 1\n')
    flags = ("--config", str(file), "--port", "3")
    _, out, _ = await typed(tmp_path, "config", *flags, CHATROOMS_PORT="2", CHATROOMS_LOBBY="#foyer")
    settings = tomllib.loads(out)
    assert (settings["name"], settings["lobby"], settings["port"]) == ("file", "#foyer", 3)


async def test_the_file_in_the_home_directory_is_read_by_default(tmp_path):
    folder = tmp_path / ".config" / "chatrooms"
    folder.mkdir(parents=True)
    (folder / "chatrooms.toml").write_text('name = "home"\n')
    _, out, _ = await typed(tmp_path, "config")
    assert tomllib.loads(out)["name"] == "home"


async def test_the_output_of_config_is_a_file_that_config_reads(tmp_path):
    _, out, _ = await typed(tmp_path, "config", "--origins", "https://a.example,https://b.example")
    file = tmp_path / "chat.toml"
    file.write_text(out)
    assert (await typed(tmp_path, "config", "--config", str(file)))[1] == out


LISTS = {
    "origins": ["https://a.example", "https://b.example"],
    "hosts": ["a.example", "*.b.example"],
    "proxies": ["127.0.0.1", "10.0.0.0/8"],
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_a_toml_list_a_text_with_commas_or_several_flags(tmp_path, name):
    a, b = LISTS[name]
    file = tmp_path / "chat.toml"
    ways = [
        (["--" + name, a, "--" + name, b], "", {}),
        (["--" + name, f"{a}, {b}"], "", {}),
        ([], f'{name} = ["{a}", "{b}"]', {}),
        ([], f'{name} = "{a},{b}"', {}),
        ([], "", {f"CHATROOMS_{name.upper()}": f"{a},{b}"}),
    ]
    for flags, text, env in ways:
        file.write_text(text)
        status, out, err = await typed(tmp_path, "config", "--config", str(file), *flags, **env)
        assert (status, err) == (0, "") and tomllib.loads(out)[name] == [a, b]
    file.write_text(f"{name} = 5")
    status, _, err = await typed(tmp_path, "config", "--config", str(file))
    assert (status, len(err.splitlines())) == (2, 1) and err.startswith(f"chatrooms: {name}: ")


async def test_a_network_of_proxies_is_written_as_the_server_compares_it(tmp_path):
    _, out, _ = await typed(tmp_path, "config", "--proxies", "10.1.2.3/8,::0001")
    assert tomllib.loads(out)["proxies"] == ["10.0.0.0/8", "::1"]
    assert tomllib.loads((await typed(tmp_path, "config", "--proxies", "*"))[1])["proxies"] == ["*"]


async def test_every_setting_but_secrets_is_a_flag_with_a_description(tmp_path):
    _, out, _ = await typed(tmp_path, "serve", "--help")
    for name, field in Settings.model_fields.items():
        assert (f"--{name.replace('_', '-')} " in out) == (name not in SECRETS)
        assert field.description


def test_the_list_of_commands_cuts_no_sentence_off():
    for group in ((), *((name,) for name, command in cli.commands.items() if isinstance(command, click.Group))):
        listed = CliRunner().invoke(cli, [*group, "--help"]).output.partition("Commands:")[2]
        assert listed and "..." not in listed


@pytest.mark.parametrize("args", [("usr", "list"), ("usr",)])
def test_a_mistyped_command_is_named_and_starts_no_server(args):
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 2 and "No such command 'usr'. Did you mean 'user'?" in result.output


async def test_the_service_key_is_not_printed(tmp_path):
    _, out, _ = await typed(tmp_path, "config", CHATROOMS_SERVICE_KEY="0123456789abcdef" * 3)
    assert "0123456789abcdef" not in out and '# service_key = "(set)"' in out


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--port", "many"), "port"),
        (("--port", "70000"), "port"),
        (("--guests", "some"), "--guests"),
        (("--lobby", "a b"), "lobby"),
        (("--rate-post", "often"), "rate_post"),
        (("--config", "/nowhere.toml"), "no such file"),
        (("--nonsense",), "--nonsense"),
        (("--database", "nonsense"), "database"),
        (("--database", "sqlite://"), "a SQLite file"),
        (("--database", "sqlite:///:memory:"), "a SQLite file"),
        (("--database", "mysql://x/y"), "a SQLite file"),
        (("--database", "postgresql+nothing://x/y"), "database"),
        (("--database", "postgresql+pg8000://x/y"), "pg8000"),
        (("--origins", "*"), "origins"),
        (("--proxies", "proxy.example.org"), "proxies: 'proxy.example.org' is not an IP address"),
        (("--proxies", "127.0.0.1,10.0.0.0/99"), "proxies"),
        (("--proxies", "127.0.0.1,*"), "proxies"),
        (("--origins", "https://a.example,b.example"), "origins"),
        (("--session-days", "800000"), "session_days"),
        (("--login-url", "/login"), "`login_url` has no effect without an application"),
        (("--ping-interval", "inf"), "ping_interval"),
        (("--ping-interval", "0.001"), "ping_interval"),
        (("--ping-timeout", "1e9"), "ping_timeout"),
        (("--join-timeout", "nan"), "join_timeout"),
        (("--presence-grace", "inf"), "presence_grace"),
        (("--host", "999.1.1.1"), "cannot listen on 999.1.1.1"),
        (("--database", "sqlite:////nowhere/chat.db"), "there is no folder /nowhere for the database"),
    ],
)
async def test_a_wrong_value_is_one_clear_line_and_exit_2(tmp_path, args, reason):
    status, _, err = await typed(tmp_path, "serve", "--port", "0", *args)
    assert status == 2
    assert reason in err.strip().splitlines()[-1]
    assert "Traceback" not in err


async def test_a_wrong_value_in_the_environment_or_the_file_is_one_clear_line_and_exit_2(tmp_path):
    file = tmp_path / "chat.toml"
    for text in ("prot = 5\n", "port = \n"):
        file.write_text(text)
        status, _, err = await typed(tmp_path, "serve", "--config", str(file))
        assert (status, len(err.splitlines())) == (2, 1)
    status, _, err = await typed(tmp_path, "serve", CHATROOMS_PORT="x")
    assert (status, len(err.splitlines())) == (2, 1)


async def test_a_port_in_use_is_one_clear_line_and_exit_2(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, _, err = await chatrooms(tmp_path, "serve", "--port", port, "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1)
    assert f"cannot listen on 127.0.0.1:{port}" in err


async def test_a_directory_that_cannot_be_written_is_one_clear_line_and_exit_2(tmp_path):
    (tmp_path / "file").write_text("in the way")
    data = str(tmp_path / "file" / "data")
    status, _, err = await chatrooms(tmp_path, "serve", "--port", "0", "--data", data)
    assert (status, len(err.splitlines())) == (2, 1)
    assert f"cannot write in {data}" in err


async def test_a_second_server_on_the_same_data_is_one_clear_line_and_exit_2(tmp_path):
    async with started(tmp_path):
        status, _, err = await chatrooms(tmp_path, "serve", "--port", "0", "--data", str(tmp_path))
    assert (status, len(err.splitlines())) == (2, 1)
    assert "another server uses" in err and "stop it and run one process, or use PostgreSQL" in err


async def test_a_missing_database_is_one_clear_line_and_exit_2(tmp_path):
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    status, _, err = await chatrooms(tmp_path, "serve", "--port", "0", "--database", url)
    assert (status, len(err.splitlines())) == (2, 1)
    assert "the database cannot be opened" in err


SECRET = "s3cret"


@pytest.mark.parametrize(
    ("database", "printed"),
    [
        ("postgresql+psycopg://me:s3cret@db:5433/chat", "postgresql+psycopg://db:5433/chat"),
        (
            "postgresql+psycopg://db/chat?password=s3cret&host=/run&sslpassword=s3cret",
            "postgresql+psycopg://db/chat?host=",
        ),
        ("postgresql+psycopg://me:p@s3cret@db/chat", "(not a database URL)"),
        ("me:s3cret@db", "(not a database URL)"),
        ("sqlite:////srv/chat.db?password=s3cret", "sqlite:////srv/chat.db"),
    ],
)
async def test_of_a_database_the_settings_show_only_where_it_is(tmp_path, database, printed):
    status, out, err = await typed(tmp_path, "config", CHATROOMS_DATABASE=database)
    assert (status, err) == (0, "") and SECRET not in out
    assert tomllib.loads(out)["database"].startswith(printed)


@pytest.mark.parametrize(
    "line",
    [
        'databse = "postgresql://u:s3cret@db/chat"',
        'database = ["postgresql://u:s3cret@db/chat"]',
        '[database]\npassword = "s3cret"',
        'url = "postgresql://u:s3cret@db/chat"',
        'port = "postgresql://u:s3cret@db/chat"',
    ],
)
@pytest.mark.parametrize("command", ["config", "serve", "restored"])
async def test_a_wrong_line_of_the_file_is_not_printed_with_its_secret(tmp_path, command, line):
    file = tmp_path / "chat.toml"
    file.write_text(line)
    status, out, err = await typed(tmp_path, command, "--config", str(file))
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert line.strip("[").split(" ")[0].split("]")[0] in err and SECRET not in err


@pytest.mark.parametrize(
    "database",
    [
        "postgresql+psycopg://me:p@s3cret@nowhere.invalid/chat",
        "me:s3cret@db",
        "postgresql+psycopg://me:s3cret@127.0.0.1:1/chat",
        "postgresql+psycopg://127.0.0.1:1/chat?password=s3cret",
        "postgresql+psycopg://127.0.0.1:1/chat?passwort=s3cret",
        "mysql://me:s3cret@db/chat",
    ],
)
async def test_a_database_that_cannot_be_opened_is_an_error_without_its_secret(tmp_path, database):
    status, out, err = await typed(tmp_path, "serve", "--port", "0", CHATROOMS_DATABASE=database)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "database" in err and SECRET not in err
