"""The Telethon client as this program needs it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from telethon import TelegramClient
from telethon.errors import AuthKeyNotFound, RPCError, SecurityError
from telethon.network import ConnectionTcpFull
from telethon.tl import types
from telethon.tl.functions import InvokeWithoutUpdatesRequest
from telethon.tl.functions.help import GetConfigRequest

from actors.telegram.calls import CallLog
from actors.telegram.quiet import QuietLogger
from actors.telegram.session import RecordSession
from runtime import Affinity

_log = QuietLogger()


class WatchedClient(TelegramClient):
    """A client that shows each call to the house's log, with the thread it was made on."""

    def __init__(
        self,
        session: RecordSession,
        api: tuple[int, str],
        calls: CallLog,
        *,
        receive_updates: bool,
        connection: type = ConnectionTcpFull,
    ) -> None:
        """Build it; needs no loop yet. It belongs to the loop of its first `connect` for life."""
        super().__init__(
            session,
            *api,
            connection=connection,
            receive_updates=receive_updates,
            flood_sleep_threshold=0,  # the wait is reported, not slept through unseen
            raise_last_call_error=True,
            request_retries=2,
            connection_retries=3,
            device_model="tgactors",
            base_logger=_log,
        )
        self.record = session
        self.listeners: list[Callable[[Any], None]] = []
        """Told of each message of updates, on the client's own loop."""
        self._calls = calls
        self._ending: asyncio.Task[None] | None = None
        self._count_ignored()
        self._read_as_asked()
        self._look_at_each_end()
        self._affinity: Affinity | None = None
        self._moves = 0  # under way from one data centre to another; one may lead to the next
        self._settled = asyncio.Event()
        self._settled.set()

    async def connect(self) -> None:
        """Connect, and remember the thread."""
        if self._affinity is None:
            self._affinity = Affinity("a Telegram client")
        await super().connect()

    async def ended(self) -> None:
        """Return when the connection is no more; going to another data centre is no end."""
        while True:
            with suppress(Exception):  # why it ended is for the next call to find out
                await self.disconnected
            await self._settled.wait()
            if not self.is_connected():
                return

    def telegram_time(self) -> float:
        """Return the seconds since the epoch by Telegram's clock, as its newest message has it.

        https://core.telegram.org/mtproto/description#message-identifier-msg-id
        """
        state = self._sender._state  # noqa: SLF001  Telethon shows it nowhere else
        if state._highest_remote_id:  # noqa: SLF001
            return float(state._highest_remote_id / 2**32)  # noqa: SLF001
        return float(time.time() + state.time_offset)

    async def _call(self, sender: Any, request: Any, *args: Any, **options: Any) -> Any:
        home = self._affinity
        self._calls.note(at_home=home is None or home.note(type(request).__name__, depth=2))
        if not self.is_connected():
            self._say_why()
        return await super()._call(sender, request, *args, **options)

    async def _update_loop(self) -> None:
        """Pass on what comes, in place of Telethon's own handling.

        That would fetch what it believes to have missed of each channel it hears of, drop the edits
        and deletions in it, and ask anew for each that is silent, with the account's own calls.
        """
        while True:
            container = await self._updates_queue.get()
            self.session.process_entities(container)
            self._tell(container)

    async def _handle_auto_reconnect(self) -> None:
        await super()._handle_auto_reconnect()  # a call, by which Telegram goes on telling
        self._tell(types.UpdatesTooLong())  # what happened meanwhile was told to nobody

    def _tell(self, container: Any) -> None:
        for listener in self.listeners:
            listener(container)

    def _count_ignored(self) -> None:
        """End the connection when it ignores whatever Telegram sends; Telethon would keep it."""
        state = self._sender._state  # noqa: SLF001  shared by the sender's parts, made by itself
        count = state._count_ignored  # noqa: SLF001

        def counted() -> None:
            try:
                count()
            except SecurityError as error:
                if self._ending is None or self._ending.done():
                    # On a task of its own: this runs in one of those that are ended by it.
                    end = self._sender._disconnect(error=ConnectionError(str(error)))  # noqa: SLF001
                    self._ending = asyncio.create_task(end)
                raise

        state._count_ignored = counted  # noqa: SLF001

    def _read_as_asked(self) -> None:
        """Have a request read its answer, as Telethon does, also where Telethon wraps it."""
        send = self._sender.send

        def sent(request: Any, ordered: bool = False) -> Any:
            if isinstance(request, InvokeWithoutUpdatesRequest):
                request.read_result = request.query.read_result
            return send(request, ordered=ordered)

        self._sender.send = sent

    def _look_at_each_end(self) -> None:
        """Look why a connection ended, though nobody may ask: asyncio would say that nobody did."""
        disconnect = self._sender._disconnect  # noqa: SLF001

        async def disconnected(error: Exception | None = None) -> None:
            await disconnect(error=error)
            self._why()

        self._sender._disconnect = disconnected  # noqa: SLF001

    def _say_why(self) -> None:
        """Raise what Telegram ended the connection for, if it was not the network."""
        error = self._why()
        if isinstance(error, (RPCError, AuthKeyNotFound)):
            raise error

    def _why(self) -> BaseException | None:
        end = self._sender._disconnected  # noqa: SLF001  awaited, it could not be looked at
        return end.exception() if end.done() and not end.cancelled() else None

    async def _switch_dc(self, new_dc: int) -> Any:
        self._moves += 1
        self._settled.clear()
        try:
            return await super()._switch_dc(new_dc)
        finally:
            self._moves -= 1
            if not self._moves:
                self._settled.set()

    async def _get_dc(self, dc_id: int, cdn: bool = False) -> Any:
        # Telethon would keep the answer on the class, for every client of the process for ever.
        config = await self(GetConfigRequest())
        for each in config.dc_options:
            if each.id == dc_id and bool(each.cdn) == cdn and not (each.ipv6 or each.media_only):
                return each
        raise ConnectionError(f"Telegram named no address of its data centre {dc_id}")
