"""The house: all actors of one data folder, opened and closed together."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from actors.connecting import Connector
from actors.errors import HouseClosed
from actors.hosting import Hosting
from actors.keeping import Keeping
from actors.keeping_messages import AdoptRetention
from actors.lease import LeaseMessage
from actors.messages import (
    LocateDatabase,
    ParserMessage,
    ReaderMessage,
    ReadOnce,
    SessionMessage,
    StoreMessage,
    WhoHolds,
)
from actors.newcomer import NewcomerActor
from actors.newcomers import Newcomer
from actors.parser import ParserActor
from actors.people import User
from actors.provider_messages import DescribeProviders
from actors.providers.outcomes import ProviderStatus
from actors.reader import ReaderActor
from actors.registry import Registry
from actors.scheduler import DEPTH, SchedulerActor
from actors.search_messages import SearchMessage
from actors.session import SessionActor
from actors.settings import Settings
from actors.telegram.calls import CallStatistics
from actors.term import Term
from actors.vectors import VectorsStatus
from actors.watching import Watching
from actors.worker_messages import WorkerStatus
from actors.workshop import Workshop
from runtime import (
    Actor,
    ActorRef,
    ActorStatistics,
    ActorStopped,
    ActorSystem,
    Intensity,
    MailboxFull,
    Message,
)
from runtime.totals import KindTotals

M = TypeVar("M", bound=Message)

START_SECONDS = 120.0
STOP_SECONDS = 20.0
SCHEDULE_SECONDS = 10.0
PATIENT = Intensity(restarts=20, within=60.0)
"""For the actors everybody needs: each crash is told, and only a lasting fault ends them."""
RELEASE_SECONDS = 15.0
"""For the store: open statements end first, and Postgres after them."""


@dataclass(frozen=True, slots=True)
class HouseStatistics:
    """How a house is doing."""

    actors: tuple[ActorStatistics, ...]
    telegram: CallStatistics
    """Which threads called Telegram, and how often one was the wrong one."""
    kinds: tuple[KindTotals, ...]
    """What the actors of each kind did, also those that have ended."""
    dead_letters: int
    """Messages that were accepted and will not be done."""


class House(Hosting, Keeping, Watching, Registry):
    """The actors of one data folder. Every method may be called from any thread."""

    def __init__(
        self,
        settings: Settings,
        *,
        schedule: bool = False,
        on_lease_lost: Callable[[], None] | None = None,
    ) -> None:
        """Describe a house; `start` opens it, and has it read by its schedule if asked to.

        `on_lease_lost` is called on a thread of its own each time this process was silent for so
        long that others may have taken its accounts; it must neither wait nor raise.
        """
        self._scheduled = schedule
        self._on_lease_lost = on_lease_lost
        self._settings = settings
        self._system = ActorSystem("house")
        self._term = Term()
        self._connector = Connector(settings, self._term)
        self._newcomers = itertools.count(1)
        self._store: ActorRef[StoreMessage] | None = None
        self._lease: ActorRef[LeaseMessage] | None = None
        self._reader: ActorRef[ReaderMessage] | None = None
        self._parser: ActorRef[ParserMessage] | None = None
        self._workshop: Workshop | None = None

    async def start(self) -> None:
        """Start the store, the lease, the parser; raise what kept any from starting."""
        self._store = await self._system.spawn(
            "store",
            self._make_store,
            timeout=START_SECONDS,
            intensity=PATIENT,
            start_within=START_SECONDS,
            release_within=RELEASE_SECONDS,
        )
        self._lease = await self._system.spawn(
            "lease", self._make_lease(await self.store.ask(LocateDatabase())), intensity=PATIENT
        )
        store = self.store
        reader = self._reader = await self._system.spawn(
            "reader", lambda: ReaderActor(self.session, store, self._term), intensity=PATIENT
        )
        workshop = self._workshop = Workshop(self._system, self._settings, store, PATIENT)
        self._parser = await self._system.spawn(
            "parser", lambda: ParserActor(self.session, reader, store, workshop), intensity=PATIENT
        )
        if self._settings.workers:
            await workshop.begin()
        if self._scheduled:
            await store.ask(AdoptRetention(days=self._settings.retention_days))
            await self._system.spawn(
                "schedule",
                lambda: SchedulerActor(
                    self.session,
                    reader,
                    store,
                    self._term,
                    dismiss=self._dismiss,
                    live=self._settings.live,
                ),
                intensity=PATIENT,
            )

    def _make_store(self) -> Actor[StoreMessage]:
        from actors.store import StoreActor  # noqa: PLC0415  asyncpg loads on the store's thread

        return StoreActor(self._settings)

    def _make_lease(self, dsn: str) -> Callable[[], Actor[LeaseMessage]]:
        settings, term = self._settings, self._term

        def make() -> Actor[LeaseMessage]:
            from actors.leaseholder import LeaseActor  # noqa: PLC0415  asyncpg, on its thread

            return LeaseActor(
                dsn,
                data=settings.data,
                ttl=settings.lease_ttl,
                margin=settings.lease_margin,
                term=term,
                on_loss=self._lease_was_lost,
            )

        return make

    def _lease_was_lost(self) -> None:
        if self._on_lease_lost is not None:
            self._on_lease_lost()

    async def stop(self) -> None:
        """Stop everything, in reverse order of start; but first whoever begins new work."""
        try:
            await self._system.dismiss("schedule", SCHEDULE_SECONDS)
        finally:
            await self._system.stop(STOP_SECONDS)

    @property
    def store(self) -> ActorRef[StoreMessage]:
        """The actor that owns the database."""
        return _opened(self._store)

    def _stores(self) -> ActorRef[StoreMessage]:
        return self.store

    def _is_open(self) -> bool:
        return self._settings.registration == "open"

    @property
    def parser(self) -> ActorRef[ParserMessage]:
        """The actor through which everybody parses."""
        return _opened(self._parser)

    @property
    def search(self) -> ActorRef[SearchMessage]:
        """The actor that finds posts and answers from them."""
        return self._opened_workshop().search

    async def workers(self) -> tuple[WorkerStatus, ...]:
        """How whoever tags and indexes posts is doing; nothing where nobody does."""
        return await self._opened_workshop().describe()

    async def providers(self) -> tuple[ProviderStatus, ...]:
        """How those are doing whom this process has tag posts, embed them and answer."""
        return await self._opened_workshop().providers.ask(DescribeProviders())

    async def vectors(self) -> int:
        """Count the posts of the collection that answers, in the vector store itself."""
        return await self._opened_workshop().count()

    async def vectors_status(self) -> VectorsStatus:
        """How the store of vectors is doing."""
        return await self._opened_workshop().describe_vectors()

    async def settle(self, account: int, within: float) -> bool:
        """Wait, at most so many seconds, until no post of an account is to be tagged or indexed.

        What waits for a provider is put back, with its reason, and not waited for. Tells whether
        that is so; where nobody tags and indexes, at once.
        """
        return await self._opened_workshop().settle(account, within)

    def _opened_workshop(self) -> Workshop:
        if self._workshop is None:
            raise HouseClosed
        return self._workshop

    def session(self, account: int) -> ActorRef[SessionMessage]:
        """The actor that owns an account's client: awake from a message on until it is idle."""
        store, lease = self.store, _opened(self._lease)
        return self._system.ensure(
            f"account-{account}",
            lambda: SessionActor(
                account,
                telegram=self._connector,
                store=store,
                lease=lease,
                term=self._term,
                wanted=lambda channel: self._read_soon(account, channel),
            ),
            idle=self._settings.idle,
        )

    def _read_soon(self, account: int, channel: int) -> None:
        """Have a channel read of which an account has heard something; the next poll may do it."""
        with contextlib.suppress(MailboxFull, ActorStopped):
            _opened(self._reader).tell(
                ReadOnce(channel=channel, account=account, depth=DEPTH, heard=True)
            )

    def user(self, account: int) -> User:
        """Whatever can be done for a person, by Telegram user id."""
        if type(account) is not int or not 0 < account < 2**63:
            raise ValueError(
                f"an account is a Telegram user id, a positive number, not {account!r}"
            )
        return User(self, account)

    @asynccontextmanager
    async def newcomer(self) -> AsyncIterator[Newcomer]:
        """Somebody whose account shows when they log in, for the length of the block."""
        name = f"newcomer-{next(self._newcomers)}"
        actor = self._system.ensure(name, lambda: NewcomerActor(self._connector, self.session))
        try:
            yield Newcomer(actor)
        finally:
            await self._system.dismiss(name)

    async def holder(self, account: int) -> str | None:
        """Which process has an account, if it is another one that lives."""
        holder = await self.store.ask(WhoHolds(account=account))
        mine = holder is None or holder.incarnation == self._term.incarnation
        return None if holder is None or mine else holder.name

    def statistics(self) -> HouseStatistics:
        """Count what the actors did and which threads called Telegram."""
        return HouseStatistics(
            actors=self._system.statistics(),
            telegram=self._connector.calls.statistics(),
            kinds=self._system.totals(),
            dead_letters=self._system.letters.total,
        )


def _opened(ref: ActorRef[M] | None) -> ActorRef[M]:
    if ref is None:
        raise HouseClosed
    return ref
