"""An OpenID provider: discovery, keys, codes with PKCE, signed tokens. It signs in its `person` without asking."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.servers import serving

CLIENT, SECRET, ACCESS = "chatrooms at work", "a secret: of the client", "may ask who this is"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Provider:
    """A provider at ``url`` for one client, which must come back to ``redirect_uri``.

    ``person`` has the claims of who is signed in there. ``twist`` changes what a token claims, ``describes`` what the
    provider says of itself; ``told`` is what it says when asked with an access token; ``keys`` are those that it
    publishes, ``key`` the one that it signs with. The person ``signed_in_at`` a time in seconds, told if it is asked.
    """

    redirect_uri: str
    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1001", "preferred_username": "alice"})
    twist: dict[str, Any] = field(default_factory=dict)
    describes: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: new_key("first"))
    keys: list[Any] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    signed_in_at: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.keys.append(self.key)

    def token(self, code: dict[str, str]) -> str:
        """Return the signed token about whom a code stands for."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": code["nonce"]}
        claims |= {"auth_time": int(self.signed_in_at)} if "max_age" in code else {}
        claims = {name: value for name, value in (claims | self.person | self.twist).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def logout_token(self, **twist: Any) -> str:
        """Return the signed token that says that its `person` has signed out; None leaves a claim out."""
        now = int(time.time())
        of = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_urlsafe(8)}
        claims = of | {"sub": self.person["sub"], "events": {LOGOUT: {}}} | twist
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "logout+jwt"}
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, self.key)

    async def tell(self, request: Request) -> Response:
        """Say more of a person, to who has the access token."""
        self.asked.append("person")
        if request.headers.get("authorization") != f"Bearer {ACCESS}":
            return PlainTextResponse("no", 401)
        return JSONResponse(self.told)

    async def sign_out(self, request: Request) -> Response:
        """Lead back from signing out, as the client that has asked wants it."""
        self.asked.append("sign out")
        if request.query_params.get("client_id") != CLIENT:
            return PlainTextResponse("no such client", 400)
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 303)

    async def describe(self, _request: Request) -> Response:
        self.asked.append("description")
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "authorization_response_iss_parameter_supported": True,
            }
            | self.describes
        )

    async def publish(self, _request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse(KeySet(self.keys).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        """Lead back with a code, if the request is as the standards want it."""
        query = dict(request.query_params)
        wanted = {"response_type": "code", "client_id": CLIENT, "redirect_uri": self.redirect_uri}
        is_right = wanted.items() <= query.items() and query["code_challenge_method"] == "S256"
        if not is_right or "openid" not in query["scope"].split() or not query["state"]:
            return PlainTextResponse("no such client, or another address", 400)
        if int(query.get("max_age", "999999999")) < time.time() - self.signed_in_at:
            self.signed_in_at = time.time()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode(back)}", 303)

    async def exchange(self, request: Request) -> Response:
        """Give a token for a code, once, to the client that can prove that it has asked."""
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        code = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        is_right = code is not None and code["code_challenge"] == challenge.rstrip("=")
        if not is_right or form["redirect_uri"] != self.redirect_uri or client_of(request, form) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": ACCESS, "token_type": "Bearer", "id_token": self.token(code)})


def new_key(name: str) -> ECKey:
    """Return a new key."""
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def client_of(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Return the name and secret of a client, given in the header or in the form (RFC 6749, 2.3.1)."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    name, _, secret = base64.b64decode(given).decode().partition(":")
    return unquote(name), unquote(secret)


@asynccontextmanager
async def provider(redirect_uri: str) -> AsyncIterator[Provider]:
    """Run a provider."""
    made = Provider(redirect_uri)
    routes = [
        Route("/.well-known/openid-configuration", made.describe),
        Route("/keys", made.publish),
        Route("/authorize", made.authorize),
        Route("/person", made.tell),
        Route("/leave", made.sign_out),
        Route("/token", made.exchange, methods=["POST"]),
    ]
    async with serving(Starlette(routes=routes)) as made.url:
        yield made
