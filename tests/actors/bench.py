"""The SessionActor as a plain object, between a model Telegram and a model store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel

from actors.errors import PasswordRequired
from actors.login import State
from actors.messages import ListRequest, LoginRequest, ReadChannel, StatusRequest
from actors.ports import LoginToken, Person
from actors.session import SessionActor
from actors.term import Term
from actors.values import ChannelRead, LoggedIn, LoginFailed, Status
from runtime import Job
from runtime.testing import Plain
from storage.rows import AccountRow, Hold
from tests.actors.models import THEN, ModelChannel, ModelLease, ModelStore, ModelTelegram

ANNA = Person(id=7, name="Anna")
BORIS = Person(id=8, name="Boris")


def token(number: int) -> LoginToken:
    """A code to scan, good for thirty seconds."""
    return LoginToken(
        url=f"tg://login?token={number}",
        expires_at=datetime.now(UTC) + timedelta(seconds=30),
        lives=30,
    )


class Bench:
    """An actor with its models; `befall` decides what each call to Telegram meets."""

    def __init__(self, state: State | None = None) -> None:
        self.store = ModelStore()
        if state is not None:
            row = AccountRow(id=ANNA.id, state=state, reason=None, changed_at=THEN)
            self.store.accounts[ANNA.id] = row
            if state is State.READY:
                self.store.sessions[ANNA.id] = b"session"
        self.befall: Callable[[str], None] = lambda _method: None
        self.channel = ModelChannel(id=1)
        self.made: list[ModelTelegram] = []
        self.records: list[bytes | None] = []
        self.tokens: list[LoginToken | Person] = []
        self.owner = ANNA
        self.scan: anyio.Event | None = None
        self.apis: list[tuple[int, str] | None] = []
        self.lease = ModelLease(self.store)
        self.wanted: list[int] = []
        self.term = Term()
        self.term.began("model", float("inf"))
        self.actor = SessionActor(
            ANNA.id,
            telegram=self.make,
            store=self.store,
            lease=self.lease,
            term=self.term,
            wanted=self.wanted.append,
        )
        self.plain = Plain(self.actor)

    async def make(
        self, record: bytes | None, *, hold: Hold | None, api: tuple[int, str] | None = None
    ) -> ModelTelegram:
        """Make a connection, as the house would."""
        assert hold == self.store.holds[ANNA.id]
        self.apis.append(api)
        telegram = ModelTelegram([self.channel], before=lambda method, _: self.befall(method))
        telegram.tokens = self.tokens
        telegram.owner = self.owner
        telegram.scan = self.scan
        self.made.append(telegram)
        self.records.append(record)
        return telegram

    async def log_in(self, within: float = 60) -> LoggedIn | LoginFailed:
        """Log in to the end."""
        _, step = await self.plain.stream(LoginRequest(within=within))
        return step

    async def join(self, request: LoginRequest) -> None:
        """Ask for the login that runs, as the cell would: its job is joined, not begun again."""
        job = await self.actor.handle(request)
        assert isinstance(job, Job)
        assert job.key == "login"
        job.work.close()

    async def until(self, state: str) -> None:
        """Wait until the account is in a state."""
        with anyio.fail_after(10):
            while (await self.status()).state != state:
                await anyio.lowlevel.checkpoint()

    async def status(self) -> Status:
        """Ask for the status."""
        return await self.plain.ask(StatusRequest())

    async def read(self) -> list[ChannelRead]:
        """Read everything that is due."""
        listed = await self.plain.ask(ListRequest())
        return [
            await self.plain.ask(ReadChannel(channel=channel, depth=None))
            for channel, _ in listed.due
        ]


class Guarded(Bench):
    """An account with a two-step password, whose code was scanned."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens += [token(1)]
        self.befall = self.ask_password

    def ask_password(self, method: str) -> None:
        """Ask once the code was scanned."""
        if method == "login_token" and not self.tokens:
            raise PasswordRequired("the cat")

    async def make(
        self, record: bytes | None, *, hold: Hold | None, api: tuple[int, str] | None = None
    ) -> ModelTelegram:
        """Make a connection that knows the password."""
        telegram = await super().make(record, hold=hold, api=api)
        telegram.password, telegram.owner = "мурка", ANNA
        return telegram

    async def begin(self) -> asyncio.Task[tuple[list[Any], LoggedIn | LoginFailed]]:
        """Log in until the password is asked for."""
        await self.actor.started()
        login = asyncio.create_task(self.plain.stream(LoginRequest(within=60)))
        await self.until("PASSWORD_WAIT")
        return login
