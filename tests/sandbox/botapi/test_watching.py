"""The live feed."""

import asyncio
import threading

import pytest

from sandbox.botapi import BotApi, Person
from tests.sandbox.botapi.bots import Raw, buttons

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("api")]


def test_all_that_happens_is_told_in_order(api: BotApi, raw: Raw, mia: Person) -> None:
    """With the message as it was at that moment."""
    watcher = api.watch()
    mia.send("hello")
    markup = buttons("Yes").model_dump(exclude_none=True)
    number = raw.send("one", reply_markup=markup)["message_id"]
    raw.call("editMessageText", chat_id=42, message_id=number, text="two", reply_markup=markup)
    mia.press(number, "Yes")
    query = raw.call("getUpdates", offset=-1)[1][0]["callback_query"]["id"]
    raw.call("answerCallbackQuery", callback_query_id=query, text="done")
    raw.call("deleteMessage", chat_id=42, message_id=number)
    raw.call("sendChatAction", chat_id=42, action="typing")
    watcher.close()
    told = [(each.kind, each.message.text if each.message else each.text) for each in watcher]
    assert told == [
        ("sent", "hello"),
        ("sent", "one"),
        ("edited", "two"),
        ("pressed", "two"),
        ("answered", "done"),
        ("deleted", "two"),
        ("action", "typing"),
    ]


def test_only_the_newest_are_kept(api: BotApi, mia: Person) -> None:
    """Who does not listen misses the oldest, and is told how many."""
    watcher = api.watch(bound=2, within=0)
    for text in ("one", "two", "three"):
        mia.send(text)
    assert [each.message.text for each in watcher if each.message] == ["two", "three"]
    assert watcher.missed == 1


def test_each_watcher_has_its_own(api: BotApi, mia: Person) -> None:
    """Taking from one leaves the others alone; a closed one gets no more."""
    first, second = api.watch(), api.watch()
    mia.send("x")
    assert first.next(0) is not None
    assert first.next(0) is None
    assert second.next(0) is not None
    second.close()
    mia.send("y")
    assert (first.next(0) is None, second.next(0)) == (False, None)


async def test_a_loop_can_listen(api: BotApi, mia: Person) -> None:
    """It wakes when something happens, and ends when the feed does."""
    watcher = api.watch()
    heard: list[str] = []

    async def listen() -> None:
        async for event in watcher:
            heard.append(event.message.text if event.message else "")
            if len(heard) == 2:
                watcher.close()

    listening = asyncio.create_task(listen())
    await asyncio.to_thread(mia.send, "one")
    await asyncio.to_thread(mia.send, "two")
    await asyncio.wait_for(listening, 10)
    assert heard == ["one", "two"]


def test_closing_wakes_a_thread_that_listens(api: BotApi) -> None:
    """Long before its time is over."""
    watcher = api.watch(within=600)
    thread = threading.Thread(target=lambda: list(watcher))
    thread.start()
    watcher.close()
    thread.join(10)
    assert not thread.is_alive()
