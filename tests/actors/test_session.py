"""The SessionActor at work with an account that is logged in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from actors.errors import (
    Flooded,
    LoginRequired,
    SessionRevoked,
    TelegramUnreachable,
)
from actors.login import State
from tests.actors.bench import ANNA, Bench

pytestmark = pytest.mark.anyio


async def test_reading_before_login_is_refused_with_what_to_do() -> None:
    """The refusal names the account and the command."""
    bench = Bench()
    await bench.actor.started()
    with pytest.raises(LoginRequired, match="tgactors login 7"):
        await bench.read()
    assert bench.made == []


async def test_reading_opens_the_session_once_and_keeps_what_changed_of_it() -> None:
    """The record goes to the connection; a changed one goes back to the store."""
    bench = Bench(State.READY)
    bench.channel.publish()
    await bench.actor.started()
    first = await bench.read()
    bench.made[0].session = b"changed"
    second = await bench.read()
    assert ([read.added for read in first], second) == ([1], [])
    assert bench.records == [b"session"]
    assert bench.store.sessions[ANNA.id] == b"changed"


async def test_a_revoked_session_expires_the_account_and_closes_its_client() -> None:
    """Telegram says no: EXPIRED with its reason is persisted, the caller is told to log in."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def revoked(_method: str) -> None:
        raise SessionRevoked("SESSION_REVOKED")

    await bench.read()
    bench.befall = revoked
    with pytest.raises(LoginRequired, match="SESSION_REVOKED"):
        await bench.read()
    status = await bench.status()
    assert (status.state, status.reason) == ("EXPIRED", "SESSION_REVOKED")
    assert not bench.made[0].open


async def test_trouble_on_the_way_never_expires_an_account() -> None:
    """An unreachable Telegram is told; the next reading makes a fresh connection."""
    bench = Bench(State.READY)
    await bench.actor.started()

    def down(method: str) -> None:
        if method == "channels":
            raise TelegramUnreachable("it is down")

    bench.befall = down
    with pytest.raises(TelegramUnreachable):
        await bench.read()
    assert (await bench.status()).state == "READY"
    bench.befall = lambda _method: None
    await bench.read()
    assert [made.open for made in bench.made] == [False, True]


async def test_a_flood_at_the_door_is_told_with_its_end_and_kept() -> None:
    """Even the list of channels may be refused for a while: until when is in the status."""
    bench = Bench(State.READY)
    await bench.actor.started()
    until = datetime.now(UTC) + timedelta(minutes=5)

    def flooded(method: str) -> None:
        if method == "channels":
            raise Flooded(until)

    bench.befall = flooded
    with pytest.raises(Flooded):
        await bench.read()
    assert (await bench.status()).flood_until == until
    assert bench.store.floods == {"dialogs": until}


async def test_stopping_disconnects_and_logs_nobody_out() -> None:
    """The session stays valid at Telegram."""
    bench = Bench(State.READY)
    await bench.actor.started()
    await bench.read()
    await bench.actor.stopped()
    assert not bench.made[0].open
    assert not bench.made[0].logged_out
