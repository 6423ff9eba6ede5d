"""Settings from flags, the environment and a TOML file, read once into a frozen object."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from chatrooms import addresses, extras, setting_sources, setting_types
from chatrooms.setting_types import NONE, AddressRate, Crowd, Listed, PersonRate, Rate
from chatrooms.sign_in_settings import SignInSettings
from chatrooms.site_settings import DATABASE

DEFAULT_CONFIG = setting_sources.config_folder("chatrooms") / "chatrooms.toml"
"""The file that `load`, and so the command, reads if no other is named; an application reads none."""
FILES = "files"
"""The name of the folder in the data directory that holds what people upload."""
OURS = (DATABASE, FILES)
"""What the names of everything in the data directory begin with."""
MEGABYTE = 1_000_000
STORE = re.compile(r"s3://[^/\s]+(/\S*)?")
LEAST_KEY = 32
"""Characters of the shortest service key."""
OF_APPLICATION = ("login_url",)
"""Settings that have an effect only in an application that says who its people are."""
OF_SERVER = (
    "oidc_issuer",
    "ldap_url",
    "require_second_factor",
    "breached_passwords",
    "session_days",
    "session_max_days",
    "workers",
    "drain_seconds",
    "log_level",
    "log_format",
)
"""Settings that have none there: the application signs people in, runs the processes and writes the log."""
SECRETS = frozenset({"service_key", "metrics_token", "oidc_client_secret", "ldap_bind_password"})
"""Settings that are never shown, nor given as flags, which other accounts of the machine could read."""


class Settings(SignInSettings):
    """Every setting: an argument, or a variable (``CHATROOMS_PORT``), which an argument overrides.

    With `load`, as for the command, also a key of a TOML file (``port``), which both override.
    """

    frame_ancestors: Listed = Field(
        default=NONE,
        description="Other origins whose pages may show the chat in a frame, such as https://example.org; commas "
        "separate several.",
    )
    guests: Literal["claim", "invite", "approval", "open", "off"] = Field(
        default="claim",
        description="claim: guests claim a free name and keep it; invite: the same, with an invitation only; "
        "approval: once an admin has approved them, or with an admin's invitation; open: any name, unverified; off: "
        "no new people. If this is not set, admins choose while the server runs. Until somebody has joined, guests "
        "come from this machine alone, unless this is set.",
    )
    requests: bool = Field(
        default=True,
        description="Whether a conversation that a stranger begins waits until its recipient accepts it. Strangers "
        "share no room; the lobby and open rooms count only where new people need an invitation or an approval, or "
        "cannot join.",
    )
    service_key: str = Field(
        default="",
        repr=False,
        description="A secret of at least 32 characters, by which programs of your own speak for the application (see "
        "chatrooms.Remote); if empty, only those do that have a key of `chatrooms key system`. Give it in the "
        "environment or in the file.",
    )
    origins: Listed = Field(
        default=NONE,
        description="Other origins whose pages may connect, such as https://example.org; commas separate several.",
    )
    hosts: Listed = Field(
        default=NONE,
        description="Names that the server answers to besides that of `url`, such as chat.example.org or "
        "*.example.org; commas separate several. If both are empty, any, or if `host` is of this machine alone, "
        "localhost and IP addresses.",
    )
    proxies: Listed = Field(
        default=NONE,
        description="Addresses and networks of your proxies, such as 127.0.0.1 or 10.0.0.0/8, whose X-Forwarded-For "
        "and -Proto are believed; commas separate several. Behind another one, everybody has the same address. * "
        "believes everybody, who can then choose their address.",
    )
    connections: int = Field(
        default=250,
        ge=1,
        description="Connections, and sessions, allowed per address; `proxies` and this machine are exempt.",
    )
    session_days: int = Field(default=365, ge=1, le=36_500, description="Days until an unused session expires.")
    session_max_days: int = Field(
        default=3650, ge=1, le=36_500, description="Days until a session expires however much it is used."
    )
    ping_interval: float = Field(default=25.0, ge=0.1, le=3600, description="Seconds between pings to each connection.")
    ping_timeout: float = Field(default=20.0, ge=0.1, le=3600, description="Seconds to wait for the reply to a ping.")
    join_timeout: float = Field(
        default=10.0, gt=0, le=3600, description="Seconds that a new connection has to authenticate."
    )
    presence_grace: float = Field(
        default=4.0, ge=0, le=3600, description="Seconds until a disconnected person counts as offline."
    )
    drain_seconds: float = Field(
        default=0.0, ge=0, le=300, description="Seconds from SIGTERM, when `/readyz` says no, until connections end."
    )

    edit_minutes: int = Field(
        default=0,
        ge=0,
        le=5_256_000,
        description="Minutes for which people can edit and delete their messages; 0 for as long as they like. "
        "Moderators can always delete.",
    )

    file_size: int = Field(
        default=256, ge=0, le=100_000, description="Megabytes of the largest file that people can share; 0 for none."
    )
    file_quota: int = Field(
        default=2048, ge=0, description="Megabytes of all files of a person, with pictures of what they link to."
    )
    file_space: int = Field(default=20_480, ge=0, description="Megabytes of all files on this server.")
    file_share: int = Field(
        default=10,
        ge=1,
        le=100,
        description="Percent of `file_space` that newcomers at one address can use: guests, and people who signed up "
        "by themselves within the last 7 days. Those of an IPv6 /48 can use twice as much, and all newcomers together "
        "half of it. Their files count, and the pictures in previews of their links.",
    )
    file_store: str = Field(
        default="",
        description="Where files are stored: s3://bucket/prefix (install chatrooms[s3]); if empty, in the data "
        "directory.",
    )

    previews: bool = Field(
        default=True,
        description="Whether the server loads what messages link to, to show what it is about.",
    )

    rate_join: Rate = Field(default="30/minute", description="Joins allowed per address.")
    rate_post: PersonRate = Field(
        default="120/minute;15/second",
        description="Messages, reactions and pins allowed per person, and the same event in a room; a message that "
        "concerns many people counts as several.",
    )
    rate_text: PersonRate = Field(
        default="1000000/hour;5000000/day",
        description="Characters that a person may post and edit, each message as 100 more. Events in rooms, "
        "reactions, bookmarks, followed threads, mutes, blocks and people who are mentioned count too. The "
        "application, and moderators, admins and owners of the server with their service keys, may any number.",
    )
    rate_create: PersonRate = Field(default="30/hour", description="Rooms that a person may create.")
    rate_begin: Rate = Field(
        default="20/hour", description="Strangers that a person may write to or invite, or an address the same one."
    )
    rate_begin_address: AddressRate = Field(
        default="120/hour", description="Strangers that an address may write to or invite."
    )
    rate_signal: PersonRate = Field(default="50/second", description="Signals allowed per person.")
    rate_search: PersonRate = Field(
        default="300/minute;20/second",
        description="Searches allowed per person; one that takes long counts as several.",
    )
    rate_upload: PersonRate = Field(default="600/hour;60/minute", description="Files that a person may upload.")
    rate_download: PersonRate = Field(
        default="1800/minute", description="Files, pictures and parts of them that a person may load."
    )
    rate_preview: PersonRate = Field(
        default="200/hour;20/minute", description="Messages of a person whose links are previewed; others have none."
    )
    rate_other: PersonRate = Field(default="600/minute", description="Other commands allowed per person.")
    rate_broadcast: AddressRate = Field(
        default="20000/second",
        description="Kilobytes that an address may send, counted once per receiving connection.",
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        description="A secret of at least 32 characters, with which a monitoring system reads `/metrics`; if empty, "
        "nobody does. Give it in the environment or in the file.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Minimum log level.")
    log_format: Literal["logfmt", "json"] = Field(default="logfmt", description="How a line of the log is written.")

    @field_validator("service_key", "metrics_token")
    @classmethod
    def _key_is_long(cls, value: str) -> str:
        if value and (len(value) < LEAST_KEY or not value.isascii() or not value.isprintable() or " " in value):
            raise ValueError(f"This must be at least {LEAST_KEY} ASCII characters without spaces.")
        return value

    @field_validator("file_store")
    @classmethod
    def _store_is_a_bucket(cls, value: str) -> str:
        if value and not STORE.fullmatch(value):
            raise ValueError("A store looks like s3://bucket/prefix; if empty, files are in the data directory.")
        if value and extras.lacks("s3"):
            raise ValueError(extras.absent("s3"))
        return value

    @field_validator("proxies")
    @classmethod
    def _proxies_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return value if value == ("*",) else tuple(map(setting_types.network, value))

    @field_validator("hosts")
    @classmethod
    def _hosts_are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(setting_types.host, value))

    @field_validator("origins", "frame_ancestors")
    @classmethod
    def _origins_are_readable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(addresses.origin, value))


RATES: dict[str, int] = {
    name.removeprefix("rate_"): next((each.people for each in field.metadata if isinstance(each, Crowd)), 1)
    for name, field in Settings.model_fields.items()
    if name.startswith("rate_")
}
"""The rates that have a setting, with their `Crowd`."""


def require_effect(settings: Settings, *, hosted: bool) -> None:
    """Raise ``ValueError`` if a setting has no effect in an application that says who is there, or without one."""
    fields = Settings.model_fields
    for name in OF_SERVER if hosted else OF_APPLICATION:
        if getattr(settings, name) != fields[name].default:
            where = "in an application" if hosted else "without an application"
            raise ValueError(f"`{name}` has no effect {where} that says who its people are by `authenticate`.")


def load(config: Path | None = None, **flags: Any) -> Settings:
    """Return the settings from ``flags`` that are not None, ``CHATROOMS_*`` and the TOML file ``config``.

    If none is given, it is the one in the home directory, which need not exist.
    """
    source: type[Settings] = type("Settings", (Settings,), {"config": config or DEFAULT_CONFIG})
    return source(**{name: value for name, value in flags.items() if value is not None})
