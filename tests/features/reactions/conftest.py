"""Fixtures for tests of reactions."""

from __future__ import annotations

import pytest

from tests.features.reactions.later import Later


@pytest.fixture
def direct():
    direct = Later("bob", "carol")
    yield direct
    direct.engine.dispose()
