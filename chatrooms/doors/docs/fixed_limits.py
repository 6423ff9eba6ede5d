"""The limits that have no setting, from the constants that set them, for the documentation."""

from __future__ import annotations

from chatrooms import names, types
from chatrooms.pipeline import charges, contents, turn
from chatrooms.storage import blobs, writer
from chatrooms.wire import last_answers, limits, measure

KIB = 1024
MIB = 1024 * 1024


def fixed() -> list[tuple[str, str]]:
    """Return what each limit is about, and its value in words."""
    from chatrooms.doors import body, socketio  # which import the documentation

    return [
        ("Characters of a message", f"{types.MAX_TEXT:,}"),
        ("Characters of a username", f"{names.MIN_USERNAME} to {names.MAX_USERNAME}"),
        ("Characters of a room's name", f"1 to {names.MAX_SHARED}"),
        ("People in a conversation", f"2 to {names.MAX_CONVERSATION}"),
        ("Files of a message", f"{types.MAX_FILES}"),
        ("Messages, or people, in a page", f"{types.MAX_PAGE}"),
        ("Messages of a room in one `sync`", f"{types.MAX_MISSED}; a client that missed more loads the room again"),
        ("Bytes of one `sync`", f"{types.MAX_SYNC // KIB} KiB"),
        ("Bytes of a packet, or of the body of a request", f"{limits.MAX_PACKET // KIB} KiB"),
        ("Levels of JSON in a command", f"{body.MAX_DEPTH}"),
        ("Bytes of the data of a signal", f"{types.MAX_SIGNAL // KIB} KiB"),
        ("Bytes of a handshake's `auth`", f"{socketio.MAX_AUTH // KIB} KiB"),
        ("Connections of a person", f"{socketio.MAX_SOCKETS}"),
        ("Joins on one connection", socketio.REJOIN),
        ("Bytes of a request's target", f"{measure.MAX_TARGET // KIB} KiB"),
        ("Fields of a request's head", f"{measure.MAX_FIELDS}"),
        ("Bytes of a request's head", f"{measure.MAX_BESIDE // KIB} KiB"),
        ("Time for a request's head", f"{limits.SECONDS_TO_ASK:g} s"),
        ("Time for the body of a command", f"{body.SECONDS_TO_SEND:g} s"),
        *_of_uploads(),
        ("Time for a client to read what was sent", f"{limits.Limits().unread:g} s"),
        ("Bytes that wait for a client before it misses changes", f"{limits.Limits().skippable // KIB:,} KiB"),
        (
            "Bytes that wait for all clients of an address; beyond, 64 KiB for each",
            f"{limits.Limits().together // MIB} MiB; `proxies` and this machine are exempt",
        ),
        (
            "Bytes that wait for all clients; beyond, 64 KiB for each",
            f"{limits.Limits().overall // MIB} MiB",
        ),
        ("Bytes that clients which poll can fetch after their end", f"{last_answers.MOST // MIB} MiB"),
        ("Useless packets of a client", f"{limits.Limits().noise:g} a second for {limits.SECONDS_OF_NOISE:g} s"),
        ("Queries of one address at a time", f"{turn.AT_ONCE}"),
        (
            "Processor time of a query that counts as one command",
            f"{charges.SECONDS_OF_ONE * 1000:g} ms; at most {charges.MOST_COUNTED} commands more",
        ),
        ("Changes that wait to be stored", f"{writer.WAITING:,}"),
    ]


def _of_uploads() -> list[tuple[str, str]]:
    from chatrooms.doors import upload_pieces

    return [
        (
            "Uploads of a person, of an address, and of all, at a time",
            f"{upload_pieces.OF_PERSON}, {upload_pieces.OF_ADDRESS}, {upload_pieces.OF_ALL}",
        ),
        ("Unfinished uploads of a person", f"{contents.MOST_UNFINISHED}"),
        ("Time without progress after which an upload is dropped", f"{contents.IDLE.total_seconds() / 60:g} minutes"),
        ("Pictures of a person that wait to be processed", f"{contents.MOST_WAITING}"),
        ("Time without a byte that ends the request of an upload", f"{upload_pieces.SECONDS_OF_SILENCE:g} s"),
        ("Free space of the disk that uploads leave", f"{blobs.RESERVE // MIB} MiB"),
    ]
