"""The browser client without a browser: its tests in static/tests on Node, its types, style and layout."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.node import STATIC, install
from tests.services.node import node

TESTS = sorted(path.name for path in (STATIC / "tests").glob("*.test.js"))
TSC = "node_modules/typescript/bin/tsc"
ESLINT = "node_modules/eslint/bin/eslint.js"
PRETTIER = "node_modules/prettier/bin/prettier.cjs"


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
async def test_the_tests_in_javascript_pass(name: str) -> None:
    await passes("--test", "--test-reporter=tap", f"tests/{name}")


@pytest.mark.slow
async def test_the_types_agree() -> None:
    await passes(TSC, "-p", "tsconfig.json")


@pytest.mark.slow
async def test_the_linter_finds_nothing() -> None:
    await passes(ESLINT, ".")


@pytest.mark.slow
async def test_everything_is_formatted() -> None:
    await passes(PRETTIER, "--check", ".")
