"""Groups of people whom one mention reaches."""

from __future__ import annotations

from collections.abc import Sequence

from chatrooms import names
from chatrooms.cli.database import acting, require_person, transaction
from chatrooms.cli.opening import Unable
from chatrooms.features import groups
from chatrooms.features.groups import WholeGroup
from chatrooms.settings import Settings


def listed(settings: Settings) -> list[WholeGroup]:
    """Return all groups with their members, by name."""
    found = acting.run(settings, groups.page)["groups"]
    return [_get(settings, group["id"]) for group in found]


def create(settings: Settings, name: str, usernames: Sequence[str]) -> WholeGroup:
    """Make a group and return it; raises `Unable`."""
    _require_people(settings, usernames)
    made: WholeGroup = acting.run(settings, groups.create, name=name, members=list(usernames))["group"]
    return made


def change(settings: Settings, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> WholeGroup:
    """Add people to a group and remove others, and return it; raises `Unable`."""
    _require_people(settings, add)
    given = {"id": _id_of(settings, name), "add": list(add), "remove": list(remove)}
    changed: WholeGroup = acting.run(settings, groups.update, **given)["group"]
    return changed


def delete(settings: Settings, name: str) -> WholeGroup:
    """Delete a group and return it as it was; raises `Unable`."""
    before = _get(settings, _id_of(settings, name))
    acting.run(settings, groups.delete, id=before["id"])
    return before


def _require_people(settings: Settings, usernames: Sequence[str]) -> None:
    """Raise `Unable` or ``ValueError``, and name the first username that no one has."""
    with transaction(settings) as db:
        for username in map(names.username, usernames):
            require_person(db, username)


def _get(settings: Settings, id: str) -> WholeGroup:
    found: WholeGroup = acting.run(settings, groups.get, id=id)["group"]
    return found


def _id_of(settings: Settings, name: str) -> str:
    known = {group["name"]: group["id"] for group in acting.run(settings, groups.page)["groups"]}
    if name not in known:
        raise Unable(f"there is no group {name}")
    return str(known[name])
