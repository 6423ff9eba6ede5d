"""The types of settings: each normalizes its value, or explains why it is invalid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from chatrooms import addresses, bus_address, gcra, types


@dataclass(frozen=True)
class Crowd:
    """How many people that use a rate to the full fit behind one network address (see `pipeline.rates`)."""

    people: int


def host(text: str) -> str:
    """Return the name of a host, or ``*.`` and that of a domain, as browsers send it; raises ``ValueError``."""
    return f"*.{addresses.host(text[2:])}" if text.startswith("*.") else addresses.host(text)


def network(text: str) -> str:
    """Return an address or a network as the server compares it; raises ``ValueError``."""
    try:
        return str(ip_network(text, strict=False) if "/" in text else ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address or network, such as 127.0.0.1 or 10.0.0.0/8.") from None


def _rate(value: str) -> str:
    gcra.parse(value)
    return value


def _split(value: Any) -> Any:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
        raise ValueError("This is a list of texts, or one text with commas.")
    return tuple(each.strip().rstrip("/") for each in listed if each.strip())


def _line(value: str) -> str:
    line = types.line(value)
    if not line:
        raise ValueError("This has no visible characters.")
    return line


if TYPE_CHECKING:  # type checkers without a plugin for pydantic learn so what can be given, and what is read

    class Listed:
        """A list, or one text with commas between the parts."""

        def __get__(self, _settings: object, _class: type | None = None) -> tuple[str, ...]: ...
        def __set__(self, _settings: object, _value: str | Iterable[str]) -> None: ...

    class Folder:
        """The path of a folder."""

        def __get__(self, _settings: object, _class: type | None = None) -> Path: ...
        def __set__(self, _settings: object, _value: str | PathLike[str]) -> None: ...

else:
    Listed = Annotated[tuple[str, ...], BeforeValidator(_split)]
    Folder = Path

NONE: Any = ()
"""A list without parts."""
Rate = Annotated[str, AfterValidator(_rate)]
PersonRate = Annotated[Rate, Crowd(8)]
"""A rate per person; an address may have as much as 8 people, such as those in an office."""
AddressRate = Annotated[Rate, Crowd(0)]
"""A rate that all people of an address share."""
Line = Annotated[str, AfterValidator(_line)]
"""A text of one line that people can see."""
Link = Annotated[str, AfterValidator(lambda value: addresses.link(value.strip()) if value.strip() else "")]
"""The address of a page, or nothing."""
Bus = Annotated[str, AfterValidator(bus_address.checked)]
"""The URL of a bus, or nothing."""
