"""Settings of where a server is and what people see it as."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from chatrooms import accent, addresses, logo, names, setting_sources, stylesheet
from chatrooms.setting_types import Bus, Folder, Line, Link

DATABASE = "chatrooms.sqlite3"
"""The database's file name in the data directory; the names of its companion files start with it."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
DATA: Any = setting_sources.data_folder("chatrooms")


class SiteSettings(setting_sources.Sourced):
    """Where the server listens and stores, its address, name and looks."""

    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 picks a free one.")
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that share the port, to use several processors; more than one needs PostgreSQL.",
    )
    url: str = Field(
        default="",
        description="The address at which people reach the server through a proxy, such as https://example.org/chat/; "
        "if empty, whatever address they use.",
    )
    data: Folder = Field(default=DATA, description="The data directory.")
    database: str = Field(default="", description="A database URL; if empty, SQLite in the data directory.")
    bus: Bus = Field(
        default="",
        description="Where servers that share a database tell each other what happens, if not in PostgreSQL: "
        "redis://host, or redis+sentinel://host1,host2/service; rediss for TLS, valkey for Valkey (install "
        "chatrooms[redis]). With a password, give it in the environment or in the file.",
    )
    name: Line = Field(
        default="Chatrooms", min_length=1, max_length=60, description="The name of this server, as people see it."
    )
    lobby: str = Field(
        default="#lobby", description="The room that people are added to when they first join; if empty, none."
    )
    accent: str = Field(
        default=accent.DEFAULT,
        description="The colour of this server's buttons and links, such as #7c3aed; adjusted where it would be hard "
        "to read.",
    )
    logo: str = Field(
        default="",
        description="The path of an SVG or PNG file, at most 256 KiB, which is shown as this server's logo instead of "
        "ours; square ones look best.",
    )
    stylesheet: str = Field(
        default="",
        description="The path of a CSS file, at most 64 KiB, that the page has after its own, to change its colours, "
        "fonts and measures (see *Look and links* in *Embed it in your application*).",
    )
    login_url: Link = Field(
        default="",
        description="Where people log in to the application that mounts the chat and says who is there, such as "
        "/login. The page leads them there, with the address to come back to as the parameter `next`.",
    )
    home_url: Link = Field(
        default="",
        description="Where the page's menu leads back to, such as / or https://example.org/; if empty, nowhere.",
    )

    @field_validator("bus")
    @classmethod
    def _bus_has_several_servers(cls, value: str, given: ValidationInfo) -> str:
        if value and (given.data.get("database") or "sqlite").startswith("sqlite"):
            raise ValueError("SQLite has one server; a bus is for several, which use PostgreSQL (setting: database).")
        return value

    @field_validator("accent")
    @classmethod
    def _accent_is_a_colour(cls, value: str) -> str:
        if not COLOUR.fullmatch(value):
            raise ValueError("A colour looks like #7c3aed.")
        return value.lower()

    @field_validator("lobby")
    @classmethod
    def _lobby_is_shared(cls, value: str) -> str:
        return names.shared(value) if value else ""

    @field_validator("logo")
    @classmethod
    def _logo_is_a_picture(cls, value: str) -> str:
        if value:
            logo.read(Path(value))
        return value

    @field_validator("stylesheet")
    @classmethod
    def _stylesheet_is_css(cls, value: str) -> str:
        if value:
            stylesheet.read(Path(value))
        return value

    @field_validator("url")
    @classmethod
    def _url_is_a_site(cls, value: str) -> str:
        return addresses.site(value.strip()) if value.strip() else ""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.data / DATABASE}"
