"""Searching, by the commands, the index and what the words mean."""

import pytest

from chatrooms.features import search
from chatrooms.features.search import finding


def unhurried(patch: pytest.MonkeyPatch) -> None:
    """Let each search take the time it needs, so that a busy machine ends no page."""
    patch.setattr(search, "SECONDS_TO_MARK", 60)
    patch.setattr(finding, "SECONDS", 60)
    patch.setattr(finding, "SECONDS_AT_MOST", 60)
