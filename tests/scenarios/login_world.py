"""One person between Telegram, a house and its database, for a machine to play with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Literal

import actors
from actors.entrance import Entrance
from actors.house import House
from actors.people import User
from runtime.testing import crash
from sandbox import Sandbox, World
from storage.database import Database
from storage.sessions import new_key
from tests.scenarios.conftest import PERSON
from tests.scenarios.steps import go_through, scanning
from tests.scenarios.witness import authorised, connections, end_key, record_key, state_of, until

STRANGER = 77
PHONE = "+49 151 234-56-78"
PASSWORD = "correct horse"
SECONDS = 30.0
REFUSALS = (actors.Refusal, actors.ActorError, actors.StorageError)

Trouble = tuple[Literal["flood", "cut before", "cut after", "error"], str] | None
End = actors.LoginStep | Exception | None

_WAITS: dict[type, str] = {
    actors.QrCode: "QR_WAIT",
    actors.CodeNeeded: "CODE_WAIT",
    actors.PasswordNeeded: "PASSWORD_WAIT",
}


class Login:
    """A login under way, and those who follow it; each rule sees it where it waits."""

    def __init__(self) -> None:
        self.steps: list[actors.LoginStep] = []
        self.error: Exception | None = None
        self._moved = asyncio.Event()
        self._followers: list[asyncio.Task[None]] = []

    def follow(self, entrance: Entrance, phone: str | None) -> None:
        """Let one more person log in, or join."""
        self._followers.append(asyncio.create_task(self._follow(entrance, phone)))

    @property
    def is_over(self) -> bool:
        """Whether everybody was told its end."""
        return all(each.done() for each in self._followers)

    @property
    def end(self) -> End:
        """What it came to; None while it waits."""
        return (self.error or self.steps[-1]) if self.is_over else None

    async def moves(self, since: int) -> End:
        """Wait until there is a step after so many, or the end."""
        async with asyncio.timeout(SECONDS):
            while len(self.steps) <= since and self.error is None:
                self._moved.clear()
                await self._moved.wait()
            if self.error is not None or type(self.steps[-1]) not in _WAITS:
                await asyncio.wait(self._followers)
        return self.error or self.steps[-1]

    async def over(self) -> None:
        """Wait for the end."""
        async with asyncio.timeout(SECONDS):
            await asyncio.wait(self._followers)

    async def leave(self) -> None:
        """Let everybody go away."""
        for each in self._followers:
            each.cancel()
        await asyncio.wait(self._followers)

    async def _follow(self, entrance: Entrance, phone: str | None) -> None:
        try:
            async for step in entrance.login(phone=phone, within=600):
                if step not in self.steps:
                    self.steps.append(step)
                    self._moved.set()
        except REFUSALS as error:
            self.error = error
            self._moved.set()


class LoginWorld:
    """The person, Telegram, the house; what is not asked for by a rule is checked by `agree`."""

    def __init__(self, dsn: str, data: Path) -> None:
        world = World()
        person = world.person(PERSON, first_name="Вера", phone="491512345678")
        world.person(STRANGER, first_name="Борис")
        world.follow(person, world.channel("News", username="news", id=1_000_000_001))
        self.sandbox = Sandbox(world, codes_per_day=10_000)
        self._dsn = dsn
        self._data = data
        self._keys = new_key()
        self._stack = AsyncExitStack()
        self._inside = AsyncExitStack()
        self.login: Login | None = None
        self.published = 0
        self.dead = False  # Telegram has ended the session, and the house was not told yet
        self.expiries = 0
        self.untold = 0  # of these, what a login has not settled
        self.crashes = 0
        self.state = "NEW"
        self.house: House
        self.db: Database

    async def open(self) -> None:
        """Begin with an empty database and an open house."""
        self._stack.enter_context(self.sandbox)
        self.db = await self._stack.enter_async_context(
            await Database.open(self._dsn, connections=1)
        )
        await self.db.execute("TRUNCATE accounts, channels, nodes, notices CASCADE")
        await self.open_house()

    async def open_house(self) -> None:
        """Open the house on the same data."""
        self.crashes = 0
        self.house = await self._inside.enter_async_context(
            actors.open(
                data=self._data,
                telegram=self.sandbox.address,
                database_url=self._dsn,
                session_keys=self._keys,
            )
        )

    async def close_house(self) -> None:
        """Close it, whatever is under way."""
        await self._inside.aclose()

    async def close(self) -> None:
        """Close everything; nothing is left open at Telegram, which was asked nothing odd."""
        try:
            await self.close_house()
            if self.login is not None:
                await self.login.leave()
            await until(self._is_alone)
            assert self.sandbox.mistakes == ()
        finally:
            await self._stack.aclose()

    async def _is_alone(self) -> bool:
        return connections(self.sandbox) == 0

    @property
    def user(self) -> User:
        """What can be done for the person."""
        return actors.user(PERSON)

    async def crash(self) -> None:
        """Let the account's actor crash, once it has started."""
        await self.user.status()
        self.crashes += crash(self.house.session(PERSON))

    async def come_in(self, person: int) -> End:
        """Log in as somebody nobody knows, by QR code."""
        try:
            async with self.house.newcomer() as newcomer:

                async def prove(_step: actors.PasswordNeeded) -> None:
                    await newcomer.password(PASSWORD)

                qr = scanning(self.sandbox, person)
                return (await go_through(newcomer, qr=qr, password=prove, within=10))[-1]
        except REFUSALS as error:
            return error

    async def see_whether_replaced(self) -> None:
        """Count the expiry of a dead session in whose place a fresh one was adopted."""
        if self.dead and await record_key(self.db, self._keys) in authorised(self.sandbox):
            self.dead = False
            self.expiries += 1

    async def adopt(self) -> End:
        """Bring a session from elsewhere; one that is refused is ended where it was made."""
        minted = self.sandbox.mint(PERSON)
        try:
            async with self.house.newcomer() as newcomer:
                return await newcomer.import_session(minted.string())
        except REFUSALS as error:
            end_key(self.sandbox, minted.auth_key)
            return error

    async def told(self, work: Awaitable[object]) -> Exception | None:
        """Do something; return what was refused."""
        try:
            await work
        except REFUSALS as error:
            return error
        return None

    def befall(self, trouble: Trouble) -> None:
        """Let a call of the next step meet a trouble."""
        match trouble:
            case None:
                pass
            case ("flood", method):
                self.sandbox.faults.error(method, "FLOOD_WAIT_2")
            case ("error", method):
                self.sandbox.faults.error(method, "INTERNAL")
            case (_, method):
                when: Literal["before", "after"] = "before" if "before" in trouble[0] else "after"
                self.sandbox.faults.cut(method, when=when)

    async def settle(self, trouble: Trouble) -> None:
        """Wait until all agree, and note what the step has come to; forget its trouble."""
        self.sandbox.faults.clear()
        if self.login is not None:
            if self.login.steps or self.login.error:
                await self.login.moves(len(self.login.steps) - 1)
            if self.login.is_over:
                self.login = None
        if trouble is not None and trouble[1] == "auth.logOut":
            await self._end_what_could_not_be_ended()
        wrong = "nothing was looked at"

        async def agree() -> bool:
            nonlocal wrong
            wrong = await self._disagreement()
            return not wrong

        with suppress(TimeoutError):
            await until(agree, within=10)
        assert not wrong, wrong
        if self.state != "READY":
            self.dead = False

    async def _end_what_could_not_be_ended(self) -> None:
        """End the sessions that a log-out which met a trouble has left: nobody else can."""
        await until(self._is_settled)
        owned = await record_key(self.db, self._keys)
        for person in (PERSON, STRANGER):
            for key in authorised(self.sandbox, person) - {owned}:
                found = self.sandbox._telegram.keys.find(key)
                assert found is not None
                end_key(self.sandbox, found.data)

    async def _is_settled(self) -> bool:
        waits = (await self.user.status()).state in _WAITS.values()
        return waits == (self.login is not None)

    async def _disagreement(self) -> str:
        """Say what does not fit together; nothing if all does."""
        row = await state_of(self.db)
        state, reason = row or ("NEW", None)
        status = await self.user.status()
        if (status.state, status.reason) != (state, reason):
            return f"the actor says {status}, the database {row}"
        listed = [(each.state, each.reason) for each in await self.house.accounts()]
        if listed != ([] if row is None else [row]):
            return f"the list says {listed}, the database {row}"
        wanted = _WAITS[type(self.login.steps[-1])] if self.login else None
        if state != wanted and (wanted or state in _WAITS.values()):
            return f"the state is {state}, and the login waits in {wanted}"
        self._note(state, known=row is not None)
        return await self._of_telegram(state) or await self._of_the_house()

    def _note(self, state: str, *, known: bool) -> None:
        """Count what was to be told."""
        if state == "EXPIRED" and self.state != state:
            assert self.state == "READY", "a session that nobody had has expired"
            assert self.dead, "a session that was good has expired"
            self.expiries += 1
            self.untold += 1
        if not known:
            self.expiries = 0
        if state == "READY" or not known:
            self.untold = 0
        self.state = state

    async def _of_telegram(self, state: str) -> str:
        key = await record_key(self.db, self._keys)
        if (key is not None) != (state == "READY"):
            return f"{state}, and the record is {key!r}"
        wanted = {key} if key is not None and not self.dead else set()
        accepted = authorised(self.sandbox)
        if accepted != wanted:
            return f"{state} with key {key!r}, dead: {self.dead}; Telegram accepts {accepted}"
        if authorised(self.sandbox, STRANGER):
            return "a stranger's session is left"
        if connections(self.sandbox) > 1:
            return f"{connections(self.sandbox)} connections"
        return ""

    async def _of_the_house(self) -> str:
        notices = [each.kind for each in await self.house.notices()]
        if notices != ["expired"] * self.untold:
            return f"{self.untold} ends are to be told, and the notices are {notices}"
        written = await self.db.fetch_value("SELECT count(*) FROM notices WHERE kind = 'expired'")
        if written != self.expiries:
            return f"{self.expiries} sessions have expired, and {written} notices were written"
        restarts = sum(each.restarts for each in self.house.statistics().actors)
        if restarts != self.crashes:
            return f"{restarts} restarts after {self.crashes} crashes"
        return ""
