"""Settings of how people prove who they are, and where else: an OpenID provider, an LDAP directory."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from chatrooms import addresses, breaches, extras
from chatrooms.setting_types import Line
from chatrooms.site_settings import SiteSettings
from chatrooms.types import RequiredOf

HERE = "{username}"
"""What a name is put in place of."""
NEEDS = {
    "oidc_name": "oidc_issuer",
    "oidc_client_id": "oidc_issuer",
    "oidc_client_secret": "oidc_issuer",
    "oidc_approved": "oidc_issuer",
    "ldap_bind_dn": "ldap_url",
    "ldap_bind_password": "ldap_bind_dn",
    "ldap_base": "ldap_url",
    "ldap_filter": "ldap_base",
    "ldap_ca": "ldap_url",
    "ldap_approved": "ldap_url",
}
"""For each setting that has no effect alone the one that it is about."""


class SignInSettings(SiteSettings):
    """Passwords and second factors, the OpenID provider and the LDAP directory."""

    oidc_name: Line = Field(
        default="single sign-on",
        min_length=1,
        max_length=40,
        description="What people know the sign-in provider as: the page says *Continue with* and this.",
    )
    oidc_client_id: str = Field(default="", max_length=300, description="This server's name at the sign-in provider.")
    oidc_client_secret: str = Field(
        default="",
        repr=False,
        max_length=1000,
        description="The secret by which the sign-in provider knows this server; if empty, it needs none. Give it in "
        "the environment or in the file.",
    )
    oidc_issuer: str = Field(
        default="",
        max_length=300,
        description="The address of an OpenID provider where people sign in, exactly as it calls itself (install "
        "chatrooms[oidc]; needs `oidc_client_id`, and `url`); if empty, none. It leads back to `oidc` below `url`.",
    )
    oidc_approved: bool = Field(
        default=False,
        description="Whether people of the sign-in provider join without an invitation or approval, where `guests` "
        "asks others for one.",
    )
    ldap_bind_dn: str = Field(
        default="",
        max_length=500,
        description="The name by which the directory knows a person, such as "
        "uid={username},ou=people,dc=example,dc=org; with `ldap_base`, that of an account that finds people, or empty.",
    )
    ldap_bind_password: str = Field(
        default="",
        repr=False,
        max_length=500,
        description="The password of the account that finds people. Give it in the environment or in the file.",
    )
    ldap_base: str = Field(
        default="",
        max_length=500,
        description="Where the directory has people, such as ou=people,dc=example,dc=org, to find them by "
        "`ldap_filter`.",
    )
    ldap_filter: str = Field(
        default="(uid={username})", max_length=500, description="How the directory finds a person below `ldap_base`."
    )
    ldap_ca: str = Field(
        default="",
        description="The path of a file with the certificates of authorities that the directory's is checked by; if "
        "empty, those of this machine.",
    )
    ldap_approved: bool = Field(
        default=False,
        description="Whether people of the directory join without an invitation or approval, where `guests` asks "
        "others for one.",
    )
    ldap_url: str = Field(
        default="",
        max_length=300,
        description="The address of an LDAP directory whose names and passwords sign in (install chatrooms[ldap]), "
        "such as ldaps://ldap.example.org; ldap:// with StartTLS, except on this machine. If empty, none.",
    )

    require_second_factor: RequiredOf = Field(
        default="nobody",
        description="Of whom a second factor is required, a passkey or codes of an app: nobody, admins (and owners), "
        "or everybody, guests too. If this is not set, owners choose while the server runs.",
    )
    breached_passwords: str = Field(
        default="",
        description="The path of a file of SHA-1 hashes of breached passwords, sorted, as the downloader of "
        "Have I Been Pwned writes it; what is in it makes no password. If empty, common ones alone are refused.",
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_complete(cls, value: str, others: ValidationInfo) -> str:
        if not value:
            return value
        if not others.data.get("url") or not others.data.get("oidc_client_id"):
            raise ValueError("A sign-in provider needs `url` and `oidc_client_id`.")
        if extras.lacks("oidc"):
            raise ValueError(extras.absent("oidc"))
        if "?" in value:
            raise ValueError("The address of an issuer has no query.")
        return addresses.provider(value)

    @field_validator("require_second_factor")
    @classmethod
    def _factors_are_installed(cls, value: RequiredOf) -> RequiredOf:
        if value != "nobody" and extras.lacks("accounts"):
            raise ValueError(extras.absent("accounts"))
        return value

    @field_validator("ldap_ca")
    @classmethod
    def _authorities_are_there(cls, value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError("There is no such file.")
        return value

    @field_validator("breached_passwords")
    @classmethod
    def _breaches_are_sorted(cls, value: str) -> str:
        if value:
            try:
                breaches.require_sorted(Path(value))
            except OSError as error:
                raise ValueError(f"This file cannot be read: {error.strerror}.") from error
        return value

    @field_validator("ldap_url")
    @classmethod
    def _directory_is_complete(cls, value: str, others: ValidationInfo) -> str:
        if not value:
            return value
        named = "ldap_filter" if others.data.get("ldap_base") else "ldap_bind_dn"
        if HERE not in others.data.get(named, ""):
            other = "" if others.data.get("ldap_base") else ", or `ldap_base` to find people below it"
            raise ValueError(f"A directory needs {HERE} in `{named}`{other}.")
        if extras.lacks("ldap"):
            raise ValueError(extras.absent("ldap"))
        if others.data.get("ldap_base"):
            _require_filter(others.data["ldap_filter"])
        return addresses.directory(value)

    @model_validator(mode="after")
    def _all_have_an_effect(self) -> Self:
        for name, needed in NEEDS.items():
            if getattr(self, name) != type(self).model_fields[name].default and not getattr(self, needed):
                raise ValueError(f"`{name}` has no effect without `{needed}`.")
        return self


def _require_filter(text: str) -> None:
    """Raise ``ValueError`` unless a text is a filter (RFC 4515)."""
    from ldap3.core.exceptions import LDAPException
    from ldap3.operation.search import parse_filter

    try:
        parse_filter(
            text.replace(HERE, "x"), None, auto_escape=False, auto_encode=False, validator=None, check_names=False
        )
    except LDAPException as error:
        raise ValueError("`ldap_filter` is not a filter, such as (&(objectClass=person)(uid={username})).") from error
