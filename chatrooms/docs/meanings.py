"""What each parameter and each field of a row means, in a sentence.

The more special entry wins: ``RoomCreateParams.name`` before ``Room*.name`` (the first word of a command)
before ``name``.
"""

from __future__ import annotations

import re

MEANINGS: dict[str, str] = {
    "room": "A room: `#lobby`, a conversation such as `alice+bob`, or a username for somebody's own room.",
    "username": "A username: 2 to 32 letters, digits, `.`, `-` or `_`, not signs alone; lower case.",
    "usernames": "The usernames of all of them: the list replaces the one before.",
    "id": "A UUID.",
    "text": "Markdown source; not only white space.",
    "reply_to": "The id of a message of the same room that this one answers.",
    "query": "A part of what is looked for; empty finds everything.",
    "after": "Go on after this username; empty starts at the first.",
    "title": "The room's title, which people see, in one line.",
    "topic": "What the room is about, in one line.",
    "access": "Who comes in: everybody (`open`), or by invitation (`private`).",
    "about": "A line about oneself.",
    "revs": "The `rev` known of each room that you ask about; rooms that are not named start from 0.",
    "SyncParams.after": "Rooms whose names come after this one, by the bytes of UTF-8; empty begins, own room first.",
    "SyncParams.until": "Rooms up to this name only.",
    "SyncParams.open": "Rooms to get first, when `after` is empty.",
    "seq": "A place in the room's timeline: the `rev` that the message was born with.",
    "rev": "The revision of the room (here: of the room whose change this is) at which the row last changed.",
    "to": "A room that one belongs to, or the username of somebody one shares a room with.",
    "type": "What kind of signal it is; `typing` and `presence` are the server's own.",
    "data": "Any JSON, at most 64 KiB, nested at most 16 deep, with at most some 4,000 arrays and objects.",
    "role": "`owner`, `moderator` or `member`.",
    "since": "When the membership began or ended.",
    "gone": "The membership has ended.",
    "closed": "The conversation is off the person's list until its next message.",
    "created_at": "When it was made; ISO 8601, UTC, with milliseconds.",
    "MessagePostParams.room": "Where to say it; a username is the conversation with that person.",
    "MessagePostParams.id": "A UUID made by the client: the same id again gives the stored message.",
    "MessageEditParams.id": "The id of the message.",
    "MessageDeleteParams.id": "The id of the message.",
    "HistoryParams.before": "Messages before this `seq`.",
    "HistoryParams.after": "Messages after this `seq`.",
    "HistoryParams.around": "Messages on both sides of this `seq`. Give one of the three, or none.",
    "HistoryParams.limit": "How many messages at most.",
    "Room*.room": "A shared room; its `#` may be left out.",
    "RoomCloseParams.room": "A conversation, such as `alice+bob`.",
    "RoomMembersParams.room": "A room that one belongs to.",
    "RoomCreateParams.name": "`#` (may be left out) and 1 to 48 letters, digits, `.`, `-`, `_`, not signs alone.",
    "RoomCreateParams.title": "What people see, in one line; the name if empty.",
    "ReadMarkParams.seq": "Everything up to this `seq` was read.",
    "UserUpdateParams.name": "What others see instead of the username; may be empty.",
    "SessionRevokeParams.id": "The id of one of one's own sessions.",
    "Message.rev": "The room's revision at which the message last changed.",
    "Message.number": "Which message of its room it is, from 1.",
    "Message.text": "Markdown source; `null` once deleted.",
    "Message.author": "The username of who said it.",
    "Message.at": "When it was posted; ISO 8601, UTC, with milliseconds.",
    "Message.edited_at": "When its words last changed, if ever.",
    "Message.deleted": "A tombstone: the place is kept, the words are gone.",
    "Room.name": "The one name of the room, which never changes.",
    "Listing.name": "The one name of the room, which never changes.",
    "Room.access": "`conversation` and `personal` rooms are made by the server.",
    "Room.created_by": "The username of who made it.",
    "Room.archived": "Kept for reading only.",
    "Room.posted": "How many messages were posted so far, as of when the row was read.",
    "Listing.members": "How many people belong to it.",
    "Read.number": "How many messages of the room were read; the newest message's number minus this are not.",
    "User.name": "What others see; the username if empty.",
    "Change.room": "The room that changed.",
    "Change.rev": (
        "The room's new revision: the previous one plus 1. After a gap, call `sync`. A client that reads too slowly is "
        "left out of changes; once it has caught up it gets, for each room that it missed some of, one without rows "
        "whose `rev` is 2147483647, which is after a gap for everybody."
    ),
    "Change.rooms": "The room itself, when it was made or something about it changed.",
    "Change.users": "One's own profile; in one's own room only.",
    "Change.memberships": "What one belongs to, or no longer does; in one's own room only.",
    "Change.members": "Who came or left.",
    "Change.reads": "How far one has read other rooms, on any tab; in one's own room only.",
    "Change.messages": "Messages that were posted, edited or deleted.",
    "Session.id": "To be given to `session.revoke`.",
    "Session.agent": "The browser or program, as it named itself.",
    "Session.seen_at": "When it was last used, to the hour.",
    "Session.current": "Whether the call came by this session.",
    "Welcome.token": "For a guest who just took a name: it proves the name from now on.",
    "Signal.room": "The room that it is for; a username if it is for that person alone.",
    "Signal.from": "The username of the sender.",
    "Signal.data": "Whatever the type means by it.",
    "Welcome.user": "Who one is.",
    "Welcome.server": "Whom one talks to.",
    "Welcome.limits": "What is taken at most.",
    "Error.details": "What helps to mend it.",
    "Limits.text": "Characters of a message.",
    "ServerInfo.version": "The version of chatrooms that runs.",
    "ServerInfo.name": "What the server calls itself.",
    "Error.code": "The reason, for programs; codes may be added.",
    "Error.message": "The reason, for people.",
    "Details.field": "The parameter that is not right.",
    "Details.retry_after": "Seconds to wait.",
    "ConnectError.message": "The reason, for people.",
    "RefusedConnection.code": "The reason, for programs.",
    "Handshake.username": "Who one wants to be.",
    "Handshake.token": "Proves the name; alone it is enough.",
}

MEASURED = frozenset({"room", "username", "to", "id", "reply_to", "RoomCreateParams.name"})
"""Names and ids: they are measured in their one form, so that the meaning tells their length, not the schema."""


def meaning(owner: str, field: str) -> str:
    """What ``field`` of the schema ``owner`` means; empty if nothing is said of it."""
    return next((MEANINGS[key] for key in keys(owner, field) if key in MEANINGS), "")


def measured(owner: str, field: str) -> bool:
    """Whether the schema says less of the field's length than its meaning does."""
    return not MEASURED.isdisjoint(keys(owner, field))


def keys(owner: str, field: str) -> tuple[str, str, str]:
    """Where the meaning of a field is looked for, in this order."""
    return f"{owner}.{field}", f"{_first_word(owner)}*.{field}", field


def _first_word(owner: str) -> str:
    """``Room`` of ``RoomCreateParams``; of a row nothing, as it is no command."""
    words = re.findall("[A-Z][a-z]+", owner)
    return words[0] if words[-1] == "Params" else ""
