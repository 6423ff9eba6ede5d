"""A desk in NiceGUI, which has a Socket.IO of its own: the chat is in a frame of its page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import app, ui

from chatrooms import Chatrooms, Handshake, Settings


async def who(handshake: Handshake) -> str | None:
    return handshake.cookies.get("login")


chat = Chatrooms(Settings(name="Desk", data=os.environ["DATA"]), authenticate=who)


@app.get("/login/{name}")
def log_in(name: str) -> RedirectResponse:
    answer = RedirectResponse("/")
    answer.set_cookie("login", name, httponly=True, samesite="lax")
    return answer


@ui.page("/")
def desk(request: Request) -> None:
    async def greet() -> None:
        await chat.post(request.cookies["login"], "A parcel is here for you.")

    ui.button("Tell me", on_click=greet)
    ui.element("iframe").props('src="/chat/" title="Chat"').style("width: 100%; height: 30rem")


app.mount("/chat", chat)
lifespan_of_nicegui = app.router.lifespan_context


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with chat.lifespan(app), lifespan_of_nicegui(app):
        yield


app.router.lifespan_context = lifespan
ui.run(
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    show=False,
    reload=False,
    uvicorn_logging_level="info",
    storage_secret="not a secret, as this is a test",
)
