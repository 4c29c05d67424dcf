"""Faults as clients meet them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from sandbox import HoldNotReached, UnknownMethod
from sandbox.botapi import BotApi, Cut, Error, Fault, Flood, Page, Person, Silent
from tests.sandbox.botapi.bots import Raw

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("mia")]


def _sent(mia: Person) -> list[str]:
    return [message.text for message in mia.inbox if not message.is_mine]


async def test_errors_of_all_kinds(api: BotApi, bot: Bot, mia: Person) -> None:
    """Aiogram has a class for each; nothing was sent, and the next call is answered."""
    met: list[tuple[Fault, type[Exception]]] = [
        (Error(403, "Forbidden: user is deactivated"), TelegramForbiddenError),
        (Error(500, "Internal Server Error"), TelegramServerError),
        (Flood(3), TelegramRetryAfter),
        (Page(502), ClientDecodeError),
        (Cut(), TelegramNetworkError),
    ]
    for fault, kind in met:
        api.faults.next("sendMessage", fault)
        with pytest.raises(kind):
            await bot.send_message(42, "x")
    assert _sent(mia) == []
    await bot.send_message(42, "well")
    assert [call.fault for call in api.calls if call.method == "sendMessage"][2:] == [
        Flood(3), Page(502), Cut(), None,
    ]  # fmt: skip


async def test_a_call_can_succeed_without_an_answer(api: BotApi, bot: Bot, mia: Person) -> None:
    """The client cannot know that its message was sent."""
    api.faults.next("sendMessage", Cut("after"))
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(42, "sent all the same")
    api.faults.next("sendMessage", Silent("after"))
    waiting = asyncio.create_task(bot.send_message(42, "this too"))
    await mia.awaited(lambda message: message.text == "this too")
    assert not waiting.done()
    waiting.cancel()
    assert _sent(mia) == ["sent all the same", "this too"]


async def test_faults_are_for_a_method_and_a_chat(api: BotApi, bot: Bot, mia: Person) -> None:
    """After `skip` calls, for `times` calls; names in any case, and "*" for all methods."""
    ben = api.person(43)
    ben.start()
    api.faults.next("SENDMESSAGE", Flood(1), chat=43, skip=1, times=2)
    await bot.send_message(42, "x")
    await bot.send_message(43, "y")
    for _ in range(2):
        with pytest.raises(TelegramRetryAfter):
            await bot.send_message(43, "z")
    await bot.send_message(43, "z")
    api.faults.next("*", Flood(1))
    with pytest.raises(TelegramRetryAfter):
        await bot.get_me()
    assert _sent(ben) == ["y", "z"]
    assert _sent(mia) == ["x"]


async def test_a_held_call_waits(api: BotApi, bot: Bot, mia: Person) -> None:
    """Until it is released; others are answered meanwhile."""
    with api.faults.hold("sendMessage", chat=42) as hold:
        waiting = asyncio.create_task(bot.send_message(42, "held"))
        await asyncio.to_thread(hold.reached)
        assert _sent(mia) == []
        assert (await bot.get_me()).id == bot.id
    await asyncio.wait_for(waiting, 10)
    assert _sent(mia) == ["held"]


def test_what_is_no_fault_of_a_call(api: BotApi) -> None:
    """Methods that nobody serves, and holds that nobody reaches."""
    with pytest.raises(UnknownMethod):
        api.faults.next("sendMesage", Flood(1))
    with pytest.raises(HoldNotReached):
        api.faults.hold("getMe").reached(timeout=0)


def test_faults_are_forgotten(api: BotApi, raw: Raw, mia: Person) -> None:
    """Also those that hold."""
    api.faults.next("sendMessage", Flood(1), times=5)
    api.faults.hold("getMe")
    api.faults.clear()
    raw.send("x")
    assert raw.call("getMe")[0] == 200
    assert _sent(mia) == ["x"]


def test_the_end_of_a_server_ends_what_waits() -> None:
    """A held call and a silent one keep nobody from leaving the block."""
    with ThreadPoolExecutor() as threads, ExitStack() as serving:
        api = serving.enter_context(BotApi())
        ben = api.person(43)
        ben.start()
        api.faults.next("sendMessage", Silent("after"))
        hold = api.faults.hold("getMe")
        with Raw(api) as first, Raw(api) as second:
            calls = [
                threads.submit(first.call, "getMe"),
                threads.submit(second.call, "sendMessage", chat_id=43, text="x"),
            ]
            hold.reached()
            ben.wait(lambda message: message.text == "x", within=10)
            assert not any(call.done() for call in calls)
            serving.close()
            assert all(isinstance(call.exception(10), httpx.TransportError) for call in calls)
    assert [call.status for call in api.calls] == [None, None]
