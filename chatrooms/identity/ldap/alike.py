"""Names that a directory may take for one: it compares them in one case and form (RFC 4518), some without accents.

Active Directory ignores accents, strokes through letters, and in which of their two scripts Japanese syllables are.
"""

from __future__ import annotations

import unicodedata

from chatrooms.unicode_forms import normalized

_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
"""Those that Unicode does not take apart."""
_SYLLABLES = {chr(katakana): chr(katakana - 0x60) for katakana in range(0x30A1, 0x30F7)}
_plain = str.maketrans(_LETTERS | _SYLLABLES)


def alike(username: str) -> str:
    """Return what names have in common that a directory may take for one, such as ``jose`` of ``josé``."""
    parts = normalized("NFKD", username.casefold())
    kept = "".join(each for each in parts if unicodedata.category(each) not in {"Mn", "Me"})
    return normalized("NFC", kept.translate(_plain))
