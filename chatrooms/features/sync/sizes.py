"""How large the parts of a response can be."""

from __future__ import annotations

from chatrooms.types import MAX_MISSED, MAX_SYNC

LIMIT = MAX_MISSED
"""The most new messages, or members, of a room; a client that is further behind reloads the room."""
MAX_ROWS = 2000
"""The most rows in one response."""
PIECE_ROWS = 500
"""How many rows of each table one piece of the caller's own room has, or all those of a single rev."""
MAX_ROOMS = 2000
"""The most rooms that one response covers."""
MAX_BYTES = MAX_SYNC
"""The most bytes of JSON in the changes of one response, which stays below 256 KiB as a whole."""
LARGEST_ROOM = 192 * 1024
"""The most bytes of JSON in one room's change; a client that is further behind reloads the room."""
FIRST_ROWS = 256
"""How many rows are read at once before their sizes are known; some of them may not fit into the response."""
