"""``chatrooms applicant``: people who have asked to join, where admins approve new people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import click

from chatrooms.cli.options import database_options, json_option, print_result, result_text
from chatrooms.settings import Settings


@click.group()
def applicant() -> None:
    """List people who have asked to join, approve or decline them; a running server follows within seconds."""


@applicant.command("list")
@json_option
@database_options
def list_applicants(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print the people who wait to be approved, what they say, and what they signed in by, the first at the top."""
    from chatrooms.cli.database import applicants

    print_result(config, flags, lambda settings: result_text(applicants.listed(settings), as_json, lines))


@applicant.command()
@click.argument("username")
@json_option
@database_options
def approve(username: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Approve the applicant for USERNAME, who is signed in where they asked."""
    _decide("approve", username, config, flags, as_json=as_json)


@applicant.command()
@click.argument("username")
@json_option
@database_options
def decline(username: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Decline the applicant for USERNAME. They are notified, and the name is free again."""
    _decide("decline", username, config, flags, as_json=as_json)


def _decide(
    what: Literal["approve", "decline"], username: str, config: Path | None, flags: dict[str, Any], *, as_json: bool
) -> None:
    from chatrooms import names
    from chatrooms.cli.database import applicants

    def make(settings: Settings) -> str:
        decided = applicants.decide(settings, names.username(username), what)
        return result_text(decided, as_json, lambda one: lines([one]))

    print_result(config, flags, make)


def lines(waiting: Sequence[Any]) -> str:
    """Return a line for each person who waits."""
    width = max((len(one["username"]) for one in waiting), default=0)
    return "\n".join(f"{one['username']:{width}}  {one['at'][:10]}  {one['about']}{_known(one)}" for one in waiting)


def _known(one: Any) -> str:
    """Return who vouches for somebody who waits."""
    known = {"provider": f"  (known to the provider as {one['label']})", "directory": "  (known to the directory)"}
    return known.get(one["proof"], "")
