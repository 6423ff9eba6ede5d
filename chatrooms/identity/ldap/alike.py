"""Names that a directory may take for one: it compares them in one case and form (RFC 4518), some without accents."""

from __future__ import annotations

import unicodedata


def alike(username: str) -> str:
    """Return what names have in common that a directory may take for one, such as ``jose`` of ``josé``."""
    parts = unicodedata.normalize("NFKD", username.casefold())
    return unicodedata.normalize("NFC", "".join(each for each in parts if unicodedata.category(each)[0] != "M"))
