"""`sync`: the changes since the revs that a client has, in pages of rooms; generic over the tables in `SYNCED`.

The caller's own room and the open ones come first, then the others, ordered by the bytes of their names. The caller's
own room has one or two rows for every room they belong to, so it is sent in pieces ordered by `rev`, and no other room
follows before it is complete. The other rooms are read together: one statement for each table.
"""

from __future__ import annotations

from chatrooms.features.sync.command import sync
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(commands=(sync,))
