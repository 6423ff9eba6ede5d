"""Entries: the commands that run before there is a caller, such as signing in."""

from __future__ import annotations

import logging
from typing import Any

from chatrooms.errors import Refusal
from chatrooms.pipeline.commands import Stranger
from chatrooms.pipeline.feature import Features
from chatrooms.pipeline.parsing import parse
from chatrooms.pipeline.rates import Rates
from chatrooms.wire.tally import Tally, who


class Entries:
    """Runs entries: count the rate of the address, parse, check the permission, run."""

    def __init__(self, features: Features, rates: Rates, tally: Tally) -> None:
        self._features, self._rates, self._tally = features, rates, tally

    def has(self, name: str) -> bool:
        """Return whether there is an entry of that name."""
        return name in self._features.entries

    async def run(self, name: str, given: Any, stranger: Stranger) -> Any:
        """Run an entry for somebody who is not known yet and return its result; raises a `Refusal`."""
        try:
            declared = self._features.entries[name]
            self._rates.spend_by_address(declared.rate, stranger.network)
            p = parse(declared, given)
            declared.may(stranger, p)
            return await declared.body(stranger, p)
        except Refusal as refusal:
            fields = given if isinstance(given, dict) and "password" not in given else {}  # people mix up the fields
            self._tally.note(
                logging.INFO, f"{name} refused: {refusal.code}", who(fields.get("username"), stranger.address)
            )
            raise
