"""The traits of a message, by which the pipeline finds the features that it concerns without calling all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, get_args

from chatrooms import names

Trait: TypeAlias = Literal["new", "edited", "deleted", "sent again", "found anew", "@", "link", "reply", "in a thread"]
"""``edited``: by this command. ``sent again``: for whatever reason, after the time that it was new. ``found anew``: by
this command, searches find it by more or less than its text.

The text of one with ``@`` or ``link`` has what may be a mention, or a link.
"""
ALL: tuple[Trait, ...] = get_args(Trait)
OF_TEXTS: tuple[Trait, ...] = ("new", "@", "link")
"""Those that are known of a text before there is a message."""


def of(message: Mapping[str, Any]) -> set[Trait]:
    """Return the traits of a message as this command leaves it."""
    found: set[Trait] = of_text(message["text"] or "")
    if message["rev"] != message["seq"]:
        found.remove("new")
        found.add("sent again")
    if message["reply_to"]:
        found.add("reply")
    if names.kind(message["room"]) == "thread":
        found.add("in a thread")
    if message["deleted"]:
        found.add("deleted")
    elif (changed := message["text_rev"]) and changed >= message["rev"]:  # one to be stored has the rev of before
        found.add("edited")
    return found


def of_text(text: str) -> set[Trait]:
    """Return the traits of a new message with this text, as far as its text says."""
    found: set[Trait] = {"new"}
    if "@" in text:
        found.add("@")
    if "://" in text or "www." in text.lower():
        found.add("link")
    return found
