"""The URL of a bus: what it says, what is refused, and that no secret of it is shown."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from chatrooms import bus_address
from chatrooms.bus_address import BusAddress
from chatrooms.cli import cli
from chatrooms.settings import Settings

POSTGRESQL = "postgresql+psycopg://host/chat"
LOCATIONS = {
    "redis://localhost": "redis://localhost:6379/0",
    "valkey://localhost:7000/3": "redis://localhost:7000/3",
    "rediss://bob:s3cr%2Ft@[2001:db8::1]": "rediss://[2001:db8::1]:6379/0",
    "valkeys://:s3cr%40t@host": "rediss://host:6379/0",
    "redis+sentinel://:s3cret@one,two:26380/chat": "redis+sentinel://one:26379,two:26380/chat/0",
    "rediss+sentinel://one/chat/2?sentinel_password=s3cret": "rediss+sentinel://one:26379/chat/2",
}
WRONG = (
    "localhost:6379",
    "http://s3cret@localhost",
    "redis+cluster://s3cret@localhost",
    "redis://",
    "redis://:s3cret@",
    "redis://:s3/cret@host",
    "redis://:s3#cret@host",
    "redis://:s3?cret@host",
    "redis://s3cret@host:99999",
    "redis://one,two",
    "redis://host/name",
    "redis+sentinel://s3cret@host",
    "redis+sentinel://host/service/name",
    "redis://host?password=s3cret",
)


@pytest.mark.parametrize(("url", "location"), LOCATIONS.items())
def test_a_url_is_shown_without_its_secrets(url, location):
    assert bus_address.location(url) == location
    shown = CliRunner().invoke(cli, ["config", "--database", POSTGRESQL], env={"CHATROOMS_BUS": url})
    assert shown.exit_code == 0, shown.output
    assert f'bus = "{location}"' in shown.output
    assert "s3cr" not in repr(BusAddress.read(url)) + shown.output


def test_what_a_url_says_of_who_connects():
    found = BusAddress.read("rediss://bob:a%2Fb%40c@host/1?ssl_ca_certs=/etc/ca.pem")
    assert (found.username, found.password, found.db, found.tls) == ("bob", "a/b@c", 1, True)
    assert found.certificates == {"ssl_ca_certs": "/etc/ca.pem"}
    found = BusAddress.read("redis+sentinel://:master@host/chat?sentinel_password=keeper")
    assert (found.service, found.password, found.sentinel_login) == ("chat", "master", {"password": "keeper"})
    assert not found.tls


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_url_is_refused_in_a_sentence_that_does_not_quote_it(url):
    result = CliRunner().invoke(cli, ["config", "--database", POSTGRESQL], env={"CHATROOMS_BUS": url})
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert result.output.startswith("chatrooms: CHATROOMS_BUS: ")
    assert "cret" not in result.output


def test_a_bus_needs_postgresql():
    with pytest.raises(ValueError, match="SQLite has one server; a bus is for several"):
        Settings(bus="redis://localhost")
