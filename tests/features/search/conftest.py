"""All tests of searching: no page ends early."""

import pytest

from tests.features.search import unhurried


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    unhurried(monkeypatch)
