"""Injected faults as a stock client meets them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from anyio import to_thread
from telethon import functions, types
from telethon.errors import (
    AuthKeyDuplicatedError,
    AuthKeyUnregisteredError,
    BadRequestError,
    ChannelPrivateError,
    FloodWaitError,
)

from sandbox import Channel, FaultInvalid, HoldNotReached, Person, Sandbox, UnknownMethod
from sandbox.fault import When
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio

HISTORY = "messages.getHistory"


def _history(viewer: Person, channel: Channel) -> Any:
    peer = types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))
    return functions.messages.GetHistoryRequest(peer, 0, None, 0, 10, 0, 0, 0)


def _answers(sandbox: Sandbox, method: str) -> list[str]:
    return [call.answer for call in sandbox.calls if call.method == method]


async def test_an_error_is_answered_once(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A call meets the error with its data; the next one is carried out."""
    sandbox.faults.error(HISTORY, "FLOOD_WAIT_2")
    async with connect(anna, flood_sleep_threshold=0) as client:
        with pytest.raises(FloodWaitError) as caught:
            await client(_history(anna, news))
        assert (caught.value.seconds, caught.value.code) == (2, 420)
        assert len((await client(_history(anna, news))).messages) == 10
    assert _answers(sandbox, HISTORY) == ["FLOOD_WAIT_2", "ok"]


