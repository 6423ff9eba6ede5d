"""A shop in Flask, which signs a cookie that the chat beside it believes (see `flask_chat`), and writes by `Remote`."""

from __future__ import annotations

import os

from flask import Flask, Response, redirect, request
from itsdangerous import TimestampSigner

from chatrooms import Remote, RemoteRefused

SECRET = "not a secret, as this is a test"
KEY = "0123456789abcdef" * 2
signer = TimestampSigner(SECRET)
app = Flask(__name__)
remote = Remote(os.environ.get("CHAT_URL", "http://127.0.0.1:8000"), key=KEY)


@app.get("/login")
def log_in() -> Response:
    answer = redirect("/")
    answer.set_cookie("login", signer.sign(request.args["name"]).decode(), httponly=True, samesite="Lax")
    return answer  # type: ignore[return-value]


@app.post("/orders/<int:number>")
def order(number: int) -> dict[str, str]:
    buyer = signer.unsign(request.cookies["login"]).decode()
    sent = remote.post_sync(buyer, f"Order {number} is in.", create=True, key=f"order {number}")
    return {"message": sent["id"]}


@app.post("/write/<id>")
def write(id: str) -> tuple[dict[str, str], int]:
    try:
        remote.post_sync(id, "Hello?")
    except RemoteRefused as refusal:
        return {"error": refusal.code}, 404
    return {}, 200
