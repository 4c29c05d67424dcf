"""A Bot API, people, and stock aiogram for it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from sandbox.botapi import UNLIMITED, BotApi, Person
from tests.sandbox.botapi.bots import Clock, Raw


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(clock: Clock) -> Iterator[BotApi]:
    """A Bot API without limits, in which mistakes are allowed."""
    with BotApi(limits=UNLIMITED, clock=clock) as running:
        yield running


@pytest.fixture
def api(served: BotApi) -> Iterator[BotApi]:
    """A Bot API without limits; no bot of these tests makes a mistake."""
    yield served
    assert served.mistakes == ()


@pytest.fixture
def mia(served: BotApi) -> Person:
    """Somebody who has started the bot, and of whom it has been told."""
    person = served.person(42, first_name="Mia", language_code="ru")
    person.start()
    return person


@pytest.fixture
def raw(served: BotApi) -> Iterator[Raw]:
    with Raw(served) as opened:
        yield opened


@pytest.fixture
async def bot(served: BotApi) -> AsyncIterator[Bot]:
    """Stock aiogram."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(served.url), timeout=10)
    yield Bot(served.token, session=session)
    if session._session is not None:
        await session._session.close()  # its own close() waits for TLS, which there is not
