"""How new people come to a server: by themselves, with an invitation, once they are approved, or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from chatrooms.settings import Settings
from chatrooms.types import SignUp

_OF_SETTING: Mapping[str, SignUp] = {
    "claim": "open",
    "open": "open",
    "invite": "invite",
    "approval": "approval",
    "off": "closed",
}


def is_set(settings: Settings) -> bool:
    """Return whether the setting ``guests`` decides, and not the server's admins."""
    return "guests" in settings.model_fields_set


def of(settings: Settings, chosen: str) -> SignUp:
    """Return how people come in: as the setting says, or else as admins have ``chosen``, if they have."""
    decided = _OF_SETTING[settings.guests]
    return decided if is_set(settings) else _chosen(chosen) or decided


def _chosen(value: str) -> SignUp | None:
    return next((each for each in _OF_SETTING.values() if each == value), None)
