"""The browser client without a browser: its tests in static/tests on Node. `.ci/run` checks its types and style."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.conftest import is_quick
from tests.node import STATIC, install
from tests.services.node import node

TESTS = sorted(path.name for path in (STATIC / "tests").glob("*.test.js"))


async def passes(*arguments: str) -> None:
    """Run Node in `static`, which must succeed."""
    await install()
    process = await asyncio.create_subprocess_exec(
        *(node(), *arguments),
        cwd=STATIC,
        env=os.environ | {"LC_ALL": "en_US.UTF-8"},  # dates are in its language
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


@pytest.mark.parametrize("name", TESTS)
async def test_the_tests_in_javascript_pass(name: str, pytestconfig: pytest.Config) -> None:
    fewer = ("--import", "./tests/fewer.js") if is_quick(pytestconfig) else ()
    await passes(*fewer, "--test-reporter=tap", f"tests/{name}")
