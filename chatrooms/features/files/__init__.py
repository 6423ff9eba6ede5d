"""Files and pictures: uploaded first (`file.begin`), then posted as a part of a message, and listed for each room.

Square ones become the pictures of people and rooms, or emoji of the server, instead.
"""

from __future__ import annotations

from chatrooms.features.files import emoji, portraits, stored
from chatrooms.features.files.beginning import begin, space
from chatrooms.features.files.listing import page
from chatrooms.features.files.posting import FILES, deleted
from chatrooms.features.files.removing import AGAIN, REMOVE, SWEEP
from chatrooms.features.files.serving import CONTENTS, SERVED
from chatrooms.pipeline.feature import Feature

FEATURE = Feature(
    tables=(stored.files,),
    commands=(begin, space, page, portraits.set_my_picture, portraits.set_room_picture, *emoji.COMMANDS),
    parts=(FILES,),
    listeners=(deleted,),
    jobs=(REMOVE, AGAIN, SWEEP),
    contents=CONTENTS,
    served=(SERVED, *portraits.SERVED, emoji.SERVED),
)
