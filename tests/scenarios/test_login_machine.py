"""Whatever people, Telegram and the machine do: house, database and Telegram agree afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

import actors
from tests.scenarios.conftest import PERSON
from tests.scenarios.login_rules import AROUND, ENTERING, READING, LoginRules, troubles
from tests.scenarios.login_world import PASSWORD, STRANGER, Trouble
from tests.scenarios.witness import authorised


class LoginMachine(LoginRules):
    """The steps by which a login, a session, a process ends, and all the others."""

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
                self.scanned(PERSON)
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
                return
            assert state == ("NEW" if forever or before == "NEW" else "LOGGED_OUT")
            assert authorised(self.world.sandbox) == set()

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

    @rule(trouble=troubles(*READING))
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
        trouble=troubles(*ENTERING[:1], *AROUND),
    )
    def come_in(self, who: int, trouble: Trouble) -> None:
        """Come as somebody nobody knows; a session that is there already is kept if it is good."""

        async def step() -> None:
            was_dead = self.world.dead
            end = await self.world.come_in(who)
            assert trouble or end == actors.LoggedIn(account=who), end
            await self.world.see_whether_replaced()
            assert trouble or who == STRANGER or not (was_dead and self.world.dead)
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


@pytest.mark.long
def test_house_database_and_telegram_agree_whatever_happens(dsn: str, folder: Path) -> None:
    """READY has one record that Telegram accepts; no login leaves a session, a thread, a doubt."""
    run(dsn, folder, examples=10, steps=30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_they_agree_for_an_hour_of_it(dsn: str, folder: Path) -> None:
    """The same, for long."""
    run(dsn, folder, examples=150, steps=50)
