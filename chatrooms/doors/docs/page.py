"""The page at ``/docs``: plain HTML without scripts, with a style that the policy allows by its hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chatrooms.doors.docs import guides
from chatrooms.doors.docs.contract import Contract
from chatrooms.doors.docs.markup import link
from chatrooms.doors.docs.sections import Sections
from chatrooms.version import __version__

_folder = Path(__file__).parent
STYLE = (_folder / "page.css").read_text()
INTRO = (_folder / "intro.html").read_text()
_digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{_digest}'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)
"""The page's content security policy."""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{name}: {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{up}icon.svg" type="image/svg+xml">
<style>{style}</style>
</head>
<body>
<nav aria-label="Contents">{contents}</nav>
<main>
{intro}
{sections}
</main>
</body>
</html>
"""


class Parts(NamedTuple):
    """The parts of the page that all servers with the same commands share."""

    contents: str
    sections: str


def parts(contract: Contract) -> Parts:
    """Return the table of contents and the sections of a contract."""
    return Parts(_contents(contract), Sections(contract).all())


def reference(name: str, url: str, made: Parts) -> str:
    """Return the page of the server called ``name``, whose client is at ``url``."""
    return PAGE.format(
        name=escape(name),
        title="reference",
        up="",
        style=STYLE,
        contents=_to_guides("docs/") + made.contents,
        intro=_intro(name, url),
        sections=made.sections,
    )


def guide(name: str, which: str) -> str | None:
    """Return a guide for operators as a page of the server called ``name``; None if there is none."""
    body = guides.guide(which)
    if body is None:
        return None
    contents = f'<ul><li><a href="../docs">Reference</a></li></ul>{_to_guides("")}'
    title = escape(guides.titles()[which])
    about = {"name": escape(name), "title": title, "up": "../", "style": STYLE}
    return PAGE.format(**about, contents=contents, intro="", sections=f"<article>{body}</article>")


def _to_guides(folder: str) -> str:
    links = "".join(f'<li><a href="{folder}{name}">{title}</a></li>' for name, title in guides.titles().items())
    return f"<ul>{links}</ul>"


def _contents(contract: Contract) -> str:
    commands = (link(command.name, f"command-{command.name}") for command in contract.all)
    own = (link(event.name, f"own-{event.name}") for event in contract.own)
    inside = {"commands": _listed(commands), "application": _listed(own)}
    others = ("application",) if contract.own else ()
    top = ("connect", "commands", *others, "events", "rows", "errors", "settings")
    places = "".join(f'<li><a href="#{place}">{place.capitalize()}</a>{inside.get(place, "")}</li>' for place in top)
    return f"<ul>{places}</ul>"


def _listed(links: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{to}</li>' for to in links)}</ul>"


def _intro(name: str, url: str) -> str:
    at = urlsplit(url)
    path = at.path if at.path.endswith("/") else f"{at.path}/"
    origin = f"{at.scheme}://{at.netloc}"
    known = {"name": name, "version": __version__, "origin": origin, "path": path, "url": origin + path}
    text = INTRO
    for key, value in known.items():
        text = text.replace(f"{{{{{key}}}}}", escape(value))
    return text
