"""The thread, the loop and the port of one sandbox."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

from telethon import TelegramClient

from sandbox.calls import Call, Calls
from sandbox.cipher import Key
from sandbox.errors import SandboxNotRunning, SandboxStalled
from sandbox.faults import Faults
from sandbox.link import Link
from sandbox.minted import Minted
from sandbox.switchboard import Switchboard
from sandbox.telegram import DC_ID, Telegram
from sandbox.world import Post, World

P = ParamSpec("P")
T = TypeVar("T")

_HOST: Final = "127.0.0.1"  # and nowhere else: the private key is public
_DEADLINE: Final = 10.0  # seconds, of a control call, a start and a stop
_BACKLOG: Final = 1024
_HISTORY: Final = 100_000
_KEY_LENGTH: Final = 256


class Sandbox:
    """A Telegram that serves a world on the loopback interface while its `with` block runs.

    All methods may be called from any thread; they answer when the change is visible.
    Entered again, it serves the same port, and the logins made before are still good.
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        *,
        token_life: float = 30.0,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        self.world = world
        self.host = _HOST
        self.port = port
        self.faults = Faults()
        self._calls = Calls(_HISTORY, on_call)
        self._telegram = Telegram(world, calls=self._calls, faults=self.faults, life=token_life)
        self._switchboard = Switchboard(self._telegram)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def __repr__(self) -> str:
        state = "running" if self._loop else "stopped"
        return f"<Sandbox {self.address}, {state}, {self.world!r}>"

    def __enter__(self) -> Self:
        # Telethon keeps the addresses of data centres on the class: those of the last sandbox.
        TelegramClient._config = None  # noqa: SLF001
        listener = socket.create_server((_HOST, self.port), backlog=_BACKLOG)
        self._telegram.address = self.host, self.port = listener.getsockname()[:2]
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._main, args=(listener, ready), name="sandbox", daemon=True
        )
        self._thread.start()
        ready.result(_DEADLINE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        with suppress(RuntimeError):  # the loop may have ended by itself
            loop.call_soon_threadsafe(self._stopping.set)
        thread.join(_DEADLINE)
        if thread.is_alive():
            raise SandboxStalled(_DEADLINE)

    @property
    def address(self) -> str:
        """Where it listens: "sandbox://127.0.0.1:43117"."""
        return f"sandbox://{self.host}:{self.port}"

    @property
    def calls(self) -> tuple[Call, ...]:
        """The newest 100,000 answered calls, newest last."""
        return self._calls.history

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What no correct client and no correct sandbox does; empty at the end of a good test."""
        return self._calls.mistakes

    def publish(self, channel_id: int, text: str) -> Post:
        """Add a post to a channel."""
        world = self.world
        return self.run(lambda: world.publish(world.find_channel(channel_id), text))

    def edit(self, channel_id: int, post_id: int, text: str) -> Post:
        """Replace the text of a post."""
        world = self.world
        return self.run(lambda: world.edit(world.find_channel(channel_id), post_id, text))

    def delete(self, channel_id: int, post_id: int) -> None:
        """Remove a post."""
        world = self.world
        self.run(lambda: world.delete(world.find_channel(channel_id), post_id))

    def follow(self, person_id: int, channel_id: int) -> None:
        """Subscribe a person to a channel."""
        world = self.world
        self.run(lambda: world.follow(world.find_person(person_id), world.find_channel(channel_id)))

    def unfollow(self, person_id: int, channel_id: int) -> None:
        """End a person's subscription."""
        world = self.world
        self.run(
            lambda: world.unfollow(world.find_person(person_id), world.find_channel(channel_id))
        )

    def scan(self, url: str, person_id: int) -> None:
        """Let a person's phone scan a login code."""
        self.run(lambda: self._telegram.scan(url, person_id))

    def scan_automatically(self, person_id: int | None) -> None:
        """Let a person's phone scan every code as soon as it exists; None ends it.

        The client is told again until it collects the login, so it may begin to wait late.
        """

        def choose() -> None:
            self._telegram.scanner = self.world.find_person(person_id).id if person_id else None

        self.run(choose)

    def expire_tokens(self) -> None:
        """Let every login code that nobody scanned expire now."""
        self.run(self._telegram.logins.expire)

    def mint(self, person_id: int) -> Minted:
        """Log a person in on a new key, without a client."""

        def register() -> Key:
            key = Key.of(os.urandom(_KEY_LENGTH), self.world.find_person(person_id).id)
            self._telegram.keys.add(key)
            return key

        key = self.run(register)
        return Minted(
            dc_id=DC_ID, host=self.host, port=self.port, auth_key=key.data, user_id=person_id
        )

    def cut(self, person_id: int) -> None:
        """Break every connection of a person."""
        self.run(lambda: self._telegram.cut(person_id))

    def revoke(self, person_id: int) -> None:
        """End every login of a person: the next call is answered 401."""
        self.run(lambda: self._telegram.keys.revoke(person_id))

    def run(self, change: Callable[[], T]) -> T:
        """Call a function on the sandbox's thread, for example to change the world."""
        if threading.current_thread() is self._thread:
            return change()
        if self._loop is None:
            raise SandboxNotRunning
        result: Future[T] = Future()
        try:
            self._loop.call_soon_threadsafe(_settle, result, change)
        except RuntimeError:  # it ended just now
            raise SandboxNotRunning from None
        try:
            return result.result(_DEADLINE)
        except TimeoutError:
            if result.done():
                raise
            raise SandboxStalled(_DEADLINE) from None

    def _main(self, listener: socket.socket, ready: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(listener, ready))
        except BaseException as error:  # reaches the thread that starts it
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, listener: socket.socket, ready: "Future[None]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.world.bind(threading.get_ident())
        server = await asyncio.start_server(self._connected, sock=listener)
        ready.set_result(None)
        try:
            await self._stopping.wait()
        finally:
            server.close()
            self._telegram.close()
            self.world.bind(None)
            self._loop = None

    # Not a coroutine: asyncio reports those that are cancelled at the stop as errors.
    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._telegram.spawn(Link(self._telegram, self._switchboard, writer).serve(reader))


def _settle(result: "Future[T]", change: Callable[[], T]) -> None:
    try:
        result.set_result(change())
    except Exception as error:  # noqa: BLE001  # belongs to the thread that asked
        result.set_exception(error)
