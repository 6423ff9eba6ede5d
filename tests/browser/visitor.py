"""People for browser tests, who find elements by their accessible names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

# Chromium's own messages about a network that a test has cut.
NETWORK = ("net::ERR_", "WebSocket connection to")


@dataclass
class Visitor:
    """A person called ``name`` on one page."""

    name: str
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, context: BrowserContext, url: str, name: str) -> Visitor:
        """Open a tab, at the join page or where the browser was last."""
        visitor = cls(name, await context.new_page(), url)
        visitor.page.on("console", visitor._note)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        await visitor.page.goto(url)
        return visitor

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in NETWORK):
            self.complaints.append(message.text)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def token(self) -> str:
        """Return the token that the browser's cookie keeps for them."""
        return next(each["value"] for each in await self.context.cookies() if each["name"].endswith(self.name))

    async def another_tab(self) -> Visitor:
        """Open another tab for the same person in the same browser."""
        return await Visitor.open(self.context, self.url, self.name)

    async def beside(self, name: str) -> Visitor:
        """Open another tab in the same browser and join there as another person."""
        visitor = await Visitor.open(self.context, self.url, name)
        await visitor.button(f"Account of {self.name}").click()
        await visitor.button("Use another name in this tab").click()
        await visitor.join()
        return visitor

    async def join(self) -> None:
        await self.page.get_by_role("textbox", name="Your name").fill(self.name)
        await self.page.get_by_role("button", name="Join").click()
        await self.is_in("Lobby")

    # Elements of the page.

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message ")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    def message(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    def room(self, title: str) -> Locator:
        """Return the room's entry in the sidebar."""
        return self.page.get_by_role("navigation").get_by_role("link", name=title)

    def member(self, name: str) -> Locator:
        """Return an entry of the list of members."""
        return self.page.get_by_role("complementary", name="Members").get_by_role("listitem").filter(has_text=name)

    @property
    def menu(self) -> Locator:
        """Return the open menu of a message."""
        return self.page.get_by_role("menu", name="Message actions")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    # Actions.

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def stores(self, text: str) -> str:
        """Post a message, wait until the server has it and everything before it, and return its seq."""
        await self.say(text)
        await expect(self.message(text)).to_have_attribute("data-seq", re.compile(r"\d+"))
        return await self.message(text).get_attribute("data-seq") or ""

    async def go_to(self, title: str) -> None:
        await self.room(title).click()
        await self.is_in(title)

    async def make_room(self, name: str, access: str = "Open") -> None:
        await self.button("New room").click()
        await self.dialog.get_by_role("textbox", name="Name").fill(name)
        await self.dialog.get_by_role("radio", name=access).check()
        await self.button("Create room").click()
        await self.is_in(name)

    async def invite(self, name: str) -> None:
        await self.button("Room menu").click()
        await self.page.locator("#room-menu").get_by_role("button", name="Invite people").click()
        await self.button(f"Invite {name}").click()
        await expect(self.button(f"Invite {name}")).to_have_count(0)
        await self.button("Close").click()

    async def talk_to(self, name: str) -> None:
        await self.button("New conversation").click()
        await self.button(f"Message {name}").click()
        await self.is_in(name)

    async def open_menu(self, text: str) -> None:
        """Open the menu of a message with the mouse, or with a finger where fingers point."""
        await self.has_everything()
        if await self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            return await self.hold(text)
        await self.message(text).first.hover()
        await self.message(text).first.get_by_role("button", name="More", exact=True).click()
        return await expect(self.menu).to_be_visible()

    async def hold(self, text: str) -> None:
        """Hold a finger on the text of a message until its menu is there."""
        target = self.message(text).first.get_by_text(text).first
        await target.scroll_into_view_if_needed()
        box = await target.bounding_box()
        assert box
        session = await self.context.new_cdp_session(self.page)
        point = {"x": box["x"] + min(box["width"] / 2, 40), "y": box["y"] + min(box["height"] / 2, 10)}
        await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        await expect(self.menu).to_be_visible()
        await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await session.detach()

    async def choose(self, text: str, action: str) -> None:
        """Choose an action from the menu of a message."""
        await self.open_menu(text)
        await self.menu.get_by_role("menuitem", name=action, exact=True).click()
        await expect(self.menu).to_have_count(0)

    async def show_members(self, number: int) -> None:
        await self.button("1 member" if number == 1 else f"{number} members").click()

    # Expectations.

    async def is_in(self, title: str) -> None:
        await expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    async def has_everything(self) -> None:
        """Wait until the lazy modules are loaded, and keys are listened to: before that, the title is the server's."""
        await self.page.wait_for_function("() => document.querySelector(\"link[href*='/css/later']\")?.sheet")
        await expect(self.page).to_have_title(re.compile(" · "))

    async def sees(self, *texts: str) -> None:
        """Expect each text exactly once in the open room."""
        for text in texts:
            await expect(self.message(text)).to_have_count(1)
            await expect(self.message(text)).to_be_visible()

    async def has_unread(self, title: str, number: int) -> None:
        """Expect the entry of a room to have a number of unread messages, whatever of it is shown."""
        entry = re.compile(rf"^{title}\b.*, {number} unread$") if number else re.compile(rf"^{title}\b(?!.*unread)")
        await expect(self.page.get_by_role("navigation").get_by_role("link", name=entry)).to_be_visible()

    async def is_called(self, title: str, number: int) -> None:
        """Expect the number that the entry of a room shows, of what is for this person; 0 for none."""
        entry = self.page.get_by_role("navigation").get_by_role("link", name=re.compile(rf"^{title}\b"))
        await expect(entry.locator("[data-count]")).to_have_count(1 if number else 0)
        if number:
            await expect(entry.locator("[data-count]")).to_have_attribute("data-count", str(number))
