"""The browser client's tests that need no browser: those in static/tests, on Node."""

from __future__ import annotations

import asyncio

from tests.node import STATIC, install
from tests.services.node import node


async def test_the_tests_in_javascript_pass() -> None:
    await install()
    files = sorted((STATIC / "tests").glob("*.test.js"))
    assert files
    process = await asyncio.create_subprocess_exec(
        *(node(), "--test", "--test-reporter=tap", *map(str, files)), cwd=STATIC, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
