"""A small soak of several nodes, on each bus."""

from __future__ import annotations

import asyncio

import pytest

from tests.soak.nodes import nodes

SECONDS = 12


@pytest.mark.parametrize("bus", ["postgresql", "redis"])
def test_messages_survive_what_goes_wrong_between_nodes(tmp_path, bus):
    outcome = asyncio.run(nodes(tmp_path, SECONDS, seed=1, count=2, bus=bus))
    assert outcome.violations == []
    assert any(what.startswith("times that") for what in outcome.figures)
    assert not outcome.figures["acknowledged messages"].startswith("0 ")
