"""What a feature consists of is listed: its module in `FEATURES`, its tables in its `Feature`."""

from __future__ import annotations

import pkgutil
from collections import Counter
from importlib import import_module

import grimp
import pytest
from sqlalchemy import Table

from chatrooms import Chatrooms, Settings, features, identity
from chatrooms.storage import facts, tables, usage

MODULES = [import_module(f"{features.__name__}.{found.name}") for found in pkgutil.iter_modules(features.__path__)]
OPTIONAL = [module for module in MODULES if module.FEATURE not in features.BASE]
BASE_TABLES = [facts.facts, usage.usage, *(table for table in vars(tables).values() if isinstance(table, Table))]


def test_every_module_is_a_listed_feature():
    assert {id(module.FEATURE) for module in MODULES} == {id(feature) for feature in features.FEATURES}
    assert len(features.FEATURES) == len(MODULES)


def test_every_table_belongs_to_the_base_or_to_one_feature():
    owned = [table.name for feature in (*features.FEATURES, *identity.FEATURES) for table in feature.tables]
    assert Counter([*(table.name for table in BASE_TABLES), *owned]) == Counter(tables.metadata.tables.keys())


def test_only_the_list_of_features_imports_a_feature_that_is_not_of_the_base():
    graph = grimp.build_graph("chatrooms")
    for name in (module.__name__ for module in OPTIONAL):
        own = {name, *graph.find_descendants(name)}
        importers = {each for module in own for each in graph.find_modules_that_directly_import(module)} - own
        assert importers == {features.__name__}, name


@pytest.mark.parametrize("module", OPTIONAL, ids=lambda module: module.__name__.rpartition(".")[2])
async def test_a_chat_runs_without_a_feature_that_is_not_of_the_base(tmp_path, module):
    rest = [feature for feature in features.FEATURES if feature is not module.FEATURE]
    chat = Chatrooms(Settings(data=tmp_path), features=rest)
    async with chat.lifespan():
        assert (await chat.post("#lobby", "hello"))["text"] == "hello"
