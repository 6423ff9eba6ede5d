"""Threads: rooms under messages, such as `#lobby/42`; who may read the message's room may read them.

What works in a room works in a thread: messages, read positions, typing, reactions, mentions. Followers receive its
changes like members those of a room; others may open it.
"""

from __future__ import annotations

from chatrooms.features.threads import following, stored, summaries
from chatrooms.features.threads.commands import close, follow, open_one, unfollow
from chatrooms.features.threads.listing import page
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(
    tables=(stored.threads,),
    commands=(open_one, close, follow, unfollow, page),
    parts=(summaries.THREAD, summaries.ECHO),
    listeners=(summaries.summarize, following.notice),
    jobs=(summaries.SENDING.job, following.FOLLOW),
)
