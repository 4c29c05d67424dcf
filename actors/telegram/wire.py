"""A connection to Telegram that sends nothing once its process's lease is over.

Theory of operation. Every packet is checked right before it is written. At the end of the term the
socket is aborted on its own loop, and what lies in its send buffer is dropped instead of delivered
when the link returns. Telethon's sender meets an aborted connection by connecting again, which is
refused with LeaseLost, and so are the calls it had pending.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, ClassVar

from telethon.network import ConnectionTcpFull

from actors.term import Term
from storage.errors import LeaseLost
from storage.rows import Hold

_ABORT = struct.pack("ii", 1, 0)  # linger for no time: closing resets the connection


class LeasedConnection(ConnectionTcpFull):
    """A connection under a lease; `leased` makes the class for one client."""

    term: ClassVar[Term]
    hold: ClassVar[Hold]
    seconds: ClassVar[float]

    _forget: Callable[[], None] | None = None

    async def connect(self, timeout: float | None = None, ssl: Any = None) -> None:
        """Connect; raises LeaseLost, which Telethon does not take for trouble of the network."""
        self.term.check(self.hold)
        await super().connect(timeout=timeout, ssl=ssl)
        self._watch()

    async def disconnect(self) -> None:
        """Disconnect; what was not delivered by now never will be."""
        self._let_go()
        await super().disconnect()

    async def _connect(self, timeout: float | None = None, ssl: Any = None) -> None:
        await super()._connect(timeout=timeout, ssl=ssl)
        connected = self._writer.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        milliseconds = int(self.seconds * 1000)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)

    def _send(self, data: bytes) -> None:
        if not self.term.holds(self.hold.incarnation):
            self._abort()
            raise ConnectionAbortedError(str(LeaseLost(self.hold.account)))
        super()._send(data)

    def _abort(self) -> None:
        """End the connection now; on its own loop."""
        if self._writer is not None:
            self._writer.transport.abort()
        # Whoever waits for a packet is not always woken by that: Telethon may cancel its reader
        # first. If the queue is full, he has something to read, and then finds it closed.
        with contextlib.suppress(asyncio.QueueFull):
            error = ConnectionAbortedError(str(LeaseLost(self.hold.account)))
            self._recv_queue.put_nowait((None, error))

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()

        def lost() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and the socket with it
                loop.call_soon_threadsafe(self._abort)

        self._forget = self.term.on_loss(self.hold.incarnation, lost)

    def _let_go(self) -> None:
        forget, self._forget = self._forget, None
        if forget is not None:
            forget()


def leased(term: Term, hold: Hold, seconds: float) -> type[LeasedConnection]:
    """Make the class of a client's connections.

    What is not acknowledged for `seconds` after it was sent is dropped by the kernel, also while
    this process is stopped. The margin of the lease is safe: a packet sent at the last moment of
    the term is then delivered before others may take the account, or never.
    """
    return type("Leased", (LeasedConnection,), {"term": term, "hold": hold, "seconds": seconds})
