"""The hosts of this folder, driven as their users would."""

from __future__ import annotations

import asyncio
import json
import re
import sys

import pytest
import socketio.exceptions

from tests.hosts import TOP, cookies, got, program, uvicorn, visitor
from tests.people import Person, Refused, connect
from tests.processes import PATIENCE, environment
from tests.wire.test_shutdown import free_port

KEY = "0123456789abcdef" * 2


async def is_refused(url: str, **how) -> str:
    """Return the code by which a socket is rejected."""
    person, told = Person(url, "nobody"), []
    person.client.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await person.client.connect(url, socketio_path="chat/socket.io", **how)
    await person.http.close()
    return told[0]["data"]["code"]


async def test_starlette_with_sessions_answers_disconnects_and_dismisses(tmp_path):
    async with program(tmp_path, *uvicorn("starlette_shop:app")) as url, visitor() as browser:
        assert (await got(browser, "GET", f"{url}/chat/"))[0] == 200
        assert await is_refused(url) == "unauthorized"
        await got(browser, "GET", f"{url}/login?name=Ann&next=/chat/")
        async with connect(url, "ann", path="chat", auth={}, headers=cookies(browser)) as ann:
            await ann.hears_text("How can we help?")
            asked = await ann.say("ann+system", "Where is my parcel?")
            answer = await ann.hears_text("You said: Where is my parcel?")
            assert answer["reply_to"] == asked["id"]
            assert await ann.run("vote", choice="tea") == {"votes": 1}
            with pytest.raises(Refused, match="voted already"):
                await ann.run("vote", choice="tea")
            kept = cookies(browser)
            await got(browser, "GET", f"{url}/logout")
            await ann.disconnected()
        await got(browser, "GET", f"{url}/login?name=Ann&next=/chat/")
        async with connect(url, "ann", path="chat", auth={}, headers=cookies(browser)) as ann:
            assert (await got(browser, "POST", f"{url}/dismiss/Ann@example.com"))[0] == 200
            await ann.disconnected()
        for headers in (kept, cookies(browser)):
            assert await is_refused(url, headers=headers) == "suspended"


async def test_fastapi_takes_bearer_tokens_and_cookies_and_posts_from_def_endpoints(tmp_path):
    ann_says = {"Authorization": "Bearer t-ann"}
    async with (
        program(tmp_path, *uvicorn("fastapi_shop:app")) as url,
        visitor() as browser,
        connect(url, "ann", path="chat", auth={"token": "t-ann"}) as ann,
    ):
        await got(browser, "POST", f"{url}/login/t-bob")
        async with connect(url, "bob", path="chat", auth={}, headers=cookies(browser)) as bob:
            for _ in range(2):
                status, text = await got(browser, "POST", f"{url}/orders", json={"number": 7}, headers=ann_says)
                assert status == 200
            shipped = await ann.hears_text("Order 7 is in.")
            assert (shipped["id"], shipped["data"]) == (json.loads(text)["message"], {"n": 7})
            await bob.hears_text("Ann has ordered.")
            assert (await bob.run("user.me"))["user"]["role"] == "moderator"
            status, detail = await got(browser, "POST", f"{url}/write/9")
            assert (status, "No user has that id yet" in detail) == (404, True)
            status, me = await got(browser, "POST", f"{url}/chat/api/user.me", data=b"{}", headers=ann_says)
            assert json.loads(me)["result"]["user"]["name"] == "Ann"
            other = {"Authorization": "Bearer x"}
            assert (await got(browser, "POST", f"{url}/chat/api/user.me", data=b"{}", headers=other))[0] == 401
        evil = ann_says | {"Origin": "https://evil.example"}
        assert (await got(browser, "POST", f"{url}/chat/api/user.me", data=b"{}", headers=evil))[0] == 403


