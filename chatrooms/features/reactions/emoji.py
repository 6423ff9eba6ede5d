"""What is one emoji: the sequences that Unicode recommends for interchange (UTS #51, definition ED-27)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from chatrooms import unicode_emoji
from chatrooms.storage import emoji as custom

LONGEST = 20
"""More code points than any sequence has, with a variation selector after each of them."""


def emoji(text: str) -> str:
    """Return an emoji in its recommended form, or a code such as ``:party:``; raises ``ValueError`` for other text."""
    if custom.named(text):
        return text
    recommended = unicode_emoji.forms().get(text)
    if recommended is None:
        raise ValueError("This must be a single emoji.")
    return recommended


Emoji = Annotated[
    str,
    Field(
        max_length=LONGEST,
        description="A single emoji, which can be a flag or have a skin tone, or the code of an emoji of the server "
        "such as `:party:`, but no other one. It comes back in the form that Unicode recommends: `❤️` for `❤`.",
    ),
    AfterValidator(emoji),
]
