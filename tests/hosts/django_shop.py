"""A shop in Django: its own sessions and log-in, views that block, and the chat beside it in one ASGI application."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from starlette.applications import Starlette
from starlette.routing import Mount

from chatrooms import Chatrooms, Handshake, Settings, User, outbox

settings.configure(
    SECRET_KEY="not a secret, as this is a test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{os.environ['DATA']}/shop.sqlite3"}},
)
django.setup()
call_command("migrate", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute(outbox.ddl(connection.vendor))

from django.contrib.auth import get_user, get_user_model, login, logout  # noqa: E402 - needs the settings
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402


def user_of(session_key: str | None) -> User | None:
    """Return whose session it is."""
    request: Any = HttpRequest()
    request.session = SessionStore(session_key)
    person = get_user(request)
    return User(str(person.pk), person.get_username()) if person.is_authenticated else None


async def who(handshake: Handshake) -> User | None:
    return await sync_to_async(user_of)(handshake.cookies.get(settings.SESSION_COOKIE_NAME))


chat = Chatrooms(
    Settings(name="Shop", login_url="/login", data=os.environ["DATA"]),
    authenticate=who,
    outbox=f"sqlite:///{settings.DATABASES['default']['NAME']}",
)


def log_in(request: HttpRequest) -> HttpResponse:
    name, onward = request.GET.get("name", "ann"), request.GET.get("next", "/")
    person, _ = get_user_model().objects.get_or_create(username=name)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(onward if url_has_allowed_host_and_scheme(onward, {request.get_host()}) else "/")


def log_out(request: HttpRequest) -> HttpResponse:
    person = str(request.user.pk)
    logout(request)
    chat.disconnect_sync(person)
    return HttpResponse("Goodbye.")


def order(request: HttpRequest, number: int) -> HttpResponse:
    chat.post_sync(str(request.user.pk), f"Order {number} is in.", key=f"order {number}")
    return HttpResponse("Ordered.")


def pay(request: HttpRequest, number: int) -> HttpResponse:
    with suppress(ValueError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*outbox.sql(str(request.user.pk), f"Order {number} is paid."))
        if "broke" in request.GET:
            raise ValueError("No money: nothing of this is stored.")
    return HttpResponse("Paid?")


async def ask(request: HttpRequest) -> HttpResponse:
    await chat.post("#lobby", "Who is there?")
    return HttpResponse("Asked.")


urlpatterns = [
    path("login", log_in),
    path("logout", log_out),
    path("orders/<int:number>", order),
    path("pay/<int:number>", pay),
    path("ask", ask),
]
app = Starlette(routes=[Mount("/chat", chat), Mount("/", get_asgi_application())], lifespan=chat.lifespan)
