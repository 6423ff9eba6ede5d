"""The guides for operators: Markdown in ``docs/`` of the repository, HTML in this package, served below ``/docs/``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from chatrooms.doors.docs.fixed_limits import fixed
from chatrooms.settings import Settings
from chatrooms.wire.networks import TIMES

ORDER = (
    "install",
    "nodes",
    "capacity",
    "proxies",
    "settings",
    "upgrade",
    "backup",
    "logs",
    "security",
    "embedding",
    "frameworks",
    "remote",
    "widget",
    "bots",
)
HTML = Path(__file__).parent / "guides"
SETTINGS = """\
# Settings and limits

Set each with a flag (`--rate-post`), a variable (`CHATROOMS_RATE_POST`) or a key of a TOML file (`rate_post`). Flags
override variables, which override the file.

A rate such as `120/minute;15/second` allows 120 at once, refilled evenly over a minute, and at most 15 of them within a
second. Rates count for each person. All people of one network address together have 8 times as much, where the table
says "per person". Of IPv6, an address is a /64, and all of a /48 together have {around} times as much as one. Where
anybody can take a name, new ones start slow: in their first day, each stranger (`rate_begin`) and room counts twice.

| Setting | Default | Meaning |
|---|---|---|
{settings}

## Limits without a setting

| Of | Limit |
|---|---|
{limits}
"""


def settings() -> str:
    """Return the guide to settings and limits, as Markdown."""
    fields = Settings.model_fields.items()
    rows = (f"| `{name}` | {_default(name, field.get_default())} | {field.description} |" for name, field in fields)
    limits = "\n".join(f"| {what} | {limit} |" for what, limit in fixed())
    return SETTINGS.format(settings="\n".join(rows), limits=limits, around=TIMES[-1])


def rendered(markdown: str) -> str:
    """Return a guide as HTML, with links to the other guides as they are served."""
    from markdown_it import MarkdownIt

    html: str = MarkdownIt("commonmark").enable("table").render(markdown)
    return re.sub(r'href="(\w+)\.md"', r'href="\1"', html)


@cache
def guide(name: str) -> str | None:
    """Return a guide as HTML, or None if there is none of that name."""
    return (HTML / f"{name}.html").read_text() if name in ORDER else None


def titles() -> dict[str, str]:
    """Return the title of each guide by its name, in their order."""
    found = {name: re.search(r"<h1>(.*?)</h1>", guide(name) or "") for name in ORDER}
    return {name: title[1] for name, title in found.items() if title}


def _default(name: str, value: object) -> str:
    if name == "data":
        return "your data directory"
    words = value if isinstance(value, tuple) else (str(value).lower() if isinstance(value, bool) else str(value),)
    shown = ", ".join(words)
    return f"`{shown}`" if shown else ""
