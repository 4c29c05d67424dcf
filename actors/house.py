"""The house: all actors of one data folder, opened and closed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from actors.errors import HouseClosed, TelegramNotConfigured
from actors.messages import ListAccounts, ParserMessage, SessionMessage, StoreMessage
from actors.parser import ParserActor
from actors.people import User
from actors.ports import TelegramPort
from actors.session import SessionActor
from actors.settings import Settings
from actors.telegram.calls import CallLog, CallStatistics
from actors.values import Status
from runtime import Actor, ActorRef, ActorStatistics, ActorSystem, Intensity, Message

M = TypeVar("M", bound=Message)

START_SECONDS = 120.0
STOP_SECONDS = 20.0
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


class House:
    """The actors of one data folder. Every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Describe a house; `start` opens it."""
        self._settings = settings
        self._system = ActorSystem("house")
        self._connector = _Connector(settings)
        self._store: ActorRef[StoreMessage] | None = None
        self._parser: ActorRef[ParserMessage] | None = None

    async def start(self) -> None:
        """Start the store, then the parser; raise what kept either from starting."""
        self._store = await self._system.spawn(
            "store",
            self._make_store,
            timeout=START_SECONDS,
            intensity=PATIENT,
            start_within=START_SECONDS,
            release_within=RELEASE_SECONDS,
        )
        self._parser = await self._system.spawn(
            "parser", lambda: ParserActor(self.session), intensity=PATIENT
        )

    def _make_store(self) -> Actor[StoreMessage]:
        from actors.store import StoreActor  # noqa: PLC0415  asyncpg loads on the store's thread

        return StoreActor(self._settings)

    async def stop(self) -> None:
        """Stop everything, in reverse order of start."""
        await self._system.stop(STOP_SECONDS)

    @property
    def store(self) -> ActorRef[StoreMessage]:
        """The actor that owns the database."""
        return _opened(self._store)

    @property
    def parser(self) -> ActorRef[ParserMessage]:
        """The actor through which everybody parses."""
        return _opened(self._parser)

    def session(self, account: int) -> ActorRef[SessionMessage]:
        """The actor that owns an account's client: awake from a message on until it is idle."""
        store = self.store
        return self._system.ensure(
            f"account-{account}",
            lambda: SessionActor(account, telegram=self._connector, store=store),
            idle=self._settings.idle,
        )

    def user(self, account: int) -> User:
        """Whatever can be done for a person, by Telegram user id."""
        if type(account) is not int or not 0 < account < 2**63:
            raise ValueError(
                f"an account is a Telegram user id, a positive number, not {account!r}"
            )
        return User(self, account)

    async def accounts(self) -> tuple[Status, ...]:
        """How every known account is doing."""
        rows = await self.store.ask(ListAccounts())
        return tuple(
            Status(
                account=row.id,
                state=row.state,
                reason=row.reason,
                since=row.changed_at,
                parsing=False,
                flood_until=None,
                last_report=None,
            )
            for row in rows
        )

    def statistics(self) -> HouseStatistics:
        """Count what the actors did and which threads called Telegram."""
        return HouseStatistics(self._system.statistics(), self._connector.calls.statistics())


class _Connector:
    """Makes accounts' connections; Telethon is loaded when the first one is made."""

    def __init__(self, settings: Settings) -> None:
        self.calls = CallLog()
        self._settings = settings

    def __call__(self, record: bytes | None) -> TelegramPort:
        if self._settings.telegram is None and self._settings.api is None:
            raise TelegramNotConfigured
        from actors.telegram.connector import connect  # noqa: PLC0415  half a second, 60 MB

        return connect(self._settings.telegram, self._settings.api, self.calls, record)


def _opened(ref: ActorRef[M] | None) -> ActorRef[M]:
    if ref is None:
        raise HouseClosed
    return ref
