"""Messages: posting, editing, deleting, and pages of a room's history."""

from __future__ import annotations

from chatrooms.features.messages.deleting import delete
from chatrooms.features.messages.editing import edit
from chatrooms.features.messages.history import history
from chatrooms.features.messages.posting import post
from chatrooms.features.messages.versions import page as earlier_texts
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(commands=(post, edit, delete, history, earlier_texts))
