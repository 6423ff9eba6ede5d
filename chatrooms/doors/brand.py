"""Whose server this is: its name, lobby and colour, in the browser client's page, manifest, icon and service worker."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

import orjson

from chatrooms import accent

NAME, LOBBY, STYLE = "Chatrooms", "#lobby", "</head>"
"""What stands in the client's files for the name and the lobby, and where the colours go in the page."""
_colour = re.compile(rf'fill="{accent.DEFAULT}"')


class Brand(NamedTuple):
    """A server's name, lobby such as ``#lobby``, and colour such as ``#0c6b5d``."""

    name: str
    lobby: str
    colour: str

    @property
    def style(self) -> str:
        """The style sheet with the colours."""
        return accent.css(self.colour)

    def page(self, html: str) -> str:
        """Return the page with name, lobby and colours in it, so that it never shows others first."""
        named = html.replace(f">{NAME}", f">{escape(self.name)}").replace(f'"{NAME}"', f'"{escape(self.name)}"')
        placed = named.replace(f'content="{LOBBY}"', f'content="{escape(self.lobby)}"', 1)
        return placed.replace(STYLE, f"  <style>{self.style}</style>\n  {STYLE}", 1)

    def manifest(self, source: bytes) -> bytes:
        """Return the manifest with the name in it."""
        return orjson.dumps(orjson.loads(source) | {"name": self.name, "short_name": self.name})

    def icon(self, svg: bytes) -> bytes:
        """Return the icon in the server's colour."""
        light = accent.shades(self.colour, "light").accent
        return _colour.sub(f'fill="{light}"', svg.decode()).encode()
