"""Arguments that other accounts of the machine can read, and variables that are no setting."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

import click

VARIABLE = "CHATROOMS_"
"""What the name of a variable of the environment begins with; the rest is that of its flag."""

NO_SETTINGS = {"config", "from", "to", "token"}
"""What other variables of ours say."""

_password = re.compile(r"://[^@]*:[^@]+@|[?&]\w*password=", re.IGNORECASE)


def warn_of_passwords(given: Mapping[str, Any]) -> None:
    """Print a sentence for each flag whose URL has a password."""
    for name, value in given.items():
        if isinstance(value, str) and _password.search(value):
            click.echo(
                f"chatrooms: --{name.replace('_', '-')}: Everybody on this machine can read the password in it: "
                f"set {VARIABLE}{name.upper()} instead",
                err=True,
            )


def warn_of_unknown_variables(settings: Collection[str], environment: Mapping[str, str]) -> None:
    """Print a sentence for each variable that is called like a setting, and is none: it changes nothing."""
    for variable in sorted(environment):
        name = variable.upper().removeprefix(VARIABLE).lower()
        if variable.upper().startswith(VARIABLE) and name not in {*settings, *NO_SETTINGS}:
            click.echo(
                f"chatrooms: {unknown(variable, name, settings, lambda known: VARIABLE + known.upper())}", err=True
            )


def unknown(written: str, name: str, settings: Collection[str], spelt: Callable[[str], str] = str) -> str:
    """Return the sentence about what is no setting, with one that is called like it, as it is ``spelt`` there."""
    close = get_close_matches(name, settings, 1)
    return f"{written}: There is no such setting{f'; did you mean {spelt(close[0])}?' if close else '.'}"
