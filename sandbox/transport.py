"""Packets over TCP, in whichever framing the client chose."""

import asyncio
from typing import Any, Final, Protocol

from telethon.crypto import AESModeCTR
from telethon.network.connection.tcpabridged import AbridgedPacketCodec
from telethon.network.connection.tcpfull import FullPacketCodec
from telethon.network.connection.tcpintermediate import IntermediatePacketCodec

_HEADER: Final = 64  # bytes an obfuscated connection begins with


class _Source(Protocol):
    async def readexactly(self, n: int, /) -> bytes: ...


class Transport:
    """One connection's packets; framings are symmetric, so Telethon's codecs serve here too."""

    def __init__(self, source: _Source, writer: asyncio.StreamWriter, codec: Any) -> None:
        self._source = source
        self._writer = writer
        self._codec = codec

    async def read(self) -> bytes:
        """The next packet; raises IncompleteReadError at the end of the connection."""
        return bytes(await self._codec.read_packet(self._source))

    def write(self, packet: bytes) -> None:
        """Send a packet, unless the connection is closing."""
        if not self._writer.is_closing():
            self._writer.write(self._encrypt(self._codec.encode_packet(packet)))

    def _encrypt(self, data: bytes) -> bytes:
        return data


class _Obfuscated(Transport):
    """A connection whose whole stream is encrypted with keys from its own first bytes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, header: bytes
    ) -> None:
        mirrored = header[55:7:-1]
        self._outgoing = AESModeCTR(mirrored[:32], mirrored[32:48])
        incoming = AESModeCTR(header[8:40], header[40:56])
        tag = bytes(incoming.encrypt(header))[56:60]
        codecs = {
            codec.obfuscate_tag: codec for codec in (AbridgedPacketCodec, IntermediatePacketCodec)
        }
        if tag not in codecs:
            raise asyncio.IncompleteReadError(header, None)
        super().__init__(_Decrypted(reader, incoming), writer, codecs[tag](None))

    def _encrypt(self, data: bytes) -> bytes:
        return bytes(self._outgoing.encrypt(data))


class _Decrypted:
    def __init__(self, reader: asyncio.StreamReader, cipher: Any) -> None:
        self._reader = reader
        self._cipher = cipher

    async def readexactly(self, n: int, /) -> bytes:
        return bytes(self._cipher.encrypt(await self._reader.readexactly(n)))


class _Peeked:
    """A stream some bytes of which were read to see what it is."""

    def __init__(self, reader: asyncio.StreamReader, seen: bytes) -> None:
        self._reader = reader
        self._seen = seen

    async def readexactly(self, n: int, /) -> bytes:
        if not self._seen:
            return await self._reader.readexactly(n)
        taken, self._seen = self._seen[:n], self._seen[n:]
        if len(taken) < n:
            taken += await self._reader.readexactly(n - len(taken))
        return taken


async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Transport:
    """Tell the client's framing from its first bytes, as Telegram does."""
    head = await reader.readexactly(1)
    if head == AbridgedPacketCodec.tag:
        return Transport(reader, writer, AbridgedPacketCodec(None))
    head += await reader.readexactly(3)
    if head == IntermediatePacketCodec.tag:
        return Transport(reader, writer, IntermediatePacketCodec(None))
    head += await reader.readexactly(4)
    if head[4:] == bytes(4):  # a length, then packet number 0; obfuscated ones avoid these zeros
        return Transport(_Peeked(reader, head), writer, FullPacketCodec(None))
    return _Obfuscated(reader, writer, head + await reader.readexactly(_HEADER - len(head)))
