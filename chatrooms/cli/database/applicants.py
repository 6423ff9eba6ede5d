"""People who wait to be approved, and what operators decide."""

from __future__ import annotations

from typing import Literal

from chatrooms.cli.database import transaction
from chatrooms.cli.opening import Unable
from chatrooms.identity import applicants, applying
from chatrooms.identity.applicants import Applicant
from chatrooms.pipeline import jobs
from chatrooms.settings import Settings


def listed(settings: Settings) -> list[Applicant]:
    """Return the people who wait, those who asked first at the top."""
    with transaction(settings) as db:
        return applicants.waiting(db)


def decide(settings: Settings, username: str, what: Literal["approve", "decline"]) -> Applicant:
    """Have the server approve or decline who waits for ``username``, and return them; raises `Unable`."""
    with transaction(settings) as db:
        found = next((each for each in applicants.waiting(db) if each["username"] == username), None)
        if found is None:
            raise Unable(f"no one waits for the name {username}")
        jobs.leave(db, applying.DECIDE, {"command": f"applicant.{what}", "id": found["id"]})
        return found
