"""A shop in Starlette: its sessions say who is there, and it answers its customers."""

from __future__ import annotations

import os
from contextlib import suppress

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from chatrooms import Chatrooms, Conflict, Handshake, Message, NotFound, Settings, User

VOTES: dict[str, str] = {}


async def who(handshake: Handshake) -> User | None:
    name = handshake.scope["session"].get("name")
    return User(f"{name}@example.com", name) if name else None


chat = Chatrooms(
    Settings(name="Shop", lobby="", login_url="/login", home_url="/", data=os.environ["DATA"]),
    authenticate=who,
    outbox=os.environ.get("OUTBOX"),
)


@chat.on_connect
async def greet(user_id: str, handshake: Handshake) -> None:
    with suppress(NotFound):  # dismissed meanwhile
        await chat.post(user_id, "How can we help?", key="welcome")


@chat.on_message(direct=True)
async def answer(message: Message) -> None:
    await chat.post(reply_to=message["id"], text=f"You said: {message['text']}")


@chat.event("vote")
async def vote(user_id: str, params: dict[str, str]) -> dict[str, int]:
    """Vote for a drink, once."""
    if user_id in VOTES:
        raise Conflict("You have voted already.")
    VOTES[user_id] = params["choice"]
    return {"votes": len(VOTES)}


async def log_in(request: Request) -> Response:
    request.session["name"] = request.query_params.get("name", "Ann")
    return RedirectResponse(request.query_params.get("next", "/"), 303)


async def log_out(request: Request) -> Response:
    name = request.session.pop("name", None)
    if name:
        await chat.disconnect(f"{name}@example.com")
    return PlainTextResponse("Goodbye.")


async def dismiss(request: Request) -> Response:
    await chat.remove_user(request.path_params["id"])
    return PlainTextResponse("Dismissed.")


app = Starlette(
    routes=[
        Route("/login", log_in),
        Route("/logout", log_out),
        Route("/dismiss/{id}", dismiss, methods=["POST"]),
        Mount("/chat", chat),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key="not a secret, as this is a test")],
    lifespan=chat.lifespan,
)
