"""The SessionActor logging out, forgetting, adopting, and losing what it had."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from actors.errors import (
    AlreadyLoggedIn,
    Interrupted,
    LoginRequired,
    SessionRevoked,
    TelegramUnreachable,
    WrongAccount,
)
from actors.login import State
from actors.messages import (
    AdoptRequest,
    ForgetRequest,
    ListAuthorisations,
    LoginRequest,
    LogoutRequest,
)
from actors.values import Forgotten, LoggedIn, LoginFailed
from storage.errors import LeaseLost
from tests.actors.bench import ANNA, BORIS, Bench, token

pytestmark = pytest.mark.anyio


async def test_logging_out_ends_the_session_at_telegram_and_destroys_its_record() -> None:
    """Telegram is told first; then the state and the record change together."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.plain.ask(LogoutRequest())
    assert bench.made[-1].logged_out
    assert not bench.made[-1].open
    assert bench.store.moves == [State.LOGGED_OUT]
    assert bench.store.sessions == {}
    with pytest.raises(LoginRequired, match="LOGGED_OUT"):
        await bench.read()


async def test_a_log_out_telegram_is_not_told_of_changes_nothing() -> None:
    """A record that was destroyed could not end the session any more: it is kept."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def down(method: str) -> None:
        if method == "log_out":
            raise TelegramUnreachable("it is down")

    bench.befall = down
    with pytest.raises(TelegramUnreachable):
        await bench.plain.ask(LogoutRequest())
    assert bench.store.moves == []
    assert bench.store.sessions == {ANNA.id: b"session"}
    assert (await bench.status()).state == "READY"


async def test_a_session_that_has_ended_already_is_logged_out_all_the_same() -> None:
    """Telegram's own end of it is as good; nobody is told of an expiry he asked for."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def gone(method: str) -> None:
        if method == "log_out":
            raise SessionRevoked("SESSION_REVOKED")

    bench.befall = gone
    await bench.plain.ask(LogoutRequest())
    assert bench.store.moves == [State.LOGGED_OUT]
    assert bench.store.notices == []


@pytest.mark.parametrize("state", [State.NEW, State.LOGGED_OUT])
async def test_who_is_not_logged_in_stays_as_he_is(state: State) -> None:
    """Nothing is asked of Telegram."""
    bench = Bench(state)
    await bench.actor.started()
    await bench.plain.ask(LogoutRequest())
    assert bench.made == []
    assert (await bench.status()).state == state


async def test_a_log_out_ends_the_login_under_way() -> None:
    """Whoever waits for the login is told; nothing of it is left at Telegram."""
    bench = Bench()
    bench.tokens += [token(1)]
    bench.scan = anyio.Event()
    await bench.actor.started()
    login = asyncio.create_task(bench.plain.ask(LoginRequest(within=60)))
    await bench.until("QR_WAIT")
    await bench.plain.ask(LogoutRequest())
    step = await login
    assert isinstance(step, LoginFailed)
    assert "logged out" in step.reason
    assert bench.made[0].logged_out
    assert (await bench.status()).state == "NEW"


async def test_a_log_out_ends_the_reading_under_way() -> None:
    """The reader is told why; what it had stored stays."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    listing = anyio.Event()
    bench.made[0].list_gate = listing
    reading = asyncio.create_task(bench.read())
    with anyio.fail_after(10):
        while not (await bench.status()).parsing:
            await anyio.lowlevel.checkpoint()
    await bench.plain.ask(LogoutRequest())
    with pytest.raises(Interrupted, match="logged out"):
        await reading
    assert (await bench.status()).state == "LOGGED_OUT"


async def test_forgetting_logs_out_and_leaves_a_stranger() -> None:
    """The account is gone from the store; afterwards it is as if it had never been seen."""
    bench = Bench(State.READY)
    await bench.actor.started()
    forgotten = await bench.plain.ask(ForgetRequest())
    assert isinstance(forgotten, Forgotten)
    assert bench.made[-1].logged_out
    assert (bench.store.accounts, bench.store.sessions, bench.store.holds) == ({}, {}, {})
    status = await bench.status()
    assert (status.state, status.since, status.last_report) == ("NEW", None, None)


async def test_forgetting_is_refused_while_telegram_cannot_be_told() -> None:
    """Nothing is deleted: the key that could end the session would be lost."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def down(method: str) -> None:
        if method == "connect":
            raise TelegramUnreachable("it is down")

    bench.befall = down
    with pytest.raises(TelegramUnreachable):
        await bench.plain.ask(ForgetRequest())
    assert bench.store.sessions == {ANNA.id: b"session"}


