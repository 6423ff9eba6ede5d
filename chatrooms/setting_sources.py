"""Where settings come from besides arguments: the environment and a TOML file. The folders for files and data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

PREFIX = "CHATROOMS_"


class Sourced(BaseModel):
    """Settings that are arguments, variables, or keys of a TOML file; the first of these that has a value wins.

    Making them raises ``ValidationError``, and ``tomllib.TOMLDecodeError`` or ``OSError`` for a file that is damaged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)
    config: ClassVar[Path | None] = None
    """The file, which need not exist."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**_file(self.config), **_environment(type(self).model_fields), **given})


def _environment(names: Iterable[str]) -> dict[str, str]:
    """Return the settings of those names that variables such as ``CHATROOMS_PORT`` give, in any case."""
    given = {name.lower(): value for name, value in os.environ.items()}
    variables = {name: (PREFIX + name).lower() for name in names}
    return {name: given[variable] for name, variable in variables.items() if variable in given}


def variable(name: str) -> str | None:
    """Return the variable of the environment that gives a setting, as it is written there."""
    return next((each for each in os.environ if each.lower() == (PREFIX + name).lower()), None)


def _file(path: Path | None) -> dict[str, Any]:
    if not path or not path.is_file():
        return {}
    import tomllib

    return tomllib.loads(path.read_text("utf-8"))


def config_folder(name: str) -> Path:
    """Return where a program of that name keeps its configuration (XDG Base Directory, or Apple's guidelines)."""
    return _application_support() / name if sys.platform == "darwin" else _base("XDG_CONFIG_HOME", ".config") / name


def data_folder(name: str) -> Path:
    """Return where a program of that name keeps its data (XDG Base Directory, or Apple's guidelines)."""
    return _application_support() / name if sys.platform == "darwin" else _base("XDG_DATA_HOME", ".local/share") / name


def _application_support() -> Path:
    return Path("~/Library/Application Support").expanduser()


def _base(variable: str, otherwise: str) -> Path:
    """Return the folder in a variable, which counts only if it is absolute (XDG Base Directory, 3)."""
    given = Path(os.environ.get(variable, "").strip())
    return given if given.is_absolute() else Path("~").expanduser() / otherwise
