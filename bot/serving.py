"""Everything that one process serves, for as long as it runs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chat import duty
from bot.house import own_house
from bot.refusals import LeaseRanOut
from bot.supervision import supervised, together
from bot.web import server
from bot.web.announcement import announced, announcement_of
from bot.web.app import make_app
from bot.web.service import Bot, Service
from runtime.logs import get_logger

if TYPE_CHECKING:
    import socket

    from anyio.abc import TaskGroup

    from actors.house import House
    from bot.screen import Screen
    from bot.settings import Settings

log = get_logger("bot")


class Serving:
    """Reads by the schedule, tags and indexes, and answers over HTTP and at the bot, if any."""

    def __init__(
        self,
        screen: Screen,
        settings: Settings,
        *,
        begin_with: Callable[[House], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        """Serve what the settings say; `begin_with` is done beside it, once the house is open."""
        self._screen = screen
        self._settings = settings
        self._begin_with = begin_with
        self._bot = Bot(wanted=settings.bot_token is not None)

    async def run(self, *, data: Path | None, telegram: str | None) -> None:
        """Serve until cancelled.

        Raises `LeaseRanOut` when other processes may have taken what this one serves,
        `AddressTaken` and `BotTokenRefused`.
        """
        silent = _Silence()
        listening = server.listen(self._settings.http_host, self._settings.http_port)
        opened = own_house(
            data=data,
            telegram=telegram,
            writes=True,
            schedule=True,
            more={"on_lease_lost": silent.noticed},
        )
        here = server.listen_here(listening)
        with listening, here or nullcontext():
            async with opened as house, together() as group:
                with self._served(group, house, listening, *([here] if here else [])):
                    if self._begin_with is not None:
                        group.start_soon(self._begin_with, house)
                    if self._settings.bot_token is not None:
                        token = self._settings.bot_token.get_secret_value()
                        group.start_soon(self._answer, house, token)
                    await silent.ends_it()

    @contextmanager
    def _served(self, group: TaskGroup, house: House, *listening: socket.socket) -> Iterator[None]:
        """Serve HTTP, and say where; commands are told the last of the addresses."""
        service = Service(house, self._settings, secrets.token_urlsafe(32), self._bot)
        group.start_soon(server.serve, make_app(service), *listening)
        told = announcement_of(server.address_of(listening[-1]), service.local_token)
        with announced(self._settings.data, told):
            self._begin(server.address_of(listening[0]))
            yield

    async def _answer(self, house: House, token: str) -> None:
        """Be the one process that polls for the bot, as soon as no other is."""
        async with house.hold_polling(token, waiting=self._wait) as polling, together() as group:
            work = partial(
                duty.serve,
                house,
                token=token,
                api=self._settings.bot_api,
                admins=self._settings.admins,
                timezone=self._settings.timezone,
                public=self._settings.http_public_url,
                ready=self._ready,
            )
            group.start_soon(supervised, "bot", work)
            await polling.wait_lost()
            raise LeaseRanOut

    def _begin(self, address: str) -> None:
        bot = "" if self._bot.wanted else " There is no bot: TGACTORS_BOT_TOKEN is not set."
        self._screen.say_whole(f"The schedule reads, until Ctrl-C.{bot}")
        self._screen.say_whole(f"HTTP is served at {address}/docs")
        self._screen.answer({"serving": {"bot": self._bot.wanted, "http": address}})

    def _wait(self, holder: str | None) -> None:
        self._bot.ready, self._bot.holder = False, holder
        log.warning("serve.not_ready", holder=holder)
        self._screen.answer({"waiting": {"holder": holder}})

    def _ready(self, name: str) -> None:
        self._bot.ready, self._bot.holder = True, None
        log.info("serve.ready", bot=name)
        self._screen.say_whole(f"The bot answers: https://t.me/{name}")
        self._screen.answer({"ready": {"bot": name}})


class _Silence:
    """A lease that ran out, felt on the loop that serves."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def noticed(self) -> None:
        """Note it; from any thread."""
        with suppress(RuntimeError):  # the loop is closed: it ends already
            self._loop.call_soon_threadsafe(self._event.set)

    async def ends_it(self) -> None:
        """Wait for it, and raise."""
        await self._event.wait()
        raise LeaseRanOut
