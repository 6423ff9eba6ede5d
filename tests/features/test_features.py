"""What a feature consists of is listed: its module in `FEATURES`, its tables in its `Feature`."""

from __future__ import annotations

import pkgutil
from collections import Counter
from importlib import import_module

from sqlalchemy import Table

from chatrooms import features
from chatrooms.storage import tables

MODULES = [import_module(f"{features.__name__}.{found.name}") for found in pkgutil.iter_modules(features.__path__)]
BASE = [table for table in vars(tables).values() if isinstance(table, Table)]


def test_every_module_is_a_listed_feature():
    assert {id(module.FEATURE) for module in MODULES} == {id(feature) for feature in features.FEATURES}
    assert len(features.FEATURES) == len(MODULES)


def test_every_table_belongs_to_the_base_or_to_one_feature():
    owned = [table.name for feature in features.FEATURES for table in feature.tables]
    assert Counter([*(table.name for table in BASE), *owned]) == Counter(tables.metadata.tables.keys())
