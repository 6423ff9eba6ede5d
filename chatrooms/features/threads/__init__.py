"""Threads: rooms under messages, such as `#lobby/42`; who may read the message's room may read them.

What works in a room works in a thread: messages, read positions, typing, reactions, mentions. Followers receive its
changes like members those of a room; others may open it.
"""

from __future__ import annotations

from chatrooms.features.threads import following, stored, summaries
from chatrooms.features.threads.commands import close_thread, follow, open_thread, unfollow
from chatrooms.features.threads.listing import page
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(
    tables=(stored.threads,),
    commands=(open_thread, close_thread, follow, unfollow, page),
    parts=(summaries.THREAD, summaries.ECHO),
    listeners=(summaries.summarize, following.notice),
    jobs=(summaries.SENDING.job, following.FOLLOW),
)
