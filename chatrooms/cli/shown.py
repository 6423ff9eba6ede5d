"""What the command line prints of settings: no password, and nothing that may be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from chatrooms import bus_address, setting_sources
from chatrooms.cli.arguments import unknown
from chatrooms.settings import SECRETS, Settings

EXAMPLE = "postgresql+psycopg://name:password@host/database"
PLACES = ("host", "port")
"""The options in the query of a database URL that say where the server is."""
UNREADABLE = "(not a database URL)"


def value(name: str, value: Any) -> Any:
    """Return what to print of a setting."""
    if name in SECRETS:
        return "(set)" if value else ""
    located = {"database": database, "bus": bus_address.location}.get(name)
    return located(value) if located else value


def database(url: str) -> str:
    """Return the driver, host, port and name of a database URL; empty if it is."""
    try:
        return location(make_url(url)) if url else ""
    except ArgumentError:
        return UNREADABLE


def location(url: URL) -> str:
    """Return where a database is: the path of a SQLite file, or the driver, host, port and name."""
    if url.get_backend_name() == "sqlite":
        return f"{url.drivername}:///{url.database or ''}"
    places = {key: value for key, value in url.query.items() if key in PLACES}
    shown = URL.create(url.drivername, host=url.host, port=url.port, database=url.database, query=places)
    text = shown.render_as_string(hide_password=False)
    return UNREADABLE if "@" in text or "%40" in text else text  # a part of a password that has an @


def mistake(error: ValidationError, flags: Mapping[str, Any]) -> str:
    """Return the first wrong setting, its variable if that gave it, and its value if that can hold no secret."""
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return unknown(name, name, Settings.model_fields)
    message = first["msg"].removeprefix("Value error, ")
    place = name if flags.get(name) is not None else setting_sources.variable(name) or name
    return f"{place}: {message}{_value(name, first['input'])}" if name else message  # that of several together


def _value(name: str, given: Any) -> str:
    """Return a value to show; a mistyped one may be a URL or hold a name and password."""
    secret = name not in Settings.model_fields or name in {*SECRETS, "database", "bus"} or "@" in str(given)
    return "" if secret else f" (got {given!r})"
