"""What is one emoji: the sequences that Unicode recommends for interchange (UTS #51, definition ED-27)."""

from __future__ import annotations

from typing import Annotated

from emoji import EMOJI_DATA, STATUS
from pydantic import AfterValidator, Field

from chatrooms.storage import emoji as custom

LONGEST = 20
"""More code points than any sequence has, with a variation selector after each of them."""
_VARIATION = "\ufe0f"
"""Asks for a picture instead of a letter (UTS #51, ED-9a); keyboards differ in whether they add it."""
_RECOMMENDED = {
    sequence.replace(_VARIATION, ""): sequence
    for sequence, about in EMOJI_DATA.items()
    if about["status"] in (STATUS["fully_qualified"], STATUS["component"])
}


def emoji(text: str) -> str:
    """Return an emoji in its recommended form, or a code such as ``:party:``; raises ``ValueError`` for other text."""
    if custom.named(text):
        return text
    bare = text.replace(_VARIATION, "")
    if bare not in _RECOMMENDED or (text not in EMOJI_DATA and text != bare + _VARIATION):
        raise ValueError("This must be a single emoji.")
    return _RECOMMENDED[bare]


Emoji = Annotated[
    str,
    Field(
        max_length=LONGEST,
        description="A single emoji, which can be a flag or have a skin tone, or the code of an emoji of the server "
        "such as `:party:`, but no other one. It comes back in the form that Unicode recommends: `❤️` for `❤`.",
    ),
    AfterValidator(emoji),
]
