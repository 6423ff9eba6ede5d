"""A shop in FastAPI: bearer tokens for its apps and a cookie for its pages, and a lifespan of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from chatrooms import Chatrooms, Handshake, NotFound, Settings, User

TOKENS = {"t-ann": User("7", "Ann"), "t-bob": User("8", "Bob", role="moderator")}
bearer = HTTPBearer()


async def who(handshake: Handshake) -> User | None:
    scheme, _, token = handshake.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return TOKENS.get(token)
    return TOKENS.get(handshake.auth.get("token") or handshake.cookies.get("token", ""))


chat = Chatrooms(Settings(name="Shop", data=os.environ["DATA"]), authenticate=who)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with chat.lifespan(app):
        for user in TOKENS.values():
            await chat.add_user(user)
        yield


app = FastAPI(lifespan=lifespan)


async def customer(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    if given.credentials not in TOKENS:
        raise HTTPException(401)
    return TOKENS[given.credentials]


class Order(BaseModel):
    number: int


@app.post("/login/{token}")
async def log_in(token: str, response: Response) -> None:
    response.set_cookie("token", token, httponly=True, samesite="lax")


@app.post("/orders")
def order(order: Order, buyer: Annotated[User, Depends(customer)], later: BackgroundTasks) -> dict[str, str]:
    sent = chat.post_sync(
        buyer.id, f"Order {order.number} is in.", key=f"order {order.number}", data={"n": order.number}
    )
    later.add_task(chat.post, "#lobby", f"{buyer.name} has ordered.")
    return {"message": sent["id"]}


@app.post("/write/{id}")
async def write(id: str) -> None:
    try:
        await chat.post(id, "Hello?")
    except NotFound as refusal:
        raise HTTPException(404, refusal.message) from None


app.mount("/chat", chat)