async def test_django_with_its_own_sessions_views_that_block_and_a_worker(tmp_path):
    async with (
        program(tmp_path, *uvicorn("django_shop:app"), CHATROOMS_SERVICE_KEY=KEY) as url,
        visitor() as browser,
        visitor() as stranger,
    ):
        await got(browser, "GET", f"{url}/login?name=ann&next=/chat/")
        await got(stranger, "GET", f"{url}/login?name=bob&next=//evil.example/", allow_redirects=False)
        async with (
            connect(url, "ann", path="chat", auth={}, headers=cookies(browser)) as ann,
            connect(url, "bob", path="chat", auth={}, headers=cookies(stranger)) as bob,
        ):
            for _ in range(2):
                assert await got(browser, "GET", f"{url}/orders/7") == (200, "Ordered.")
            await ann.hears_text("Order 7 is in.")
            assert await got(stranger, "GET", f"{url}/ask") == (200, "Asked.")
            for person in (ann, bob):
                await person.hears_text("Who is there?")
            for how in ("?broke", ""):
                assert (await got(browser, "GET", f"{url}/pay/8{how}"))[0] == 200
            await ann.hears_text("Order 8 is paid.")
            await worker(tmp_path, f"{url}/chat", "1", "From the worker")
            await ann.hears_text("From the worker")
            await bob.settled()
            assert bob.texts() == ["Who is there?"]
            mine = ["Order 7 is in.", "Order 8 is paid.", "From the worker"]
            assert [text for text in ann.texts() if text != "Who is there?"] == mine
            assert await got(browser, "GET", f"{url}/logout") == (200, "Goodbye.")
            await ann.disconnected()
            assert await is_refused(url, headers=cookies(browser)) == "unauthorized"
            await bob.settled()


async def worker(home, *arguments: str) -> None:
    """Run the worker to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hosts.worker", *arguments), cwd=TOP, env=environment(home)
    )
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_flask_beside_the_chat_shares_a_signed_cookie_and_the_service_key(tmp_path):
    chat_url = f"http://127.0.0.1:{(port := free_port())}"
    flask = ("flask", "--app", "tests.hosts.flask_shop", "run", "--port", "0")
    async with (
        program(tmp_path, *flask, CHAT_URL=chat_url) as shop,
        program(tmp_path, *uvicorn("flask_chat:app", port), SHOP_URL=shop),
        visitor() as browser,
    ):
        await got(browser, "GET", f"{shop}/login?name=ann@example.com", allow_redirects=False)
        assert (await got(browser, "POST", f"{shop}/orders/7"))[0] == 200
        async with connect(chat_url, "ann", auth={}, headers=cookies(browser)) as ann:
            await got(browser, "POST", f"{shop}/orders/7")
            await got(browser, "POST", f"{shop}/orders/8")
            await ann.hears_text("Order 8 is in.")
            history = (await ann.run("history", room="ann+system"))["messages"]
            assert [row["text"] for row in history] == ["Order 7 is in.", "Order 8 is in."]
            assert (await got(browser, "POST", f"{shop}/write/nobody")) == (404, '{"error":"not_found"}\n')
        assert f'content="{shop}/login"' in (await got(browser, "GET", f"{chat_url}/"))[1]


async def test_nicegui_has_a_socketio_of_its_own_beside_that_of_the_chat(tmp_path):
    async with program(tmp_path, "tests.hosts.nicegui_desk", PORT=str(free_port())) as url, visitor() as browser:
        status, page = await got(browser, "GET", f"{url}/login/ann")
        assert status == 200 and "/chat/" in page
        assert (await got(browser, "GET", f"{url}/_nicegui_ws/socket.io/?EIO=4&transport=polling"))[0] == 200
        async with connect(url, "ann", path="chat", auth={}, headers=cookies(browser)) as ann:
            await ann.say("#lobby", "Here")


def test_the_guide_shows_what_these_hosts_do():
    hosts = "\n".join(path.read_text() for path in (TOP / "tests" / "hosts").glob("*.py"))
    known = {line.strip() for line in hosts.splitlines()}
    shown = re.findall(r"```python\n(.*?)```", (TOP / "docs" / "frameworks.md").read_text(), re.DOTALL)
    assert len(shown) >= 5
    assert [line for block in shown for line in block.splitlines() if line.strip() not in known] == []
