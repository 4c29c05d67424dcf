"""The listening socket of one provider."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import Final

_HOST: Final = "127.0.0.1"  # and nowhere else: its keys are public
_BACKLOG: Final = 256

Factory = Callable[[], asyncio.Protocol]


class Gate:
    """Where clients come in; opened in any thread, then watched on a loop."""

    def __init__(self) -> None:
        self.port = 0
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None

    def open(self) -> None:
        """Listen at a free port, or at the one it had before."""
        self._socket = _bound(self.port)
        self._socket.listen(_BACKLOG)
        self.port = self._socket.getsockname()[1]

    async def watch(self, factory: Factory, tls: ssl.SSLContext | None) -> None:
        """Give every connection a protocol, on this loop."""
        loop = asyncio.get_running_loop()
        if self._socket is None:  # closed meanwhile
            return
        # Kept before it serves, so that it can be closed whenever this is cancelled.
        self._server = await loop.create_server(
            factory, sock=self._socket, ssl=tls, backlog=_BACKLOG, start_serving=False
        )
        await self._server.start_serving()

    def shut(self) -> None:
        """Refuse connections, but keep the port from being taken by others."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        place = _bound(self.port, is_shared=True)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
        self.close()
        self._socket = place

    def reopen(self) -> None:
        """Listen again after `shut`; connections wait until they are watched."""
        if self._socket is not None:
            self._socket.listen(_BACKLOG)

    def close(self) -> None:
        """Give the port up."""
        if self._server is not None:
            self._server.close()
        if self._socket is not None:
            self._socket.close()
        self._server = self._socket = None


def _bound(port: int, *, is_shared: bool = False) -> socket.socket:
    """A socket at a port that does not listen yet; 0 takes a free one."""
    # With its protocol named, asyncio lets what is accepted send small blocks at once.
    made = socket.socket(proto=socket.IPPROTO_TCP)
    made.setblocking(False)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, is_shared)
        made.bind((_HOST, port))
    except OSError:
        made.close()
        raise
    return made