async def test_errors_carry_telegrams_codes(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """An error known to the client arrives as its class, an unknown one as a bad request."""
    sandbox.faults.error("updates.getState", "AUTH_KEY_DUPLICATED", user=anna.id, skip=1)
    sandbox.faults.error("updates.getState", "SOMETHING_NEW", user=anna.id, skip=1)
    async with connect(anna) as client:  # connecting asks for the state once
        for kind, code in ((AuthKeyDuplicatedError, 406), (BadRequestError, 400)):
            with pytest.raises(kind) as caught:
                await client(functions.updates.GetStateRequest())
            assert caught.value.code == code


async def test_faults_are_for_a_user_and_count_calls(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person, news: Channel
) -> None:
    """Only the user's calls count; the skipped ones are answered, the next `times` are not."""
    sandbox.faults.error(HISTORY, "CHANNEL_PRIVATE", user=anna.id, skip=2, times=2)
    async with connect(anna) as one, connect(boris) as other:
        for _ in range(5):
            await other(_history(boris, news))
            await asyncio.gather(one(_history(anna, news)), return_exceptions=True)
    told = {call.number: call.answer for call in sandbox.calls if call.method == HISTORY}
    mine = [c.number for c in sandbox.calls if c.method == HISTORY and c.user == anna.id]
    assert [told[number] for number in mine] == ["ok", "ok", *["CHANNEL_PRIVATE"] * 2, "ok"]
    assert list(told.values()).count("ok") == 8


async def test_a_held_call_waits_and_nothing_else_does(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """While a call is held its client's other calls are answered; released, it is carried out."""
    held = sandbox.faults.hold(HISTORY)
    async with connect(anna) as client:
        asking = asyncio.create_task(client(_history(anna, news)))
        await to_thread.run_sync(held.reached)
        assert len((await client(_history(anna, news))).messages) == 10
        sandbox.publish(news.id, "published meanwhile")
        assert not asking.done()
        held.release()
        page = await asyncio.wait_for(asking, 10)
        assert page.messages[0].message == "published meanwhile"


async def test_a_hold_ends_with_its_block(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Left as a context manager, or released early, a hold holds nothing more."""
    async with connect(anna) as client:
        with sandbox.faults.hold(HISTORY, times=5) as held:
            asking = asyncio.create_task(client(_history(anna, news)))
            await to_thread.run_sync(held.reached)
        assert len((await asyncio.wait_for(asking, 10)).messages) == 10
        sandbox.faults.error(HISTORY, "CHANNEL_INVALID")
        with pytest.raises(BadRequestError, match="Invalid channel"):
            await client(_history(anna, news))
        assert len((await client(_history(anna, news))).messages) == 10


def test_a_hold_nobody_reaches_says_so(sandbox: Sandbox) -> None:
    """Waiting for a call that does not come ends with the method's name."""
    held = sandbox.faults.hold(HISTORY)
    with pytest.raises(HoldNotReached, match=r"messages\.getHistory"):
        held.reached(0.01)


async def test_a_cut_before_loses_the_call(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """The connection breaks and nothing was carried out: the repeated call is the first."""
    sandbox.faults.cut("auth.logOut", when="before")
    async with connect(anna) as client:
        assert await asyncio.wait_for(client.log_out(), 10) is True
    assert _answers(sandbox, "auth.logOut") == ["cut before", "ok"]


async def test_a_cut_after_loses_the_answer(
    sandbox: Sandbox, connect: Connect, anna: Person
) -> None:
    """The call was carried out before the connection broke: the repeated one finds it done."""
    sandbox.faults.cut("auth.logOut", when="after")
    async with connect(anna) as client:
        assert await asyncio.wait_for(client.log_out(), 10) is False
    assert _answers(sandbox, "auth.logOut") == ["cut after", "AUTH_KEY_UNREGISTERED"]


async def test_cutting_a_person_leaves_others_connected(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person
) -> None:
    """Every connection of the person ends at once; another's goes on, and a new one works."""
    async with (
        connect(anna, auto_reconnect=False) as one,
        connect(anna, auto_reconnect=False) as two,
        connect(boris, auto_reconnect=False) as other,
    ):
        sandbox.cut(anna.id)
        for client in (one, two):
            with pytest.raises(asyncio.IncompleteReadError):
                await asyncio.wait_for(client.disconnected, 10)
        assert (await other.get_me()).id == boris.id
        async with connect(anna) as again:
            assert (await again.get_me()).id == anna.id


async def test_a_cut_client_comes_back_by_itself(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client that reconnects reads on with the same key."""
    async with connect(anna) as client:
        sandbox.cut(anna.id)
        page = await asyncio.wait_for(client(_history(anna, news)), 10)
        assert len(page.messages) == 10


async def test_a_revoked_person_is_unauthorised(
    sandbox: Sandbox, connect: Connect, anna: Person, boris: Person
) -> None:
    """The next call is refused with 401 and the connection stays; others notice nothing."""
    async with connect(anna) as client, connect(boris) as other:
        sandbox.revoke(anna.id)
        with pytest.raises(AuthKeyUnregisteredError) as caught:
            await client(functions.updates.GetStateRequest())
        assert caught.value.code == 401
        assert client.is_connected()
        assert await client.get_me() is None
        assert (await other.get_me()).id == boris.id


async def test_a_method_that_is_not_served_is_named(
    served: Sandbox, connect: Connect, anna: Person
) -> None:
    """The client gets an error with the method's name, and so does the list of mistakes."""
    async with connect(anna) as client:
        with pytest.raises(BadRequestError, match=r"messages\.getStickers"):
            await client(functions.messages.GetStickersRequest("x", 0))
        assert (await client.get_me()).id == anna.id
    assert served.mistakes == ("METHOD_NOT_SERVED messages.getStickers",)


def test_a_fault_for_a_misspelt_method_is_refused(sandbox: Sandbox) -> None:
    """A method Telegram does not have could never match, so it is refused at once."""
    with pytest.raises(UnknownMethod, match=r"messages\.getHistory"):
        sandbox.faults.error("messages.GetHistory", "FLOOD_WAIT_1")


async def test_cleared_faults_do_nothing(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """After clear() held calls go on and no fault is left."""
    held = sandbox.faults.hold(HISTORY)
    sandbox.faults.error(HISTORY, "CHANNEL_PRIVATE", times=100)
    async with connect(anna) as client:
        asking = asyncio.create_task(client(_history(anna, news)))
        await to_thread.run_sync(held.reached)
        sandbox.faults.clear()
        assert len((await asyncio.wait_for(asking, 10)).messages) == 10
        assert len((await client(_history(anna, news))).messages) == 10


async def test_a_delayed_call_is_carried_out_late(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A delayed call takes its seconds and is answered; the next one is prompt."""
    sandbox.faults.delay(HISTORY, 0.1)
    async with connect(anna) as client:
        for _ in range(2):
            assert (await client(_history(anna, news))).messages[0].id == 250
    late, prompt = (call for call in sandbox.calls if call.method == HISTORY)
    assert (late.fault, prompt.fault) == ("delay", None)
    assert late.took >= 0.1


@pytest.mark.parametrize(("when", "joined"), [("before", False), ("after", True)])
async def test_a_silent_call_is_never_answered(
    sandbox: Sandbox,
    connect: Connect,
    anna: Person,
    news: Channel,
    when: When,
    joined: bool,
) -> None:
    """The client waits in vain, whether the call was carried out or not; other calls go on."""
    sandbox.unfollow(anna.id, news.id)
    sandbox.faults.silent("channels.joinChannel", when=when)
    peer = types.InputChannel(news.id, access_hash(anna.id, "channel", news.id))
    async with connect(anna) as client:
        asking = asyncio.create_task(client(functions.channels.JoinChannelRequest(peer)))
        for _ in range(3):
            await client(functions.updates.GetStateRequest())
        assert not asking.done()
        assert (news.id in anna.follows) is joined
        asking.cancel()
    assert _answers(sandbox, "channels.joinChannel") == [f"silent {when}"]


async def test_a_script_of_faults_can_be_data(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Faults loaded from plain data do what those added one by one do, in their order."""
    script: list[dict[str, Any]] = [
        {"method": HISTORY, "error": "CHANNEL_PRIVATE", "times": 2},
        {"method": HISTORY, "hold": True, "user": anna.id},
        {"method": HISTORY, "delay": 0.01, "skip": 1},
        {"method": "updates.getState", "cut": "before", "skip": 1},
        {"method": "help.getConfig", "silent": "after", "skip": 5},
    ]
    (held,) = sandbox.faults.load(script)
    async with connect(anna) as client:
        for _ in range(2):
            with pytest.raises(ChannelPrivateError):
                await client(_history(anna, news))
        asking = asyncio.create_task(client(_history(anna, news)))
        await to_thread.run_sync(held.reached)
        held.release()
        assert (await asyncio.wait_for(asking, 10)).messages
        for _ in range(2):
            assert (await client(_history(anna, news))).messages
        await asyncio.wait_for(client(functions.updates.GetStateRequest()), 10)
    faults = [call.fault for call in sandbox.calls if call.method == HISTORY]
    assert faults == ["error", "error", "hold", None, "delay"]


@pytest.mark.parametrize(
    "entry",
    [
        {"method": HISTORY},
        {"method": HISTORY, "error": 5},
        {"method": HISTORY, "cut": "during"},
        {"method": HISTORY, "hold": False},
        {"method": HISTORY, "error": "X", "delay": 1},
        {"method": HISTORY, "error": "X", "often": 2},
        {"error": "X"},
    ],
)
def test_a_script_that_makes_no_sense_is_refused(sandbox: Sandbox, entry: dict[str, Any]) -> None:
    """A fault without a method, of no kind or of two is refused, and nothing is added."""
    good = {"method": HISTORY, "error": "FLOOD_WAIT_5"}
    with pytest.raises(FaultInvalid, match="exactly one of"):
        sandbox.faults.load([good, entry])
    assert repr(sandbox.faults) == "<Faults: []>"
