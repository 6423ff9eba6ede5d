"""The profiles of PRECIS (RFC 8264), a megabyte of tables, which are imported when they are needed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from precis_i18n.profile import Profile


@cache
def profile(name: str) -> Profile:
    """Return a profile, such as ``UsernameCaseMapped``."""
    from precis_i18n import get_profile

    return get_profile(name)
