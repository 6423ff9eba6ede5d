"""Waiting for what comes after a reply: the message above with its thread, and rows in people's own rooms."""

from __future__ import annotations

from typing import Any

from tests.people import Person


async def hears_thread(person: Person, replies: int) -> dict[str, Any]:
    """Wait for a message with so many replies in the thread under it."""
    change = await person.hears(
        lambda _, data: any(row["thread"] and row["thread"]["replies"] == replies for row in data.get("messages", ()))
    )
    return next(row for row in change["messages"] if row["thread"])


async def hears_follow(person: Person, room: str, *, gone: bool = False) -> dict[str, Any]:
    """Wait until a person follows a thread, or no longer does."""

    def wanted(row: dict[str, Any]) -> bool:
        return row["room"] == room and row["gone"] is gone

    change = await person.hears(lambda _, data: any(map(wanted, data.get("follows", ()))))
    return next(filter(wanted, change["follows"]))


async def hears_item(person: Person, kind: str, message: dict[str, Any]) -> dict[str, Any]:
    """Wait for an item of a kind about a message."""

    def wanted(row: dict[str, Any]) -> bool:
        return (row["kind"], row["message"]) == (kind, message["id"])

    change = await person.hears(lambda _, data: any(map(wanted, data.get("inbox", ()))))
    return next(filter(wanted, change["inbox"]))


def thread_of(message: dict[str, Any]) -> str:
    """Return the thread under a message."""
    return f"{message['room']}/{message['seq']}"
