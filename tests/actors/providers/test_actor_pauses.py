"""When the actor leaves a provider alone, and when it asks again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actors.providers.outcomes import Later, Tagged
from sandbox.providers import Busy, Fault, Providers, Status
from tests.actors.providers.world import POST, Asking, Clock, asking, chats, gigachat, openrouter

pytestmark = pytest.mark.anyio


async def test_busy_is_not_asked_until_its_time(
    providers: Providers, chain: Asking, clock: Clock
) -> None:
    """A 429 costs one request: until the time it names the others are sent elsewhere."""
    providers.gigachat.always(Busy(reset_in=3600))
    for number in range(5):
        assert isinstance(await chain.tag(f"{POST} {number}"), Tagged)
    assert chats(providers) == (1, 5)
    status = (await chain.status())["gigachat"]
    assert status.open_at == clock.now + timedelta(hours=1)
    assert status.why is not None
    providers.gigachat.clear()
    clock.move(hours=1)
    await chain.tag()
    assert chats(providers) == (2, 5)


async def test_only_five_broken_answers_in_a_row_open(
    providers: Providers, chain: Asking, clock: Clock
) -> None:
    """A provider that is down is asked five times, then once every while."""
    providers.gigachat.always(Status(503))
    for number in range(8):
        await chain.tag(f"{POST} {number}")
    assert chats(providers)[0] == 5
    clock.move(seconds=30)
    await chain.tag()
    await chain.tag()
    assert chats(providers)[0] == 6


@pytest.mark.parametrize(
    ("fault", "setting"),
    [
        (Status(402), "TGACTORS_GIGACHAT_KEY"),
        (Status(403), "TGACTORS_GIGACHAT_KEY"),
        (Status(404), "TGACTORS_GIGACHAT_MODEL"),
        (Status(302), "TGACTORS_GIGACHAT_URL"),
    ],
    ids=repr,
)
async def test_misconfigured_names_its_setting(
    providers: Providers, chain: Asking, clock: Clock, fault: Fault, setting: str
) -> None:
    """It is left alone for ten minutes, and says what to look at."""
    providers.gigachat.always(fault, of="chat")
    for _ in range(3):
        await chain.tag()
    status = (await chain.status())["gigachat"]
    assert status.why is not None
    assert setting in status.why
    assert status.open_at == clock.now + timedelta(minutes=10)
    assert chats(providers)[0] == 1


async def test_the_daily_cap_of_tokens(providers: Providers, clock: Clock) -> None:
    """When it is used the account rests until the next day in UTC, and says why."""
    async with asking(clock, **gigachat(providers), tokens_per_day=1) as capped:
        assert isinstance(await capped.tag(), Tagged)
        ended = await capped.tag(POST + "!")
        assert isinstance(ended, Later)
        assert "TGACTORS_TOKENS_PER_DAY" in ended.reason
        assert ended.blameless
        assert ended.until is not None
        assert ended.until > clock.now
        clock.now = ended.until
        assert isinstance(await capped.tag(), Tagged)


async def test_free_models_are_asked_within_their_limits(
    providers: Providers, clock: Clock
) -> None:
    """The twenty-first request of a minute is not sent, and is told when it may be."""
    async with asking(clock, **openrouter(providers)) as free:
        for number in range(20):
            assert isinstance(await free.tag(f"{POST} {number}"), Tagged)
        ended = await free.tag()
        assert isinstance(ended, Later)
        assert ended.until == clock.now + timedelta(minutes=1)
        assert chats(providers)[1] == 20
