"""Channels joined by invites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from telethon.tl import types

from actors.answers import InviteSeen
from actors.errors import Flooded, InviteDead, JoinPending, NotAChannel, TooManyChannels
from actors.telegram import finding
from sandbox import Channel, Sandbox, World
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA, BORIS = 101, 102
YESTERDAY = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    """A world with Anna and Boris."""
    made = World()
    made.person(ANNA, first_name="Anna")
    made.person(BORIS, first_name="Boris")
    return made


@pytest.fixture
def club(world: World) -> Channel:
    """A private channel with a post, that Boris follows."""
    channel = world.channel("Club")
    world.follow(world.find_person(BORIS), channel)
    world.publish(channel, "among us")
    return channel


@pytest.fixture
def sandbox(world: World, club: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert club.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


def imports(sandbox: Sandbox) -> int:
    """How often somebody tried to join."""
    return [call.method for call in sandbox.calls].count("messages.importChatInvite")


async def test_an_invite_is_shown_and_then_joined(sandbox: Sandbox, club: Channel) -> None:
    """Looking joins nothing; having joined, the same link finds the channel."""
    invite = sandbox.invite(club.id)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        assert await account.find(invite.url) == InviteSeen(
            title="Club", participants=1, needs_approval=False
        )
        assert club.id not in sandbox.world.find_person(ANNA).follows
        joined = await account.join(invite.url)
        assert (joined.id, joined.title, joined.top, joined.pts) == (club.id, "Club", 1, club.pts)
        assert (await account.history(club.id, joined.access_hash, 1)).ids == (1,)
        assert await account.find(invite.url) == joined
        assert await account.join(invite.url) == joined
    assert club.id in sandbox.world.find_person(ANNA).follows
    assert imports(sandbox) == 1


async def test_joining_with_a_lost_answer_is_joining(sandbox: Sandbox, club: Channel) -> None:
    """The call is carried out twice then, and refused the second time."""
    invite = sandbox.invite(club.id, limit=1)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.cut("messages.importChatInvite", when="after")
        assert (await account.join(invite.url)).id == club.id
    assert imports(sandbox) == 2


async def test_joining_may_have_to_be_waited_for(sandbox: Sandbox, club: Channel) -> None:
    """Until somebody agrees, it is asked for; then it is done."""
    invite = sandbox.invite(club.id, needs_approval=True)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        seen = await account.find(invite.url)
        assert isinstance(seen, InviteSeen)
        assert seen.needs_approval
        for _ in range(2):
            with pytest.raises(JoinPending, match="Club"):
                await account.join(invite.url)
        sandbox.follow(ANNA, club.id)
        assert (await account.join(invite.url)).id == club.id


@pytest.mark.parametrize("trouble", ["expired", "revoked", "full", "banned", "unknown", "no link"])
async def test_an_invite_that_lets_nobody_in_is_dead(
    sandbox: Sandbox, club: Channel, trouble: str
) -> None:
    """Whether it is looked at or joined by; the refusal tells Telegram's reason and what to do."""
    invite = sandbox.run(
        lambda: sandbox.world.invite(
            club,
            expires=YESTERDAY if trouble == "expired" else None,
            limit=0 if trouble == "full" else None,
        )
    )
    url = {"unknown": "t.me/+AAAAAAAAAAAA", "no link": "@news_ru"}.get(trouble, invite.url)
    if trouble == "banned":
        sandbox.ban(ANNA, club.id)
    if trouble == "revoked":
        sandbox.run(lambda: setattr(invite, "revoked", True))
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for call in (account.find, account.join)[trouble == "no link" :]:
            with pytest.raises(InviteDead, match="new one"):
                await call(url)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("CHANNELS_TOO_MUCH", TooManyChannels),
        ("USERS_TOO_MUCH", InviteDead),
        ("INVITE_HASH_EXPIRED", InviteDead),
        ("FLOOD_WAIT_9", Flooded),
    ],
)
async def test_what_telegram_may_say_to_joining(
    sandbox: Sandbox, club: Channel, error: str, refusal: type[Exception]
) -> None:
    """An account in too many channels, a full channel, an invite used up a moment ago, a wait."""
    invite = sandbox.invite(club.id)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.error("messages.importChatInvite", error)
        with pytest.raises(refusal):
            await account.join(invite.url)


async def test_a_group_is_not_joined(sandbox: Sandbox) -> None:
    """An invite is looked at first: nobody ends up in a group."""
    talk = sandbox.run(lambda: sandbox.world.channel("Talk", megagroup=True))
    invite = sandbox.invite(talk.id)
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        for call in (account.find, account.join):
            with pytest.raises(NotAChannel, match="Talk"):
                await call(invite.url)
    assert not imports(sandbox)


# What a Telegram may do and this sandbox never does


class Answers:
    """A client to whom answers are given."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)

    async def __call__(self, _request: Any) -> object:
        """Give the next."""
        return self._answers.pop(0)


def shown(**rest: Any) -> types.Channel:
    """A channel as Telegram describes one."""
    return types.Channel(1, "News", types.ChatPhotoEmpty(), None, access_hash=2, **rest)


async def test_a_channel_that_may_be_peeked_at_must_be_joined() -> None:
    """What can be seen for a while cannot be followed."""
    peek = types.ChatInvitePeek(
        shown(broadcast=True, participants_count=3, join_request=True), expires=None
    )
    client: Any = Answers(peek)
    assert await finding.find(client, "t.me/+AAAAAAAAAAAA") == InviteSeen(
        title="News", participants=3, needs_approval=True
    )


async def test_a_channel_that_asks_for_more_before_it_lets_in_is_pending() -> None:
    """Who is still outside after joining has not joined."""
    outside = types.ChatInvite("News", types.PhotoEmpty(0), 3, 0, broadcast=True)
    client: Any = Answers(outside, types.messages.ChatInviteJoinResultWebView(1, 2, []), outside)
    with pytest.raises(JoinPending):
        await finding.join(client, "t.me/+AAAAAAAAAAAA")
