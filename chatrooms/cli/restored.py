"""What to do after a backup was put back."""

from __future__ import annotations

from chatrooms import clock
from chatrooms.cli.opening import opening_existing
from chatrooms.cli.shown import location
from chatrooms.settings import Settings
from chatrooms.storage import facts
from chatrooms.storage.database import Database


async def renew(settings: Settings) -> str:
    """Migrate the database, begin a new epoch of its history with a new secret, and return where it is.

    Raises `Unable`, also while a server uses the database.
    """
    with opening_existing(settings) as url:
        database = Database(settings.database_url)
        await database.open()
        try:
            await database.writer.change(lambda db: facts.find_or_make(db, clock.now()))
            await database.writer.change(facts.renew)
        finally:
            await database.close()
        return location(url)
