"""Tests of the storage create their tables themselves."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> str:
    """Run a test with SQLite and with an empty database of PostgreSQL."""
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
