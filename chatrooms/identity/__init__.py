"""Who is there: a file for each way of proving it, a gate that asks them, and the sessions that they end in."""

from __future__ import annotations

from chatrooms.identity import joining, sessions

FEATURES = (sessions.FEATURE, joining.FEATURE)
"""What identity brings to a chat."""