@pytest.mark.parametrize("state", [None, State.EXPIRED, State.LOGGED_OUT])
async def test_a_session_made_elsewhere_is_adopted(state: State | None) -> None:
    """It is opened, found to be the account's own, and kept."""
    bench = Bench(state)
    await bench.actor.started()
    adopted = await bench.plain.ask(AdoptRequest(record=b"elsewhere"))
    assert adopted == LoggedIn(account=ANNA.id)
    assert bench.records == [b"elsewhere"]
    assert bench.store.moves == [State.READY]
    assert ANNA.id in bench.store.sessions


async def test_a_session_is_adopted_by_its_own_account_only() -> None:
    """Somebody else's is refused and left as it is."""
    bench = Bench()
    await bench.actor.started()
    bench.owner = BORIS
    with pytest.raises(WrongAccount, match=str(BORIS.id)):
        await bench.plain.ask(AdoptRequest(record=b"elsewhere"))
    assert not bench.made[0].logged_out
    assert bench.store.sessions == {}


async def test_an_account_that_is_ready_keeps_the_session_it_has() -> None:
    """Two sessions of one account would both be read: the second is refused."""
    bench = Bench(State.READY)
    await bench.actor.started()
    with pytest.raises(AlreadyLoggedIn, match="tgactors logout 7"):
        await bench.plain.ask(AdoptRequest(record=b"elsewhere"))
    assert bench.store.sessions == {ANNA.id: b"session"}


async def test_S5_whichever_call_meets_the_end_expires_the_account_once() -> None:
    """One notice, the record put aside, no connection; the next asks are told to log in."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def revoked(method: str) -> None:
        if method == "authorisations":
            raise SessionRevoked("AUTH_KEY_UNREGISTERED")

    bench.befall = revoked
    for _ in range(3):
        with pytest.raises(LoginRequired, match="AUTH_KEY_UNREGISTERED"):
            await bench.plain.ask(ListAuthorisations())
    assert bench.store.notices == [(ANNA.id, "AUTH_KEY_UNREGISTERED")]
    assert bench.store.quarantined == {ANNA.id: b"session"}
    assert [made.open for made in bench.made] == [False]


async def test_a_connection_that_was_lost_is_not_used_again() -> None:
    """It ended by itself, without a word: the next work opens a fresh one."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    bench.made[0].ended.set()
    await asyncio.sleep(0)
    await bench.read()
    assert [made.open for made in bench.made] == [False, True]


async def test_a_lost_lease_closes_the_client_before_anything_is_sent() -> None:
    """Another process has the account: the next work claims it anew, with a new connection."""
    bench = Bench(State.READY)
    bench.channel.publish()
    await bench.actor.started()
    await bench.read()
    bench.lease.taken(ANNA.id)
    with pytest.raises(LeaseLost):
        await bench.read()
    assert not bench.made[0].open
    await bench.read()
    assert [made.open for made in bench.made] == [False, True]


async def test_a_term_that_has_ended_is_claimed_anew() -> None:
    """A process that slept too long trusts neither its lease nor its connection."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    bench.term.ended("model")
    bench.lease.incarnation = "next"
    bench.term.began("next", float("inf"))
    await bench.read()
    assert [made.open for made in bench.made] == [False, True]


async def test_an_account_that_sleeps_gives_its_lease_back() -> None:
    """Others may open it; the session stays valid."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    await bench.actor.stopped()
    assert [hold.account for hold in bench.lease.released] == [ANNA.id]
    assert not bench.made[0].logged_out
    await bench.actor.started()
    assert (await bench.status()).state == "READY"


async def test_a_state_that_could_not_be_written_is_looked_up_again() -> None:
    """Whether a refused write was carried out is not known: it is not believed either way."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    bench.store.trouble = TimeoutError("the store is slow")
    with pytest.raises(TimeoutError):
        await bench.plain.ask(LogoutRequest())
    assert (await bench.status()).state == "LOGGED_OUT"  # as the store carried it out
