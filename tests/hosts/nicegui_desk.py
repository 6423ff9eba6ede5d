"""A desk in NiceGUI, which has a Socket.IO of its own: the chat is in a frame of its page."""

from __future__ import annotations

import os

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from chatrooms import Chatrooms, Handshake, Settings

app = FastAPI()


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
app.router.lifespan_context = chat.lifespan
ui.run_with(app, storage_secret="not a secret, as this is a test")
