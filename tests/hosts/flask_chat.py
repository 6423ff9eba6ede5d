"""The chat of `flask_shop`, in a process of its own."""

from __future__ import annotations

import os

from itsdangerous import BadSignature, TimestampSigner

from chatrooms import Chatrooms, Handshake, Settings
from tests.hosts.flask_shop import KEY, SECRET

signer = TimestampSigner(SECRET)


async def who(handshake: Handshake) -> str | None:
    try:
        return signer.unsign(handshake.cookies.get("login", ""), max_age=3600).decode()
    except BadSignature:
        return None


app = Chatrooms(
    Settings(name="Shop", service_key=KEY, login_url=f"{os.environ['SHOP_URL']}/login", data=os.environ["DATA"]),
    authenticate=who,
)
