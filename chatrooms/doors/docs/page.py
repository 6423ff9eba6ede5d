"""The page at ``/docs``: plain HTML without scripts, in one style that the policy admits by its hash."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from chatrooms.doors.docs import schemas, sections
from chatrooms.doors.docs.markup import link
from chatrooms.version import __version__

HERE = "http://127.0.0.1:8000/"

_folder = Path(__file__).parent
STYLE = (_folder / "page.css").read_text()
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
"""The content security policy of the page."""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{name}: reference</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="icon.svg" type="image/svg+xml">
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


def reference(name: str, url: str = HERE) -> str:
    """The page for the server called ``name``, whose client is at ``url``: HTML, to be sent with `POLICY`."""
    return PAGE.format(
        name=escape(name), style=STYLE, contents=_contents(), intro=_intro(name, url), sections=_sections()
    )


@cache
def _sections() -> str:
    parts = (sections.commands, sections.events, sections.rows, sections.errors, sections.settings)
    return "\n".join(part() for part in parts)


@cache
def _contents() -> str:
    top = ("connect", "commands", "events", "rows", "errors", "settings")
    places = "".join(f'<li><a href="#{place}">{place.capitalize()}</a>{_inside(place)}</li>' for place in top)
    return f"<ul>{places}</ul>"


def _inside(place: str) -> str:
    if place != "commands":
        return ""
    links = (link(command.name, f"command-{command.name}") for command in schemas.commands())
    return f"<ul>{''.join(f'<li>{to}</li>' for to in links)}</ul>"


def _intro(name: str, url: str) -> str:
    at = urlsplit(url)
    path = at.path if at.path.endswith("/") else f"{at.path}/"
    origin = f"{at.scheme}://{at.netloc}"
    known = {"name": name, "version": __version__, "origin": origin, "path": path, "url": origin + path}
    text = (_folder / "intro.html").read_text()
    for key, value in known.items():
        text = text.replace(f"{{{{{key}}}}}", escape(value))
    return text
