"""Fixtures for tests of threads, on both databases."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("created_database")
