"""The thread, the loop and the port of one sandbox."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

from telethon import TelegramClient

from sandbox.calls import Call, Calls
from sandbox.control import Control
from sandbox.errors import SandboxNotRunning, SandboxStalled
from sandbox.faults import Faults
from sandbox.gates import Gates
from sandbox.link import Link
from sandbox.media import HOME
from sandbox.switchboard import Switchboard
from sandbox.telegram import Limits, Telegram
from sandbox.world import World

P = ParamSpec("P")
T = TypeVar("T")

_DEADLINE: Final = 10.0  # seconds, of a control call, a start and a stop
_HISTORY: Final = 100_000


class Sandbox(Control):
    """A Telegram that serves a world on the loopback interface while its `with` block runs.

    All methods may be called from any thread; they answer when the change is visible.
    Entered again, it serves the same ports, and the logins made before are still good.
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        *,
        token_life: float = 30.0,
        code_life: float = 300.0,
        codes_per_day: int = 5,
        resolves_per_day: int = 200,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        self.world = world
        self.faults = Faults()
        self._calls = Calls(_HISTORY, on_call)
        limits = Limits(
            token_life=token_life,
            code_life=code_life,
            codes_per_day=codes_per_day,
            resolves_per_day=resolves_per_day,
        )
        self._telegram = Telegram(world, calls=self._calls, faults=self.faults, limits=limits)
        self._switchboard = Switchboard(self._telegram)
        self._gates = Gates(port)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def __repr__(self) -> str:
        state = "running" if self._loop else "stopped"
        return f"<Sandbox {self.address}, {state}, {self.world!r}>"

    def __enter__(self) -> Self:
        # Telethon keeps the addresses of data centres on the class: those of the last sandbox.
        TelegramClient._config = None  # noqa: SLF001
        self._gates.open()
        self._telegram.addresses = self._gates.addresses
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._main, args=(ready,), name="sandbox", daemon=True
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
    def host(self) -> str:
        """The loopback interface, and nothing else: the private key is public."""
        return self._gates.addresses[HOME][0]

    @property
    def port(self) -> int:
        """The port of the data centre that clients begin with."""
        return self._gates.addresses[HOME][1]

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

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse every connection during the block; the world goes on and can be changed."""
        self.run(self._shut)
        try:
            yield
        finally:
            self.run(self._reopen)

    def restart(self) -> None:
        """Break every connection and come back at the same address; logins stay good."""
        with self.down():
            self._telegram.expire_salt()

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

    def _main(self, ready: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:  # reaches the thread that starts it
            self._gates.close()
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: "Future[None]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self.world.bind(
            threading.get_ident(), lambda event: self._telegram.pushes.tell(self.world, event)
        )
        await self._gates.watch(self._connected)
        ready.set_result(None)
        try:
            await self._stopping.wait()
        finally:
            self._gates.close()
            self._telegram.close()
            self.world.bind(None)
            self._loop = None

    def _shut(self) -> None:
        self._gates.shut()
        self._telegram.close()

    def _reopen(self) -> None:
        self._gates.reopen()
        self._telegram.spawn(self._gates.watch(self._connected))

    # Not a coroutine: asyncio reports those that are cancelled at the stop as errors.
    def _connected(
        self, dc: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._telegram.spawn(Link(self._telegram, self._switchboard, writer, dc).serve(reader))


def _settle(result: "Future[T]", change: Callable[[], T]) -> None:
    try:
        result.set_result(change())
    except Exception as error:  # noqa: BLE001  # belongs to the thread that asked
        result.set_exception(error)
