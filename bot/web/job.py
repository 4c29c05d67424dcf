"""One job: the parses of some accounts, as far as they have come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal, TypeAlias

import anyio
from pydantic import TypeAdapter

from actors.values import ParseProgress, ParseReport
from bot.web import problems
from bot.web.problems import Problem
from bot.web.streams import HEARTBEAT, HEARTBEAT_SECONDS, Signal, event
from runtime.logs import get_logger

log = get_logger("bot")

AT_ONCE: Final = 32
"""Accounts whose parses one job waits for side by side."""

CANCEL_SECONDS: Final = 5.0

Kind: TypeAlias = Literal["parse", "parse_all"]
JobState: TypeAlias = Literal["running", "done", "failed", "cancelled"]
Parse: TypeAlias = Callable[[int, Callable[[ParseProgress], object]], Awaitable[ParseReport]]
"""Parses an account, and tells how far it has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountParse:
    """The parse of one account, as a part of a job."""

    account: int
    state: JobState = "running"
    progress: ParseProgress | None = None
    """How far it has come; None until there is something to say."""
    report: ParseReport | None = None
    """What it committed, once it is done."""
    problem: Problem | None = None
    """Why it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as it is now."""

    id: str
    kind: Kind
    account: int | None
    """Whose it is; None: the operator's."""
    state: JobState
    """`failed` where every account has failed."""
    began_at: datetime
    ended_at: datetime | None
    accounts: tuple[AccountParse, ...]


_VIEW: Final = TypeAdapter(JobView)
_PART: Final = TypeAdapter(AccountParse)


class Job:
    """Parses accounts, from its making on; who listens is told of it, as fast as they can hear."""

    def __init__(
        self,
        id_: str,
        kind: Kind,
        account: int | None,
        accounts: Iterable[int],
        *,
        wanted: object,
        parse: Parse,
        ended: Callable[[Job], None],
    ) -> None:
        """Begin it, on the loop that runs; `ended` is called at its end."""
        self.id = id_
        self.account = account
        self.wanted = wanted
        self._kind: Kind = kind
        self._parts = {each: AccountParse(account=each) for each in accounts}
        self._moves: dict[int, int] = {}  # each account's last, by number
        self._moved = 0
        self._signal = Signal()
        self._began_at = datetime.now(UTC)
        self._ended_at: datetime | None = None
        self._ended = asyncio.Event()
        self._task = asyncio.create_task(self._run(parse), name=f"job {id_}")
        # Not at the task's own end: who is cancelled before the first step never gets there.
        self._task.add_done_callback(lambda _: self._end(ended))

    @property
    def size(self) -> int:
        """How many accounts it parses."""
        return len(self._parts)

    def is_of(self, kind: Kind, account: int | None) -> bool:
        """Whether it does such a thing for an account."""
        return (self._kind, self.account) == (kind, account)

    def view(self) -> JobView:
        """Return how it is."""
        return JobView(
            id=self.id,
            kind=self._kind,
            account=self.account,
            state=self._state(),
            began_at=self._began_at,
            ended_at=self._ended_at,
            accounts=tuple(self._parts.values()),
        )

    async def wait(self, within: float) -> bool:
        """Wait for its end; False if that takes longer."""
        with anyio.move_on_after(within):
            await self._ended.wait()
        return self._ended.is_set()

    async def cancel(self) -> bool:
        """End it; what was stored stays, and a parse that others wait for goes on."""
        self._task.cancel()
        return await self.wait(CANCEL_SECONDS)

    async def events(self, heartbeat: float = HEARTBEAT_SECONDS) -> AsyncGenerator[bytes, None]:
        """Tell how it is, then what moves, then how it has ended."""
        seen = self._moved
        yield event("job", self.view(), _VIEW)
        while self._ended_at is None:
            if self._moved == seen and not await self._signal.wait(heartbeat):
                yield HEARTBEAT
                continue
            moved = [each for each, number in self._moves.items() if number > seen]
            seen = self._moved
            for account in moved:
                yield event("progress", self._parts[account], _PART)
        yield event("end", self.view(), _VIEW)

    async def _run(self, parse: Parse) -> None:
        limiter = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as group:
            for account in self._parts:
                group.start_soon(self._one, account, parse, limiter)

    async def _one(self, account: int, parse: Parse, limiter: anyio.CapacityLimiter) -> None:
        try:
            async with limiter:
                report = await parse(account, partial(self._progressed, account))
        except problems.KINDS as refusal:
            told = problems.problem(problems.of(refusal))
            self._failed(account, told)
        except Exception as fault:
            log.error("job.failed", job=self.id, account=account, exc_info=fault)
            self._failed(account, problems.problem(problems.fault()))
        else:
            self._move(replace(self._parts[account], state="done", report=report))

    def _progressed(self, account: int, now: ParseProgress) -> None:
        self._move(replace(self._parts[account], progress=now))

    def _failed(self, account: int, problem: Problem) -> None:
        self._move(replace(self._parts[account], state="failed", problem=problem))

    def _move(self, part: AccountParse) -> None:
        self._parts[part.account] = part
        self._moved += 1
        self._moves[part.account] = self._moved
        self._signal.give()

    def _end(self, ended: Callable[[Job], None]) -> None:
        for part in [each for each in self._parts.values() if each.state == "running"]:
            self._move(replace(part, state="cancelled"))
        self._ended_at = datetime.now(UTC)
        self._ended.set()
        self._signal.give()
        ended(self)

    def _state(self) -> JobState:
        if self._ended_at is None:
            return "running"
        states = {part.state for part in self._parts.values()}
        if "cancelled" in states:
            return "cancelled"
        return "failed" if states == {"failed"} else "done"
