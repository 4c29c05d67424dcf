"""How bots learn what happened, by hand and by aiogram's own polling."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, Message
from aiogram.utils.backoff import BackoffConfig

from sandbox.botapi import Answer, BotApi, Error, Page, Person
from tests.sandbox.botapi.bots import Raw, buttons

pytestmark = pytest.mark.anyio
SOON = BackoffConfig(min_delay=0.001, max_delay=0.01, factor=1.5, jitter=0.0)


def _dispatcher() -> Dispatcher:
    """A bot that greets, and answers a button."""
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def greet(message: Message) -> None:
        await message.answer("<b>Hello</b>", parse_mode="HTML", reply_markup=buttons("Log in"))

    @dispatcher.callback_query(F.data == "log in")
    async def log_in(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("Scan this")
        await query.answer("Soon")

    return dispatcher


@asynccontextmanager
async def _polling(bot: Bot) -> AsyncIterator[None]:
    """Stock aiogram, polling until the block ends."""
    dispatcher = _dispatcher()
    task = asyncio.create_task(
        dispatcher.start_polling(
            bot,
            handle_signals=False,
            close_bot_session=False,
            backoff_config=SOON,
            polling_timeout=20,
        )
    )
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _confirmed(bot: Bot) -> None:
    """Wait until a poll has begun, which confirms what it has got."""
    async with asyncio.timeout(10):
        while (await bot.get_webhook_info()).pending_update_count:
            pass


@pytest.fixture
async def second(served: BotApi) -> AsyncIterator[Bot]:
    """The same bot, in another process as it were."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(served.url), timeout=10)
    yield Bot(served.token, session=session)
    if session._session is not None:
        await session._session.close()


async def test_a_whole_conversation(api: BotApi, bot: Bot) -> None:
    """A start, an answer with a button, a press, an edit and a notice, by stock aiogram."""
    mia = api.person(42)
    async with _polling(bot):
        mia.start()
        hello = await mia.awaited(lambda message: bool(message.keyboard))
        assert hello.html == "<b>Hello</b>"
        press = mia.press(hello, "Log in")
        assert await press.awaited() == Answer("Soon")
        edited = await mia.awaited(lambda message: message.text == "Scan this")
    assert (edited.id, edited.keyboard, edited.edits) == (hello.id, (), ("<b>Hello</b>",))


async def test_a_poll_waits_for_what_happens(bot: Bot, second: Bot, mia: Person) -> None:
    """It is answered at once when something does, and again until that is confirmed."""
    (start,) = await bot.get_updates(timeout=0)
    waiting = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20))
    await _confirmed(second)
    mia.send("hello")
    (update,) = await asyncio.wait_for(waiting, 10)
    assert update.update_id == start.update_id + 1
    assert [each.update_id for each in await bot.get_updates(timeout=0)] == [update.update_id]


def test_a_poll_can_find_nothing(raw: Raw) -> None:
    """An empty list, when its time is over."""
    assert raw.call("getUpdates", timeout=0) == (200, [])


def test_a_poll_has_a_limit(raw: Raw, mia: Person) -> None:
    """At most so many updates, oldest first; a hundred at most."""
    for number in range(101):
        mia.send(f"no {number}")
    two = raw.call("getUpdates", limit=2)[1]
    assert [update["message"]["text"] for update in two] == ["/start", "no 0"]
    assert len(raw.call("getUpdates", limit=1000)[1]) == 100


def test_kinds_are_remembered(raw: Raw, mia: Person) -> None:
    """What is not wanted is lost, also after calls that do not say so."""
    raw.call("getUpdates", allowed_updates=["edited_message"])
    sent = mia.send("one")
    raw.call("getUpdates", offset=-1)
    mia.edit(sent, "two")
    mia.block()
    kinds = [set(update) - {"update_id"} for update in raw.call("getUpdates")[1]]
    assert kinds[-1:] == [{"edited_message"}]
    assert {"my_chat_member"} not in kinds


async def test_S4_a_second_poll_ends_the_first(bot: Bot, second: Bot, mia: Person) -> None:
    """The older one is told so in Telegram's words; the newer one gets what happens."""
    (start,) = await bot.get_updates(timeout=0)
    older = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20))
    await _confirmed(second)
    newer = asyncio.create_task(second.get_updates(offset=start.update_id + 1, timeout=20))
    with pytest.raises(TelegramConflictError) as caught:
        await asyncio.wait_for(older, 10)
    assert caught.value.message == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    mia.send("to the newer one")
    (update,) = await asyncio.wait_for(newer, 10)
    assert update.message is not None
    assert update.message.text == "to the newer one"


async def test_polling_survives_what_a_gateway_does(api: BotApi, bot: Bot) -> None:
    """Pages, refusals and an outage; updates of that time come afterwards."""
    api.faults.next("getUpdates", Page(502), times=2)
    api.faults.next("getUpdates", Error(500, "Internal Server Error: restart"))
    mia = api.person(42)
    async with _polling(bot):
        mia.start()
        first = await mia.awaited(lambda message: message.text == "Hello")
        await asyncio.to_thread(_down_and_start, api, mia)
        again = await mia.awaited(lambda message: message.text == "Hello", after=first.id)
    assert again.id > first.id
    statuses = [call.status for call in api.calls if call.method == "getUpdates"]
    assert statuses[:3] == [502, 502, 500]


def _down_and_start(api: BotApi, mia: Person) -> None:
    with api.down():
        mia.start()


async def test_an_abandoned_poll_takes_nothing(bot: Bot, second: Bot, mia: Person) -> None:
    """What happens after the client has gone is there for its next call."""
    (start,) = await bot.get_updates(timeout=0)
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20))
    await _confirmed(second)
    poll.cancel()
    with suppress(asyncio.CancelledError):
        await poll
    mia.send("later")
    (update,) = await bot.get_updates(offset=start.update_id + 1, timeout=0)
    assert update.message is not None
    assert update.message.text == "later"


def test_a_webhook_is_not_served(served: BotApi, raw: Raw) -> None:
    """It is refused, and noted."""
    arguments: dict[str, Any] = {"url": "https://example.org"}
    assert raw.refusal("setWebhook", **arguments) == "Bad Request: METHOD_NOT_SERVED: setWebhook"
    assert served.mistakes == ("setWebhook is not served",)
