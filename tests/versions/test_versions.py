"""The script that tests the ends of the version ranges runs tests that exist, with versions that are allowed."""

from __future__ import annotations

import tomllib

import pytest
from packaging.requirements import Requirement

from tests.versions.__main__ import EXTRAS, ROOT, TESTS, lower_bounds

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize("name", TESTS)
def test_each_of_its_tests_exists(name):
    assert (ROOT / "tests" / name).is_file()


def test_every_dependency_has_an_oldest_version():
    extras = (each for name in EXTRAS for each in PROJECT["optional-dependencies"][name])
    needed = {Requirement(each).name for each in (*PROJECT["dependencies"], *extras)} - {"chatrooms"}
    assert {each.partition("==")[0] for each in lower_bounds()} == needed
