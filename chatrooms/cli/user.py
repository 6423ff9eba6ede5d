"""``chatrooms user``: people, their roles, and suspending them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from chatrooms.cli.options import database_options, json_option, print_result, result_text
from chatrooms.settings import Settings

ROLES = ("owner", "admin", "moderator", "member", "guest")
"""What people can be on the server; see `pipeline.rights`, whose import is slow."""


@click.group()
def user() -> None:
    """List people and what they can do, give them roles, suspend them; a running server follows within seconds."""


@user.command("list")
@click.option("--role", type=click.Choice(ROLES), help="Only people with this role")
@json_option
@database_options
def list_users(role: str | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print the people of the server, with their role, and why they are suspended if they are."""
    from chatrooms.cli.database import people

    print_result(config, flags, lambda settings: result_text(people.listed(settings, role), as_json, _lines))


@user.command("role")
@click.argument("username")
@click.argument("role", type=click.Choice(ROLES))
@json_option
@database_options
def give_role(username: str, role: Any, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Change what USERNAME may do on this server. The last owner keeps that role."""
    from chatrooms.cli.database import people

    _about(people.give_role, username, role, config=config, flags=flags, as_json=as_json)


@user.command()
@click.argument("username")
@click.argument("reason")
@json_option
@database_options
def suspend(username: str, reason: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Sign out USERNAME everywhere and let them no longer sign in, for a REASON that they read when they try to."""
    from chatrooms.cli.database import people

    _about(people.suspend, username, reason, config=config, flags=flags, as_json=as_json)


@user.command()
@click.argument("username")
@json_option
@database_options
def restore(username: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Let USERNAME, who is suspended, sign in again."""
    from chatrooms.cli.database import people

    _about(people.restore, username, config=config, flags=flags, as_json=as_json)


@user.command()
@click.argument("username")
@json_option
@database_options
def show(username: str, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print how USERNAME can sign in, and where and how they are signed in."""
    from chatrooms.cli.database import people

    print_result(config, flags, lambda settings: result_text(people.show(settings, username), as_json, _shown_lines))


@user.command("rights")
@click.argument("username")
@click.argument("room", required=False)
@json_option
@database_options
def list_rights(username: str, room: str | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Print what USERNAME can do on the server, or in a shared ROOM, and why not."""
    from chatrooms.cli.database import people

    print_result(
        config, flags, lambda settings: result_text(people.rights(settings, username, room), as_json, _verdict_lines)
    )


def _about(
    work: Callable[..., Any], username: str, *more: str, config: Path | None, flags: dict[str, Any], as_json: bool
) -> None:
    """Do ``work`` to a person, and print them."""
    from chatrooms import names

    def make(settings: Settings) -> str:
        return result_text(work(settings, names.username(username), *more), as_json, lambda person: _lines([person]))

    print_result(config, flags, make)


def _lines(people: Sequence[Any]) -> str:
    """Return a line for each person: the username, the role, the display name, and why they are suspended."""
    width = max((len(person["username"]) for person in people), default=0)
    return "\n".join(_line(person, width) for person in people)


def _line(person: Any, width: int) -> str:
    suspension = person["suspension"]
    state = f"suspended by {suspension['by']}: {suspension['reason']}" if suspension else ""
    facts = f"{person['username']:{width}}", f"{person['role']:9}", person["name"], state
    return "  ".join(fact for fact in facts if fact).rstrip()


def _shown_lines(shown: Any) -> str:
    """Return a line of what signs somebody in, and one for each browser and program that is signed in."""
    ways = shown["ways"]
    named = {
        "password": ways["password"],
        "codes of an app": ways["second_factor"],
        f"passkeys ({ways['passkeys']})": ways["passkeys"],
        f"provider ({ways['provider']})": ways["provider"] is not None,
        "directory": ways["directory"],
        f"service keys ({ways['keys']})": ways["keys"],
    }
    first = f"signs in by: {', '.join(way for way, has in named.items() if has) or 'nothing but a link'}"
    return "\n".join((first, *map(_place_line, shown["sessions"])))


def _place_line(place: Any) -> str:
    since, used = place["created_at"][:10], place["seen_at"][:10]
    return f"{place['began'] or 'unknown':9}  since {since}, used {used}  {place['agent']}".rstrip()


def _verdict_lines(verdicts: Sequence[Any]) -> str:
    """Return a line for each thing that somebody can do, or cannot and why."""
    width = max(len(each["action"]) for each in verdicts)
    return "\n".join(f"{each['action']:{width}}  {each['reason'] or 'yes'}" for each in verdicts)
