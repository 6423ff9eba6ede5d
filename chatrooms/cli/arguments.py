"""What is in the arguments of a command, which other accounts of the machine can read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import click

VARIABLE = "CHATROOMS_"
"""What the name of a variable of the environment begins with; the rest is that of its flag."""

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
