"""How many channels an account may follow."""

from __future__ import annotations

import pytest

import actors
from sandbox import Channel, Sandbox, World
from tests.scenarios.conftest import PERSON, Open, log_in
from tests.scenarios.reading import count

pytestmark = pytest.mark.anyio


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account may follow three channels."""
    monkeypatch.setenv("TGACTORS_CHANNELS_PER_ACCOUNT", "3")


@pytest.mark.usefixtures("limited")
async def test_of_a_longer_list_the_first_are_read(
    sandbox: Sandbox, channels: list[Channel], open_house: Open
) -> None:
    """The others say why they are not, and one of them takes a place that becomes free."""
    for channel in channels:
        sandbox.publish(channel.id, f"from {channel.title}")
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        report = await user.parse()
        assert (report.channels, report.added) == (3, 3)
        known = await user.channels(known=True)
        assert [each.state for each in known] == ["followed"] * 3 + ["over the limit"] * 12
        assert all("unfollow one" in (each.why or "") for each in known[3:])
        await user.unfollow(known[0].id)
        assert (await user.parse()).added == 1
        assert [each.id for each in await user.channels()] == [each.id for each in known[1:4]]


@pytest.mark.usefixtures("limited")
async def test_one_too_many_is_refused_before_anything_is_joined(
    sandbox: Sandbox, world: World, open_house: Open
) -> None:
    """The refusal says what to do, by name as by invite; with a place it is followed."""
    private = sandbox.run(lambda: world.channel("Private"))
    public = sandbox.run(lambda: world.channel("Public", username="public"))
    invite = sandbox.invite(private.id)
    async with open_house():
        user = actors.user(PERSON)
        await log_in(sandbox)
        await user.parse()
        for what in ("@public", invite.url):
            with pytest.raises(actors.TooManyFollowed, match=f"tgactors unfollow {PERSON}"):
                await user.follow(what)
        assert count(sandbox, "messages.importChatInvite") == 0
        assert (await user.channels(known=True))[-1].id != public.id
        await user.unfollow((await user.channels())[0].id)
        assert await user.follow(invite.url) == private.id
        assert (await user.parse()).channels == 3
