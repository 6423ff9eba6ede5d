"""Whose server this is: name, lobby, colour, logo and links, in the page, manifest, icons and service worker."""

from __future__ import annotations

import hashlib
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

import orjson

from chatrooms import accent, extras, logo, stylesheet
from chatrooms.logo import Logo
from chatrooms.pipeline.act import Server
from chatrooms.settings import Settings
from chatrooms.types import SignUp

NAME, LOBBY, STYLE = "Chatrooms", "#lobby", "</head>"
"""What stands in the client's files for the name and the lobby, and where the colours go in the page."""
ICON = "icon.svg"
LINKS = {field: f'<meta name="{field}-url" content="">' for field in ("login", "home")}
"""Where the page has the addresses of the host application."""
MISSING = '<meta name="missing" content="">'
"""Where the page has the parts that are not installed."""
PROVIDER = '<meta name="provider" content="">'
"""Where it has the name of the sign-in provider."""
SIGN_UP = '<meta name="sign-up" content="open">'
"""Where it has how new people come in."""
_colour = re.compile(rf'fill="{accent.DEFAULT}"')


class Brand(NamedTuple):
    """A server's name, lobby such as ``#lobby``, colour such as ``#0c6b5d``, links to its application, logo and looks.

    ``more`` is a style sheet of its own.
    ``missing`` are the extras whose parts of the interface are hidden, because they are not installed.
    ``provider`` is the name of its sign-in provider; empty if it has none. ``sign_up`` is how new people come in.
    """

    name: str
    lobby: str
    colour: str
    login: str = ""
    home: str = ""
    provider: str = ""
    logo: Logo | None = None
    missing: tuple[str, ...] = ()
    sign_up: SignUp = "open"
    more: str = ""

    @classmethod
    def of(cls, settings: Settings, name: str) -> Brand:
        """Return what the settings say of a server with that name."""
        own = logo.read(Path(settings.logo)) if settings.logo else None
        missing = tuple(filter(extras.lacks, extras.IN_PAGE))
        links = settings.login_url, settings.home_url
        provider = settings.oidc_name if settings.oidc_issuer else ""
        more = stylesheet.read(Path(settings.stylesheet)) if settings.stylesheet else ""
        return cls(name, settings.lobby, settings.accent, *links, provider, own, missing, more=more)

    def now(self, server: Server) -> Brand:
        """Return it with what can change while the server runs."""
        return self._replace(name=server.name, sign_up=server.sign_up)

    @property
    def digest(self) -> str:
        """What changes with any of it, except with how new people come in, which nobody asks offline."""
        return hashlib.sha256(repr(tuple(self._replace(sign_up="open"))).encode()).hexdigest()[:16]

    @property
    def style(self) -> str:
        """The style sheet with the colours, and what the server has of its own."""
        return "\n".join(filter(None, (accent.css(self.colour), self.more)))

    def page(self, html: str) -> str:
        """Return the page with name, lobby and colours in it, so that it never shows others first."""
        named = html.replace(f">{NAME}", f">{escape(self.name)}").replace(f'"{NAME}"', f'"{escape(self.name)}"')
        placed = named.replace(f'content="{LOBBY}"', f'content="{escape(self.lobby)}"', 1)
        for field, address in (("login", self.login), ("home", self.home)):
            placed = placed.replace(LINKS[field], LINKS[field].replace('""', f'"{escape(address)}"'), 1)
        placed = placed.replace(MISSING, MISSING.replace('""', f'"{" ".join(self.missing)}"'), 1)
        placed = placed.replace(PROVIDER, PROVIDER.replace('""', f'"{escape(self.provider)}"'), 1)
        placed = placed.replace(SIGN_UP, SIGN_UP.replace("open", self.sign_up), 1)
        return placed.replace(STYLE, f"  <style>{self.style}</style>\n  {STYLE}", 1)

    def manifest(self, source: bytes) -> bytes:
        """Return the manifest with the name and the logo in it."""
        ours = orjson.loads(source) | {"name": self.name, "short_name": self.name}
        if self.logo:
            ours["icons"] = [{"src": ICON, "sizes": self.logo.sizes, "type": self.logo.media_type, "purpose": "any"}]
        return orjson.dumps(ours)

    def icon(self, svg: bytes) -> bytes:
        """Return our icon in the server's colour."""
        light = accent.shades(self.colour, "light").accent
        return _colour.sub(f'fill="{light}"', svg.decode()).encode()
