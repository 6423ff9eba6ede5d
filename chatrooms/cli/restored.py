"""What to do after a backup was put back."""

from __future__ import annotations

from chatrooms import clock
from chatrooms.cli.serve import opening
from chatrooms.settings import Settings
from chatrooms.storage import facts
from chatrooms.storage.database import Database


async def renew(settings: Settings) -> None:
    """Begin a new epoch of the database's history; raises `Unable`, also while a server uses the database."""
    with opening(settings):
        database = Database(settings.database_url)
        await database.open()
        try:
            await database.writer.change(lambda db: facts.find_or_make(db, clock.now()))
            await database.writer.change(facts.renew)
        finally:
            await database.close()
