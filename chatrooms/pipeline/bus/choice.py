"""Which bus a node uses: that of the setting ``bus``, or else its database."""

from __future__ import annotations

from sqlalchemy import URL

from chatrooms.bus_address import BusAddress
from chatrooms.pipeline.bus.carried import CarriedBus
from chatrooms.pipeline.bus.postgresql import PostgreSQLCarrier
from chatrooms.pipeline.bus.redis import RedisCarrier


def bus_of(url: str, database: URL) -> CarriedBus:
    """Return the bus at a URL of the grammar of `bus_address`; if that is empty, the one of this PostgreSQL."""
    return CarriedBus(RedisCarrier(BusAddress.read(url)) if url else PostgreSQLCarrier(database))
