"""`Chatrooms`: the ASGI application to serve or mount, and the only place where its parts are wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from chatrooms.doors.application import ApplicationDoor
from chatrooms.doors.assets import Assets
from chatrooms.doors.brand import Brand
from chatrooms.doors.callers import Callers
from chatrooms.doors.commit_handlers import CommitHandlers
from chatrooms.doors.connection_handlers import Connected, ConnectionHandlers
from chatrooms.doors.downloads import Downloads
from chatrooms.doors.front import Front
from chatrooms.doors.health import Health
from chatrooms.doors.host_live import HostLive
from chatrooms.doors.host_posting import HostPosting
from chatrooms.doors.host_users import HostUsers
from chatrooms.doors.http import HttpDoor
from chatrooms.doors.metrics import Metrics
from chatrooms.doors.outbox import Outbox
from chatrooms.doors.own_events import OwnEvent, OwnEvents
from chatrooms.doors.policies import Policies
from chatrooms.doors.rechecking import Rechecking
from chatrooms.doors.reference import Reference
from chatrooms.doors.remote import RemoteDoor
from chatrooms.doors.running import ABSENT
from chatrooms.doors.snapshot import bundled
from chatrooms.doors.socketio import SocketioDoor, server_of
from chatrooms.doors.uploads import Uploads
from chatrooms.events import Change
from chatrooms.features import FEATURES, rooms, users
from chatrooms.features.sync import missed
from chatrooms.identity import FEATURES as IDENTITY
from chatrooms.identity import lapsing, lifetimes, setups
from chatrooms.identity.gate import Gate
from chatrooms.identity.hosts import Authenticate
from chatrooms.identity.pages import Pages
from chatrooms.identity.setups import Start
from chatrooms.lifetime import Lifetime
from chatrooms.pipeline import second_factors
from chatrooms.pipeline.act import APPLICATION, Act, Caller
from chatrooms.pipeline.broadcast import Broadcast
from chatrooms.pipeline.feature import Feature, Features
from chatrooms.pipeline.job_runner import Runner
from chatrooms.pipeline.jobs import FORGET
from chatrooms.pipeline.pipeline import Pipeline
from chatrooms.pipeline.rates import Rates
from chatrooms.pipeline.wakeup import Wakeup
from chatrooms.settings import OURS, Settings, require_effect
from chatrooms.storage import facts
from chatrooms.storage.database import Database
from chatrooms.storage.facts import Facts
from chatrooms.storage.files import make_private_folder
from chatrooms.storage.health import degraded, problems

if TYPE_CHECKING:
    from chatrooms.doors.docs import Documents
    from chatrooms.pipeline.nodes.node import Node
    from chatrooms.pipeline.nodes.others import Others

log = logging.getLogger(__name__)


class Chatrooms(ApplicationDoor):
    """The chat as an ASGI application.

    Serve it by itself, or mount it in your application and give that application its `lifespan`::

        chat = Chatrooms(authenticate=my_auth)
        app = Starlette(routes=[Mount("/chat", chat)], lifespan=chat.lifespan)

    If your application already has a lifespan, run the chat's inside it: ``async with chat.lifespan(app): yield``.

    The chat runs on the event loop of its lifespan. Before and after that, requests and sockets are rejected with 503,
    and calls raise `NotRunning`. You can await calls on other event loops; in a thread without one, use `post_sync`.

    ``authenticate`` returns the user behind a connection (see `Authenticate`); without it, people join by name. It is
    asked again about every five minutes for each open socket. Requests from pages of other origins than the chat's own
    and ``settings.origins`` are rejected before it is called. ``on_connect`` is a handler as for
    `ApplicationDoor.on_connect`, but it gets the username and the handshake's ``auth``.

    ``outbox`` is the engine, or the URL, of a database of yours that has the table of `chatrooms.outbox`: the chat
    posts what your transactions write there.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        authenticate: Authenticate | None = None,
        on_connect: Connected | None = None,
        outbox: Engine | URL | str | None = None,
        features: Iterable[Feature] | None = None,
    ) -> None:
        if not isinstance(settings, Settings | None):
            raise TypeError(f"The settings of a chat are a chatrooms.Settings, not {type(settings).__name__}.")
        self.settings = settings = settings or Settings()
        require_effect(settings, hosted=authenticate is not None)
        self._draining = self._retiring = False
        self._lifetime = Lifetime(ABSENT)
        self.lost = ""
        """Why the chat had to stop serving, if it had: another server uses its database."""

        self._db = Database(settings.database_url, shared=True)
        self._db.writer.on_lost(self._stop_serving)
        self._server = server_of(settings)
        self._commits = CommitHandlers(self._id_of, self._username_of)
        self._connections = ConnectionHandlers(self._id_of, on_connect)
        others = self._find_others() if self._db.is_shared else None
        self._broadcast = Broadcast(self._server, self._db.reader, self._commits.handlers, others)
        ours = FEATURES if features is None else features
        self._features = declared = Features((*ours, *IDENTITY, Feature(jobs=(FORGET,))))
        rates, wakeup = Rates(settings, spent=_sharing(others)), Wakeup()
        self._policies = Policies(self._id_of)
        self._pipeline = Pipeline(settings, declared, self._db, self._broadcast, rates, wakeup, self._policies)
        self._branding = Brand.of(settings, settings.name)
        self._users = HostUsers(self._pipeline, hosted=authenticate is not None)
        self._posting, self._live = HostPosting(self._pipeline, self._users), HostLive(self._broadcast, self._users)
        self._components = declared.start(self._broadcast, self._pipeline)
        self._runner = Runner(self._pipeline, declared.jobs, wakeup, shared=self._db.is_shared)
        self._node = self._make_node(others, rates) if others else None
        self._metrics = Metrics(self._server, self._pipeline, self._db, self._runner, self._node)

        pages, gate = Pages(settings.origins), Gate(self._pipeline, rates, authenticate)
        demand = partial(second_factors.demand, self._pipeline)
        self._own = OwnEvents(declared.names, self._id_of, self._pipeline.admit, demand)
        self._rechecking = Rechecking(self._server, gate)
        self._outbox = Outbox(outbox, self.post) if outbox is not None else None
        SocketioDoor(
            settings,
            self._broadcast,
            self._pipeline,
            gate,
            pages=pages,
            connections=self._connections,
            own=self._own,
            rechecking=self._rechecking if authenticate else None,
        )
        callers = Callers(pages, gate)
        self._uploads = [Uploads(callers, self._pipeline, rates, each) for each in declared.contents]
        http = HttpDoor(callers, self._pipeline, gate, own=self._own, routes=self._routes(callers, rates))
        self._front = Front(settings, self._lifetime, pages, self._server, http.app(self.lifespan))

    def _find_others(self) -> Others:
        from chatrooms.pipeline.bus.choice import bus_of
        from chatrooms.pipeline.nodes.others import Others

        return Others(bus_of(self.settings.bus, self._db.url))

    def _make_node(self, others: Others, rates: Rates) -> Node:
        from chatrooms.pipeline.nodes.local import Local
        from chatrooms.pipeline.nodes.node import Node

        pipeline = self._pipeline

        def changes(db: Connection, known: Mapping[str, int]) -> Sequence[Change]:
            return missed.changes(pipeline.asking(db), known)

        def ended(db: Connection, callers: Collection[Caller]) -> Sequence[Caller]:
            return lapsing.ended(db, callers, pipeline.server.second_factor)

        used = lifetimes.Used(pipeline)

        async def renew() -> None:
            await pipeline.renew()
            await used.note()

        local = Local(pipeline.sessions, rates, changes, ended, renew)
        return Node(self._broadcast, others, self._db.reader, local, grace=self.settings.presence_grace)

    def _routes(self, callers: Callers, rates: Rates) -> Iterator[BaseRoute]:
        """Yield what is served over HTTP besides commands."""
        asked = partial(problems, self._db.reader, partial(self._pipeline.change, lambda _act: {}, APPLICATION))
        bus, disk = [self._node.degraded] if self._node else [], partial(degraded, self._db.url, self._db.writer.disk)
        limping: list[Callable[[], dict[str, str]]] = [*bus, disk, self._pipeline.blobs.degraded]
        token = self.settings.metrics_token
        yield from Health(asked, limping, self._metrics.text, token, is_ending=lambda: self._retiring).routes()
        for each in self._uploads:
            yield from each.routes()
        yield from Downloads(callers, self._pipeline, rates, self._features.served).routes()
        yield from RemoteDoor(self, self._pipeline, callers, rates).routes()
        documents = lru_cache(maxsize=1)(self._document)
        named = self.settings, lambda: self._pipeline.server.name
        yield from Reference(lambda: documents(self._own.declared), *named).routes()
        yield from Assets(
            bundled(), self._brand, hosted=self._users.hosted, framing=self.settings.frame_ancestors
        ).routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or run the lifespan."""
        await self._front(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _app: Any = None) -> AsyncIterator[None]:
        """Run the chat: open and migrate the database, and at the end finish the work that was accepted.

        Afterwards, or after a failed start, it can be run again on any event loop. Raises `AlreadyRunning`, `Busy` if
        another process uses the database, `Unfit` if a chat cannot use it as it is, ``OSError`` or ``SQLAlchemyError``.
        """
        self._lifetime.begin()
        async with AsyncExitStack() as ending:
            ending.callback(self._lifetime.end)
            if not self.settings.database:
                make_private_folder(self.settings.data, OURS)
            await self._db.open()
            ending.push_async_callback(self._db.close)
            self._draining, self._retiring, self.lost = False, False, ""
            found = await self._pipeline.change(
                lambda act: facts.find_or_make(act.db, act.now), APPLICATION, users.SYSTEM
            )
            self._pipeline.learn(found)
            if self._node:
                await ending.enter_async_context(self._node.running(self._pipeline.facts))
            self._server.begin()
            ending.callback(self._lifetime.stop)
            ending.push_async_callback(self._drain)
            locks = users.locks_to_join(users.SYSTEM, self.settings.lobby)
            self._pipeline.learn(await self._pipeline.change(_create_defaults, APPLICATION, *locks))
            self._lifetime.ready()
            self._metrics.lateness.begin()
            ending.callback(self._metrics.lateness.end)
            await ending.enter_async_context(self._runner.running())
            if self._outbox:
                await ending.enter_async_context(self._outbox.delivering())
            yield

    @property
    def name(self) -> str:
        """What the server is called: as the setting says, or else its owner."""
        return self._pipeline.server.name

    async def owned(self) -> Start:
        """Return whether the server has an owner, and a link that makes the first one if no one has joined yet."""
        return await self._lifetime.call(self._pipeline.change, setups.start, APPLICATION)

    def retire(self) -> None:
        """Have ``/readyz`` say no from now on, although everything works, because this server will end soon."""
        self._retiring = True

    async def drain(self) -> None:
        """Close all connections and let clients know that this server is shutting down, so that they reconnect."""
        await self._lifetime.call(self._drain)

    def _document(self, own: tuple[OwnEvent, ...]) -> Documents:
        """Return the documents of this server with these events of the application's own."""
        from chatrooms.doors.docs import Contract, Documents
        from chatrooms.doors.docs.own import describe

        events = describe([(each.name, each.doc, each.model) for each in own])
        return Documents(Contract(self._features.declared, self._features.parts, events))

    def _brand(self) -> Brand:
        return self._branding.now(self._pipeline.server)

    async def _drain(self) -> None:
        if not self._draining:
            self._draining = self._retiring = True
            if self._node:
                self._node.leave()
            for uploads in self._uploads:
                uploads.close()
            await self._server.shutdown()
            for component in self._components:
                component.close()
            for part in (self._connections, self._commits, self._own, self._rechecking, self._policies):
                await part.close()

    def _stop_serving(self, reason: str) -> None:
        """Reject all requests and calls, and close all connections: clients belong to the other server now."""
        if not self.lost:
            self.lost = reason
            log.error("%s: this server lost its session with PostgreSQL, and stops", reason)
            self._lifetime.stop()
            self._ending = asyncio.get_running_loop().create_task(self._drain())


def _sharing(others: Others | None) -> Callable[[str, str], None] | None:
    """Return what has other nodes count the requests of an address."""
    return others.spent if others else None


def _create_defaults(act: Act) -> Facts:
    """Create the system user and the lobby, if there is one, unless they exist; return the facts about the database."""
    if users.find_or_add(act, users.SYSTEM)["name"] != act.server.name:
        users.name_application(act)
    if act.lobby and not rooms.exists(act.db, act.lobby):
        rooms.add(act, act.lobby, "open", act.lobby[1:].capitalize(), "The room for everyone.")
    known = facts.find_or_make(act.db, act.now)
    lifetimes.resume(act, known)
    return known
