"""What a feature consists of is listed: its module in `FEATURES`, the rest of it in its `Feature`."""

from __future__ import annotations

import json
import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import grimp
import pytest

from chatrooms import Chatrooms, Settings, features, identity
from chatrooms.errors import Invalid
from chatrooms.features.messages import posting
from chatrooms.features.search.language import STATES
from chatrooms.pipeline.commands import Command
from chatrooms.pipeline.feature import Feature, Listener
from chatrooms.pipeline.jobs import JobKind
from chatrooms.pipeline.part import Part
from chatrooms.storage.tables import metadata
from tests.direct import CONTRACT
from tests.node import running
from tests.soak import database

LISTED = {"commands": Command, "parts": Part, "listeners": Listener, "jobs": JobKind}
"""What a feature lists, by the field that lists it."""
OFFERED = """
import { choicesOf } from "./js/search/operators.js";
const known = { people: [], places: [], today: new Date() };
console.log(JSON.stringify(["has:", "is:"].flatMap((begun) => choicesOf(begun, known)).map(({ insert }) => insert)));
"""
MODULES = [import_module(f"{features.__name__}.{found.name}") for found in pkgutil.iter_modules(features.__path__)]
OPTIONAL = [module for module in MODULES if module.FEATURE not in features.BASE]
BASE_TABLES = (
    *("facts", "jobs", "sessions", "file_usage", "suspensions", "groups", "group_members", "custom_emoji"),
    *("rooms", "users", "members", "messages", "versions", "reads"),
    *("blocks", "bookmarks", "follows", "inbox"),
)
"""The tables that no feature owns: the last are of features, but clients keep their rows in sync.

Those of groups and emoji are asked about by several.
"""


def names_for(command: Command[Any]) -> set[str]:
    """Return the names that the function of a command can have: its last word, or the method of the Python client.

    Besides, a query for a page is a ``page``, and what signs in by a passkey, ``sign_in_by_passkey``.
    """
    last = command.name.rpartition(".")[2]
    pages = {"page"} if command.kind == "query" else set()
    return {last, last.rpartition("_")[2], command.method, f"sign_in_by_{last}"} | pages


@pytest.mark.parametrize("command", [*CONTRACT.commands, *CONTRACT.entries], ids=lambda command: command.name)
def test_the_function_of_a_command_is_found_by_the_name_of_the_command(command):
    assert command.body.__name__ in names_for(command)


def test_every_module_is_a_listed_feature():
    assert {id(module.FEATURE) for module in MODULES} == {id(feature) for feature in features.FEATURES}
    assert len(features.FEATURES) == len(MODULES)


def test_every_table_belongs_to_the_base_or_to_one_feature():
    owned = [table.name for feature in (*features.FEATURES, *identity.FEATURES) for table in feature.tables]
    assert Counter([*BASE_TABLES, *owned]) == Counter(metadata.tables.keys())


def test_posting_has_a_parameter_for_each_part_that_can_be_given():
    given = {part.name for feature in features.FEATURES for part in feature.parts if part.given}
    assert given == set(posting.OF_PARTS) <= set(posting.Post.model_fields)


def test_the_soak_test_compares_each_part_of_messages():
    names = [sql.rpartition(" AS ")[2] for sql in database.PARTS]
    assert Counter(names) == Counter(part.name for feature in features.FEATURES for part in feature.parts)


async def test_the_browser_offers_everything_that_messages_show_and_can_be_searched_by():
    async with running(OFFERED) as node:
        output, _ = await node.communicate()
    shown = {state for feature in features.FEATURES for part in feature.parts for state in part.found_by}
    assert Counter(json.loads(output)) == Counter(STATES | shown)


def everything_in(packages: list[ModuleType]) -> Iterator[tuple[str, Any]]:
    """Yield what the modules of packages have at their top level, and what is in objects of their own, by name."""
    for package in packages:
        inside = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        for module in map(import_module, inside):
            for name, value in vars(module).items():
                yield f"{module.__name__}.{name}", value
                of_ours = type(value).__module__ in inside and hasattr(value, "__dict__")
                yield from (
                    (f"{module.__name__}.{name}.{key}", it) for key, it in (vars(value) if of_ours else {}).items()
                )


@pytest.mark.parametrize("field", LISTED)
def test_what_a_module_declares_is_listed_in_a_feature(field):
    listed = [id(it) for feature in (*features.FEATURES, *identity.FEATURES) for it in getattr(feature, field)]
    declared = {name: id(it) for name, it in everything_in([features, identity]) if isinstance(it, LISTED[field])}
    assert [name for name, which in declared.items() if which not in listed] == []
    assert set(listed) == set(declared.values())


def test_every_feature_of_identity_is_listed():
    declared = [it for _, it in everything_in([identity]) if isinstance(it, Feature)]
    assert {id(it) for it in declared} == {id(feature) for feature in identity.FEATURES}


def test_only_the_list_the_command_line_and_what_applications_use_import_a_feature_that_is_not_of_the_base():
    graph = grimp.build_graph("chatrooms")
    for name in (module.__name__ for module in OPTIONAL):
        own = {name, *graph.find_descendants(name)}
        importers = {each for module in own for each in graph.find_modules_that_directly_import(module)} - own
        of_hosts = {"chatrooms.doors.application", "chatrooms.identity.avatars"}
        calling = {each for each in importers if each.startswith("chatrooms.cli.")} | of_hosts
        assert importers - calling == {features.__name__}, name


@pytest.mark.parametrize("module", OPTIONAL, ids=lambda module: module.__name__.rpartition(".")[2])
async def test_a_chat_runs_without_a_feature_that_is_not_of_the_base(tmp_path, module):
    rest = [feature for feature in features.FEATURES if feature is not module.FEATURE]
    chat = Chatrooms(Settings(data=tmp_path), features=rest)
    async with chat.lifespan():
        assert (await chat.post("#lobby", "hello"))["text"] == "hello"


async def test_without_threads_no_one_can_post_in_one(tmp_path):
    rest = [feature for feature in features.FEATURES if feature is not features.threads.FEATURE]
    chat = Chatrooms(Settings(data=tmp_path), features=rest)
    async with chat.lifespan():
        message = await chat.post("#lobby", "hello")
        with pytest.raises(Invalid, match="no threads") as refused:
            await chat.post(f"#lobby/{message['seq']}", "hello")
        assert refused.value.details["field"] == "room"
