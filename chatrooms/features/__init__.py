"""The features of a chat: one noun per file or folder.

The other features build on those of `BASE`, and none of them imports another: to remove one, delete its file and its
line below. A few read what others add to a message, by the name of its part, and do without if it is missing: following
and the inbox read `mentions`, the inbox `thread` and `echo`, searching `files`. Posting in a thread needs `threads`.
"""

from __future__ import annotations

from chatrooms.features import (
    all_rooms,
    blocking,
    bookmarks,
    favorites,
    files,
    groups,
    inbox,
    members,
    mentions,
    messages,
    muting,
    pins,
    presence,
    previews,
    reactions,
    reads,
    replies,
    requests,
    roles,
    room_roles,
    rooms,
    rosters,
    search,
    signals,
    sync,
    threads,
    timeline,
    users,
    verdicts,
)

BASE = (
    users.FEATURE,
    rooms.FEATURE,
    members.FEATURE,
    rosters.FEATURE,
    messages.FEATURE,
    reads.FEATURE,
    timeline.FEATURE,
    roles.FEATURE,
    sync.FEATURE,
)
"""The features that all others build on; nodes catch up by ``sync``."""

FEATURES = (
    *BASE,
    room_roles.FEATURE,
    verdicts.FEATURE,
    all_rooms.FEATURE,
    blocking.FEATURE,
    requests.FEATURE,
    pins.FEATURE,
    mentions.FEATURE,
    groups.FEATURE,
    replies.FEATURE,
    reactions.FEATURE,
    muting.FEATURE,
    favorites.FEATURE,
    bookmarks.FEATURE,
    threads.FEATURE,
    files.FEATURE,
    previews.FEATURE,
    inbox.FEATURE,
    search.FEATURE,
    presence.FEATURE,
    signals.FEATURE,
)
"""The features of `Chatrooms`, unless it is given others."""
