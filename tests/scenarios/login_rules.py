"""The steps by which people log in, each with what it must come to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

import actors
from tests.scenarios.conftest import PERSON
from tests.scenarios.login_world import PASSWORD, PHONE, STRANGER, Login, LoginWorld, Trouble

ENTERING = ("auth.exportLoginToken", "auth.sendCode", "auth.signIn", "auth.checkPassword")
AROUND = ("account.getPassword", "updates.getState", "users.getUsers", "auth.logOut")
READING = ("messages.getDialogs", "messages.getHistory")
KINDS = ("flood", "cut before", "cut after", "error")


def troubles(*methods: str) -> st.SearchStrategy[Trouble]:
    """Mostly none; else one that a call of a method meets."""
    some = st.tuples(st.sampled_from(KINDS), st.sampled_from(methods))
    return st.one_of(st.none(), st.none(), st.none(), some)


class LoginRules(RuleBasedStateMachine):
    """Each rule is a step, settled before the next: here, those by which somebody gets in."""

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

    @precondition(lambda self: self.world.login is None)
    @rule(phone=st.sampled_from([None, PHONE]), trouble=troubles(*ENTERING[:2]))
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
    @rule(right=st.booleans(), trouble=troubles(*ENTERING[:1], *AROUND))
    def scan(self, right: bool, trouble: Trouble) -> None:
        """Let the person scan the code, or somebody else."""

        async def step() -> None:
            login = self.scanned(PERSON if right else STRANGER)
            end = await login.moves(len(login.steps))
            if right:
                self.entered(end, trouble)
            elif trouble is None:
                assert isinstance(end, actors.LoginFailed)
                assert str(STRANGER) in end.reason

        self.play(step(), trouble)

    def scanned(self, person: int) -> Login:
        """Let somebody scan what the login shows."""
        login = self.world.login
        assert login is not None
        shown = login.steps[-1]
        assert isinstance(shown, actors.QrCode)
        self.world.sandbox.scan(shown.url, person)
        return login

    @precondition(lambda self: self.waits_for is actors.CodeNeeded)
    @rule(right=st.booleans(), trouble=troubles("auth.signIn", *AROUND))
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
    @rule(right=st.booleans(), trouble=troubles("auth.checkPassword", *AROUND))
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

    @precondition(lambda self: self.waits_for in {actors.CodeNeeded, actors.PasswordNeeded})
    @rule()
    def walk_away(self) -> None:
        """Prove who one is, and leave before the answer: the login hears of it all the same."""

        async def step() -> None:
            world, login = self.world, self.world.login
            assert login is not None
            before, asked = len(login.steps), self.waits_for
            code = asked is actors.CodeNeeded
            method = "auth.signIn" if code else "auth.checkPassword"
            with world.sandbox.faults.hold(method) as hold:
                said = world.sandbox.last_code(PERSON) if code else PASSWORD
                proof = world.user.code(said) if code else world.user.password(said)
                asking = asyncio.create_task(proof)
                await asyncio.to_thread(hold.reached)
                asking.cancel()
                await asyncio.wait([asking])
                await world.user.status()
            end = await login.moves(before)
            wanted = actors.PasswordNeeded if code and self.password else actors.LoggedIn
            assert isinstance(end, wanted), end

        self.wrong = 0
        self.play(step())
