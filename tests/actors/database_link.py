"""A way to the database that can fall silent or break."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Link:
    """A proxy of the database's socket, at an address of its own."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        where = parse_qs(parts.query)
        name = f".s.PGSQL.{where['port'][0]}"
        self.dsn = dsn.replace(where["host"][0], str(folder))
        self._there, self._here = Path(where["host"][0]) / name, folder / name
        self._open = _open()
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self) -> asyncio.Server:
        """Listen."""
        return await asyncio.start_unix_server(self._connected, self._here)

    def freeze(self) -> None:
        """Let nothing through any more, and break nothing."""
        self._open.clear()

    def thaw(self) -> None:
        """Let everything through again."""
        self._open.set()

    def strand(self) -> None:
        """Let nothing through on what is connected now."""
        self.freeze()
        self._open = _open()

    def cut(self) -> None:
        """Break what is connected."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._there)
        self._writers += [writer, back]
        is_open = self._open
        await asyncio.gather(pump(reader, back, is_open), pump(there, writer, is_open))


def _open() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


async def pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_open: asyncio.Event
) -> None:
    """Pass on what comes, while it is open."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            await is_open.wait()
            writer.write(data)
    writer.close()
