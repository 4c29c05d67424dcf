"""Whatever people, Telegram and the machine do: house, database and Telegram agree afterwards."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

import actors
from tests.scenarios.conftest import PERSON
from tests.scenarios.login_world import PASSWORD, PHONE, STRANGER, Login, LoginWorld, Trouble

Play = Callable[[], Awaitable[None]]

entering = ("auth.exportLoginToken", "auth.sendCode", "auth.signIn", "auth.checkPassword")
around = ("account.getPassword", "updates.getState", "users.getUsers", "auth.logOut")
reading = ("messages.getDialogs", "messages.getHistory")
kinds = ("flood", "cut before", "cut after", "error")


def troubles(*methods: str) -> st.SearchStrategy[Trouble]:
    """Mostly none; else one that a call of a method meets."""
    some = st.tuples(st.sampled_from(kinds), st.sampled_from(methods))
    return st.one_of(st.none(), st.none(), st.none(), some)


class LoginMachine(RuleBasedStateMachine):
    """Each rule is a step that is settled before the next; what it must come to is said here."""

    dsn: ClassVar[str]
    data: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.threads = set(threading.enumerate())
        self.runner = asyncio.Runner()
        self.password: str | None = None
        self.wrong = 0
        self.world = LoginWorld(self.dsn, self.data)
        self.runner.run(self.world.open())

    def teardown(self) -> None:
        """Close everything: no thread is left."""
        try:
            self.runner.run(self.world.close())
        finally:
            self.runner.close()
        assert set(threading.enumerate()) - self.threads == set()

    def play(self, step: Awaitable[None], trouble: Trouble = None) -> None:
        """Take a step, and see that all agree after it."""

        async def whole() -> None:
            self.world.befall(trouble)
            async with asyncio.timeout(60):
                await step
                await self.world.settle(trouble)

        self.runner.run(whole())

    @property
    def waits_for(self) -> type | None:
        """What the login waits for, None if there is none."""
        login = self.world.login
        return None if login is None else type(login.steps[-1])

    def entered(self, end: object, trouble: Trouble) -> None:
        """See that whoever has proved who they are is in, or asked for the password."""
        if trouble is None:
            assert isinstance(end, actors.PasswordNeeded if self.password else actors.LoggedIn), end

    # Logging in

    @precondition(lambda self: self.world.login is None)
    @rule(phone=st.sampled_from([None, PHONE]), trouble=troubles(*entering[:2]))
    def begin(self, phone: str | None, trouble: Trouble) -> None:
        """Begin a login; one that is READY has it already."""

        async def step() -> None:
            login = self.world.login = Login()
            login.follow(self.world.user, phone)
            end = await login.moves(0)
            if self.world.state == "READY":
                assert end == actors.LoggedIn(account=PERSON)
            elif trouble is None:
                assert isinstance(end, actors.CodeNeeded if phone else actors.QrCode), end

        self.play(step(), trouble)

    @precondition(lambda self: self.waits_for in {actors.QrCode, actors.CodeNeeded})
    @rule(phone=st.sampled_from([None, PHONE]), trouble=troubles("auth.sendCode"))
    def join(self, phone: str | None, trouble: Trouble) -> None:
        """Join the login; with a phone number, that changes its way."""

        async def step() -> None:
            assert self.world.login is not None
            before = len(self.world.login.steps)
            changes = phone is not None and self.waits_for is actors.QrCode
            self.world.login.follow(self.world.user, phone)
            if changes:
                end = await self.world.login.moves(before)
                assert trouble or isinstance(end, actors.CodeNeeded), end
            await self.world.user.status()  # the same actor has seen whoever joins by now

        self.play(step(), trouble)

    @precondition(lambda self: self.waits_for is actors.QrCode)
    @rule(right=st.booleans(), trouble=troubles(*entering[:1], *around))
    def scan(self, right: bool, trouble: Trouble) -> None:
        """Let the person scan the code, or somebody else."""

        async def step() -> None:
            login = self._scanned(PERSON if right else STRANGER)
            end = await login.moves(len(login.steps))
            if right:
                self.entered(end, trouble)
            elif trouble is None:
                assert isinstance(end, actors.LoginFailed)
                assert str(STRANGER) in end.reason

        self.play(step(), trouble)

    def _scanned(self, person: int) -> Login:
        login = self.world.login
        assert login is not None
        shown = login.steps[-1]
        assert isinstance(shown, actors.QrCode)
        self.world.sandbox.scan(shown.url, person)
        return login

    @precondition(lambda self: self.waits_for is actors.CodeNeeded)
    @rule(right=st.booleans(), trouble=troubles("auth.signIn", *around))
    def enter_code(self, right: bool, trouble: Trouble) -> None:
        """Enter the code that came to the phone, or another."""

        async def step() -> None:
            login = self.world.login
            assert login is not None
            before, code = len(login.steps), self.world.sandbox.last_code(PERSON)
            said = code if right else f"{int(code) % 90_000 + 10_001}"
            refused = await self.world.told(self.world.user.code(said))
            if right and refused is None:
                self.entered(await login.moves(before), trouble)
            elif trouble is None:
                assert isinstance(refused, actors.WrongCode)
                if refused.left == 0:
                    assert isinstance(await login.moves(before), actors.LoginFailed)

        self.play(step(), trouble)

    @precondition(lambda self: self.waits_for is actors.CodeNeeded)
    @rule(trouble=troubles("auth.resendCode"))
    def resend(self, trouble: Trouble) -> None:
        """Ask for another code, while there is a way left."""

        async def step() -> None:
            login = self.world.login
            assert login is not None
            before = len(login.steps)
            if await self.world.told(self.world.user.resend_code()) is None:
                assert isinstance(await login.moves(before), actors.CodeNeeded)

        self.play(step(), trouble)

    @precondition(lambda self: self.waits_for is actors.PasswordNeeded)
    @rule(right=st.booleans(), trouble=troubles("auth.checkPassword", *around))
    def enter_password(self, right: bool, trouble: Trouble) -> None:
        """Enter the password, or a wrong one while Telegram lets us."""
        right = right or self.wrong == 3

        async def step() -> None:
            login = self.world.login
            assert login is not None
            before = len(login.steps)
            said = PASSWORD if right else "battery staple"
            refused = await self.world.told(self.world.user.password(said))
            if right and refused is None:
                assert await login.moves(before) == actors.LoggedIn(account=PERSON)
            elif trouble is None:
                assert isinstance(refused, actors.WrongPassword), refused

        self.wrong = 0 if right else self.wrong + 1
        self.play(step(), trouble)

    # Ending a login

    @precondition(lambda self: self.world.login is not None)
    @rule(
        how=st.sampled_from(["cancel", "leave", "crash", "restart", "logout", "forget", "adopt"]),
        at_once=st.booleans(),
    )
    def end(self, how: str, at_once: bool) -> None:
        """End the login, maybe at the moment in which it would succeed."""
        if how == "crash" and self.world.crashes:
            how = "cancel"

        async def step() -> None:
            if at_once and self.waits_for is actors.QrCode:
                self._scanned(PERSON)
            await self._ended(how)
            if self.world.login is not None:
                await self.world.login.over()

        self.play(step())

    async def _ended(self, how: str) -> None:
        world, login = self.world, self.world.login
        assert login is not None
        match how:
            case "cancel":
                await world.user.cancel_login()
            case "leave":
                await login.leave()
                world.login = None
            case "crash":
                await world.crash()
            case "restart":
                await world.close_house()
                await world.open_house()
            case "logout":
                await world.user.logout()
            case "forget":
                await world.user.forget()
            case _:
                await world.adopt()

    # Ending a session

    @precondition(lambda self: self.world.login is None)
    @rule(forever=st.booleans(), trouble=troubles("auth.logOut"))
    def leave(self, forever: bool, trouble: Trouble) -> None:
        """Log out, or be forgotten; what could not be told to Telegram has not happened."""

        async def step() -> None:
            user, before = self.world.user, self.world.state
            refused = await self.world.told(user.forget() if forever else user.logout())
            state = (await user.status()).state
            if refused is not None:
                assert (trouble is not None, state) == (True, before), refused
            elif forever:
                assert state == "NEW"
            else:
                assert state == ("NEW" if before == "NEW" else "LOGGED_OUT")

        self.play(step(), trouble)

    @precondition(lambda self: self.world.state == "READY" and not self.world.dead)
    @rule(how=st.sampled_from(["revoke", "burn_keys", "forget_keys"]))
    def lose(self, how: str) -> None:
        """Let Telegram end the session."""

        async def step() -> None:
            getattr(self.world.sandbox, how)(PERSON)
            self.world.dead = True

        self.play(step())

    # Everything else

    @rule(trouble=troubles(*reading))
    def parse(self, trouble: Trouble) -> None:
        """Read; a session that has ended is noticed now, if Telegram says so."""

        async def step() -> None:
            world, known = self.world, self.world.state == "READY"
            world.sandbox.publish(1_000_000_001, "a post")
            world.published += 1
            refused = await world.told(world.user.parse(depth=None))
            if trouble is None and known and not world.dead:
                assert refused is None
                posts = await world.user.posts(limit=1000)
                assert [post.id for post in posts] == list(range(world.published, 0, -1))
            elif trouble is None:
                assert isinstance(refused, actors.LoginRequired)
                state = (await world.user.status()).state
                assert (state == "EXPIRED") or not known

        self.play(step(), trouble)

    @precondition(lambda self: not self.world.crashes)
    @rule(restart=st.booleans())
    def begin_again(self, restart: bool) -> None:
        """Restart the house, or crash the account's actor, while no login is under way."""

        async def step() -> None:
            if self.world.login is not None:
                await self._ended("leave")
            if restart:
                await self.world.close_house()
                await self.world.open_house()
            else:
                await self.world.crash()

        self.play(step())

    @rule(
        who=st.sampled_from([PERSON, PERSON, STRANGER]),
        trouble=troubles(*entering[:1], *around),
    )
    def come_in(self, who: int, trouble: Trouble) -> None:
        """Come as somebody nobody knows; a session that is there already is kept."""

        async def step() -> None:
            end = await self.world.come_in(who)
            assert trouble or end == actors.LoggedIn(account=who), end
            if who == STRANGER:
                self.world.sandbox.faults.clear()
                await actors.user(who).forget()

        self.play(step(), trouble)

    @rule(trouble=troubles("users.getUsers"))
    def adopt(self, trouble: Trouble) -> None:
        """Bring a session from elsewhere."""

        async def step() -> None:
            known = self.world.state == "READY"
            end = await self.world.adopt()
            expected = actors.AlreadyLoggedIn if known else actors.LoggedIn
            assert trouble or isinstance(end, expected), end

        self.play(step(), trouble)

    @precondition(lambda self: self.world.login is None and self.world.state != "READY")
    @rule(
        dc=st.sampled_from([2, 4]), password=st.booleans(), skew=st.sampled_from([0, 3600, -3600])
    )
    def change(self, dc: int, password: bool, skew: float) -> None:
        """Let the person move, take a password or drop it; let clocks go wrong."""

        async def step() -> None:
            self.password = PASSWORD if password else None
            self.world.sandbox.migrate(PERSON, dc)
            self.world.sandbox.set_password(PERSON, self.password, "a horse")
            self.world.sandbox.clock_skew(skew)

        self.play(step())


def run(dsn: str, data: Path, *, examples: int, steps: int) -> None:
    """Play so many examples, each of at most so many steps."""
    run_state_machine_as_test(
        type("LoginMachine", (LoginMachine,), {"dsn": dsn, "data": data}),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate,),  # to shrink what takes seconds takes hours
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_house_database_and_telegram_agree_whatever_happens(dsn: str, folder: Path) -> None:
    """READY has one record that Telegram accepts; no login leaves a session, a thread, a doubt."""
    run(dsn, folder, examples=10, steps=30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_they_agree_for_an_hour_of_it(dsn: str, folder: Path) -> None:
    """The same, for long."""
    run(dsn, folder, examples=150, steps=50)
