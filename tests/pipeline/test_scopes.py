"""Which group of commands gives each command to service keys: one table, and the rules that it keeps to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from chatrooms.features.messages.permissions import room_of_and_own
from chatrooms.pipeline.commands import Command, own_room
from chatrooms.pipeline.scopes import GROUPS, Group
from tests.direct import DECLARED
from tests.pipeline.test_rights import MORE

SCOPES: dict[Group, set[str]] = {
    "read": {
        "emoji.list",
        "file.list",
        "group.get",
        "group.list",
        "history",
        "message.versions",
        "presence.watch",
        "reaction.list",
        "room.list",
        "room.members",
        "room.pins",
        "search",
        "sync",
        "thread.close",
        "thread.list",
        "thread.open",
        "user.get",
        "user.list",
        "user.me",
    },
    "post": {
        "file.begin",
        "file.space",
        "message.delete",
        "message.edit",
        "message.post",
        "preview.remove",
        "reaction.add",
        "reaction.remove",
        "signal",
        "typing",
    },
    "rooms": {
        "invite.accept",
        "invite.create",
        "invite.list",
        "invite.revoke",
        "message.pin",
        "message.unpin",
        "room.archive",
        "room.create",
        "room.invite",
        "room.join",
        "room.leave",
        "room.picture",
        "room.remove",
        "room.unarchive",
        "room.update",
    },
    "own": {
        "bookmark.add",
        "bookmark.list",
        "bookmark.remove",
        "inbox.list",
        "inbox.mark",
        "inbox.set",
        "inbox.settings",
        "read.mark",
        "request.accept",
        "request.ignore",
        "room.close",
        "room.favorite",
        "room.mute",
        "room.unfavorite",
        "room.unmute",
        "thread.follow",
        "thread.unfollow",
        "user.block",
        "user.picture",
        "user.unblock",
        "user.update",
    },
}
"""What no key can have is in none of them."""


class Rule(NamedTuple):
    """The groups in which all commands of a kind are, None for no group; and those that are elsewhere, and why."""

    concerns: Callable[[Command[Any]], bool]
    groups: set[Group | None]
    besides: Mapping[str, str] = {}


def noun(command: Command[Any]) -> str:
    return command.name.partition(".")[0]


def is_own(command: Command[Any]) -> bool:
    """Return whether a change is in nobody else's room."""
    return command.kind == "change" and command.locks in (own_room, room_of_and_own)


def changes_others(command: Command[Any]) -> bool:
    return command.kind == "change" and not is_own(command)


def nouns(which: Callable[[Command[Any]], bool]) -> set[str]:
    return {noun(command) for command in DECLARED.values() if which(command)}


OWN_NOUNS = nouns(lambda command: is_own(command) and command.scope == "own") - nouns(changes_others)
"""What nobody but its person changes or sees, as bookmarks."""
RULES = {
    "what signs people in, or says what does": Rule(
        lambda command: command.body.__module__.startswith("chatrooms.identity.") and noun(command) != "invite", {None}
    ),
    "what takes a password": Rule(lambda command: "password" in command.params.model_fields, {None}),
    "what gives people rights": Rule(
        lambda command: command.kind != "query" and "role" in command.params.model_fields, {None}
    ),
    "what admins of the server do, in no room": Rule(
        lambda command: command.name in MORE["admin"] and "room" not in command.params.model_fields, {None}
    ),
    "what is read": Rule(
        lambda command: command.kind == "query" and command.repeatable,
        {"read", "own", None},
        {"file.space": "it is asked before an upload", "invite.list": "it shows what `invite.create` made"},
    ),
    "what is read of what is a person's own": Rule(
        lambda command: command.kind == "query" and noun(command) in OWN_NOUNS, {"own", None}
    ),
    "what emits signals": Rule(lambda command: command.kind == "query" and not command.repeatable, {"post"}),
    "what changes nothing in rooms of others": Rule(
        is_own,
        {"own", None},
        {
            "file.begin": "what is uploaded is posted",
            "invite.create": "it invites to a room",
            "invite.revoke": "it invites to a room no longer",
        },
    ),
    "what changes messages": Rule(
        lambda command: changes_others(command) and noun(command) in ("message", "reaction", "preview"),
        {"post"},
        {"message.pin": "pins are the room's", "message.unpin": "pins are the room's"},
    ),
    "what changes a room or its members": Rule(
        lambda command: changes_others(command) and noun(command) in ("room", "invite"),
        {"rooms"},
        {"room.role": "it gives people rights"},
    ),
}

UNRULED = {
    "presence.watch": "it is read, but from memory",
    "thread.follow": "it may create the thread, and is a person's own",
    "thread.unfollow": "it locks what `thread.follow` does",
    "user.update": "it locks the looks of a name, and is a person's own",
}
"""The commands that the table alone says to be in their group, and what they are."""


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_has_its_commands(group):
    assert {name for name, command in DECLARED.items() if command.scope == group} == SCOPES[group]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_commands_of_a_kind_are_in_their_groups(rule):
    concerned = {command.name for command in DECLARED.values() if rule.concerns(command)}
    elsewhere = {name for name in concerned if DECLARED[name].scope not in rule.groups}
    assert elsewhere == rule.besides.keys()


def test_what_keys_can_have_follows_a_rule_or_is_said_not_to():
    ruled = {name for name, command in DECLARED.items() if any(rule.concerns(command) for rule in RULES.values())}
    assert {name for name, command in DECLARED.items() if command.scope} - ruled == UNRULED.keys()
