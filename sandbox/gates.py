"""The listening sockets of a sandbox, one for each data centre."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from sandbox.media import HOME
from sandbox.world import CENTRES

_HOST: Final = "127.0.0.1"  # and nowhere else: the private key is public
_BACKLOG: Final = 1024

Connected: TypeAlias = Callable[[int, asyncio.StreamReader, asyncio.StreamWriter], None]


class Gates:
    """Where clients come in; opened in any thread, then watched on a loop."""

    def __init__(self, port: int) -> None:
        self.addresses = dict.fromkeys(CENTRES, (_HOST, 0)) | {HOME: (_HOST, port)}
        self._sockets: dict[int, socket.socket] = {}
        self._servers: list[asyncio.Server] = []

    def open(self) -> None:
        """Listen at every address; one that is 0 takes a free port, and keeps it."""
        try:
            for dc, address in self.addresses.items():
                self._sockets[dc] = _listening(address)
        except OSError:
            self.close()
            raise
        self.addresses = {dc: each.getsockname()[:2] for dc, each in self._sockets.items()}

    async def watch(self, connected: Connected) -> None:
        """Hand every connection on, on this loop."""
        self._servers = [
            await asyncio.start_server(partial(connected, dc), sock=each, backlog=_BACKLOG)
            for dc, each in self._sockets.items()
        ]

    def shut(self) -> None:
        """Refuse connections, but keep the addresses from being taken by others."""
        kept = {dc: _place_holder(each) for dc, each in self._sockets.items()}
        self.close()
        self._sockets = kept

    def reopen(self) -> None:
        """Listen again after `shut`; connections wait until they are watched."""
        for each in self._sockets.values():
            each.listen(_BACKLOG)

    def close(self) -> None:
        """Give the addresses up."""
        for server in self._servers:
            server.close()
        for each in self._sockets.values():
            each.close()
        self._servers, self._sockets = [], {}


def _listening(address: tuple[str, int]) -> socket.socket:
    """A socket that listens at an address."""
    made = _unbound()
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _unbound() -> socket.socket:
    # With its protocol named, asyncio lets what is accepted send small blocks at once.
    return socket.socket(proto=socket.IPPROTO_TCP)


def _place_holder(listening: socket.socket) -> socket.socket:
    """A socket at the same address that is bound and does not listen."""
    place = _unbound()
    place.setblocking(False)
    for each in (listening, place):
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(listening.getsockname())
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
    return place
