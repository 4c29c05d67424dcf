"""The actor that keeps this process's lease."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from actors.lease import Claim, LeaseMessage, Release
from actors.term import Term
from runtime import Actor, ActorError, Refusal
from runtime.logs import get_logger
from storage import leases
from storage.database import Database
from storage.errors import LeaseLost, StorageError
from storage.rows import Claimed

log = get_logger("actors")

_CONNECT_SECONDS = 10.0
_RESIGN_SECONDS = 2.0
_JOIN_SECONDS = 1.0


def _nobody() -> None:
    """Tell nobody."""


class LeaseActor(Actor[LeaseMessage]):
    """Renew the lease of this process, and claim accounts under it.

    Once it is lost, what was held under it is lost for good; a new one is taken as soon as the
    database answers. A thread besides this actor's own sees to it that the term ends in time even
    if the loop is stuck; that thread ends with the term, so it never outlives a lease.
    """

    refusals = (Refusal, ActorError, StorageError)

    def __init__(
        self,
        dsn: str,
        *,
        data: Path,
        ttl: float,
        margin: float,
        term: Term,
        on_loss: Callable[[], None] = _nobody,
    ) -> None:
        """Describe it; the house.lock in the data folder must be held by this process.

        `on_loss` is called on a thread of its own whenever a lease is lost, not when it is given
        up in a stop.
        """
        if not 0 < margin < ttl:
            raise ValueError(f"a margin of {margin} s does not fit into a lease of {ttl} s")
        self._dsn = dsn
        self._data = data.absolute()
        self._ttl = ttl
        self._margin = margin
        self._term = term
        self._on_loss = on_loss
        self._place = ""
        self._incarnation = ""
        self._stopping = False
        self._opened: list[Database] = []
        self._watches: list[threading.Thread] = []
        self._renewing: asyncio.Task[None] | None = None

    async def started(self) -> None:
        """Connect and register; raise a StorageError if the database does not answer."""
        self._stopping = False
        self._place = await asyncio.to_thread(leases.place, self._data / "house.lock")
        # Renewals never wait for a claim, nor for the end of a renewal that was given up.
        renewals = await Database.open(self._dsn, connections=2, connect_within=_CONNECT_SECONDS)
        self._opened.append(renewals)
        self._opened.append(await Database.open(self._dsn, connections=2))
        await self._register(renewals)
        self._renewing = asyncio.create_task(self._keep_renewing(renewals))

    async def stopped(self) -> None:
        """End the term and resign: others need not wait for what was held."""
        self._stopping = True
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait([self._renewing])
        self._term.ended(self._incarnation)
        if self._incarnation:
            with contextlib.suppress(StorageError, TimeoutError):
                async with asyncio.timeout(_RESIGN_SECONDS):
                    await leases.resign(self._opened[0], self._incarnation)
        for watch in self._watches:
            await asyncio.to_thread(watch.join, _JOIN_SECONDS)
        for database in self._opened:
            await database.close()
        self._opened, self._watches, self._incarnation, self._renewing = [], [], "", None

    async def handle(self, message: LeaseMessage, /) -> object:
        """Start a job for each request."""
        match message:
            case Claim():
                return self.job(self._claim(message.account))
            case Release():
                return self.job(leases.release(self._opened[1], message.hold))
            case _:
                assert_never(message)

    async def _claim(self, account: int) -> Claimed:
        incarnation = self._incarnation
        if not self._term.holds(incarnation):
            raise LeaseLost(account)
        claimed = await leases.claim(
            self._opened[1], incarnation, account, ttl=self._ttl, margin=self._margin
        )
        self._term.check(claimed.hold)  # it may have ended meanwhile
        return claimed

    async def _keep_renewing(self, database: Database) -> None:
        renewed = True
        while True:
            await asyncio.sleep(self._ttl / (4 if renewed else 12))
            renewed = await self._renew(database)

    async def _renew(self, database: Database) -> bool:
        """Renew the lease, or take a new one; False if the database does not answer in time."""
        attempt = asyncio.create_task(self._attempt(database))
        try:
            # Not a timeout: a statement that is given up may take long to end.
            done, _ = await asyncio.wait([attempt], timeout=self._ttl / 4)
        finally:
            attempt.cancel()
        if done:
            return await attempt
        log.warning("lease.not_renewed", error="no answer")
        return False

    async def _attempt(self, database: Database) -> bool:
        try:
            if not await self._prolong(database):
                self._term.ended(self._incarnation)
                await self._register(database)
        except Exception as error:
            # Whatever it was: without a next attempt everything held would be lost.
            expected = isinstance(error, StorageError)
            log.warning(
                "lease.not_renewed",
                error=type(error).__name__,
                exc_info=None if expected else error,
            )
            return False
        return True

    async def _prolong(self, database: Database) -> bool:
        asked = self._term.now()
        renewed = await leases.renew(database, self._incarnation, ttl=self._ttl)
        return renewed and self._term.renewed(self._incarnation, self._deadline(asked))

    async def _register(self, database: Database) -> None:
        name = f"pid {os.getpid()} on {socket.gethostname()}, data folder {self._data}"
        asked = self._term.now()
        self._incarnation = await leases.register(
            database, name=name, place=self._place, ttl=self._ttl
        )
        self._term.began(self._incarnation, self._deadline(asked))
        watch = threading.Thread(
            target=self._watch, args=(self._incarnation,), name="lease-watch", daemon=False
        )
        watch.start()
        self._watches = [each for each in self._watches if each.is_alive()] + [watch]
        log.info("lease.began", incarnation=self._incarnation)

    def _deadline(self, asked: float) -> float:
        """Return when this process must believe its lease is over: well before others may."""
        return asked + self._ttl - self._margin

    def _watch(self, incarnation: str) -> None:
        """End the term when it is overdue, whatever the loop does."""
        self._term.wait_over(incarnation)
        if not self._stopping:
            log.error("lease.lost", incarnation=incarnation)
            self._on_loss()
