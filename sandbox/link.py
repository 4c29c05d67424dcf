"""One client's connection: packets in, packets out."""

import asyncio
from collections.abc import Iterator
from struct import pack, unpack_from
from typing import Any, Final

from sandbox import transport
from sandbox.cipher import Key, decrypt, encrypt
from sandbox.handshake import Handshake, plain_packet
from sandbox.session import Session
from sandbox.switchboard import Switchboard
from sandbox.telegram import Telegram

_NO_KEY: Final = bytes(8)
_UNKNOWN_KEY: Final = pack("<i", -404)  # a transport error: four bytes instead of a packet


class Link:
    """A connection; it lives until either side closes it."""

    def __init__(
        self, telegram: Telegram, switchboard: Switchboard, writer: asyncio.StreamWriter, dc: int
    ) -> None:
        self.telegram = telegram
        self.switchboard = switchboard
        self.place = str(writer.get_extra_info("peername", ("", 0))[0])
        self._dc = dc
        self._writer = writer
        self._handshake = Handshake(dc, telegram.now)
        self._sessions: dict[tuple[bytes, int], Session] = {}
        self._transport: transport.Transport | None = None

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Answer packets until the connection ends."""
        self.telegram.links.add(self)
        try:
            self._transport = await transport.accept(reader, self._writer)
            while not self._writer.is_closing():
                self._receive(await self._transport.read())
                await self._writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away
        except Exception as error:  # noqa: BLE001  # the connection's life ends here
            self.telegram.calls.mistake(f"a packet could not be understood: {error!r}")
        finally:
            self.telegram.links.discard(self)
            self.abort()

    def send(self, key: Key, plain: bytes) -> None:
        """Encrypt and send a message."""
        self._write(key.id + encrypt(key.data, plain))

    def push(self, key: Key, update: Any) -> None:
        """Send an update to the newest session of this key, if that one wants updates."""
        sessions = [session for session in self._sessions.values() if session.key is key]
        if sessions and sessions[-1].wants_updates:
            sessions[-1].send(update)

    def listeners(self) -> Iterator[Session]:
        """The newest session of each logged-in key, if that one wants updates."""
        newest = {session.key.id: session for session in self._sessions.values()}
        for session in newest.values():
            key = session.key
            if session.wants_updates and key.person_id and not (key.is_borrowed or key.is_burnt):
                yield session

    def knows(self, key: Key) -> bool:
        """Whether this key was used on this connection."""
        return any(session.key is key for session in self._sessions.values())

    def is_of(self, person_id: int) -> bool:
        """Whether the client is logged in as this person."""
        return any(session.key.person_id == person_id for session in self._sessions.values())

    def abort(self) -> None:
        """Break the connection; what was not sent is lost."""
        self._writer.transport.abort()

    def _receive(self, packet: bytes) -> None:
        key_id = packet[:8]
        if key_id == _NO_KEY:
            self._shake_hands(packet)
        elif (key := self.telegram.keys.find(key_id)) is None or key.dc != self._dc:
            self._write(_UNKNOWN_KEY)
            self._writer.close()
        else:
            plain = decrypt(key.data, packet[8:])
            (session_id,) = unpack_from("<q", plain, 8)
            session = self._sessions.get((key_id, session_id))
            if session is None:
                session = self._sessions[key_id, session_id] = Session(self, key, session_id)
                key.is_burnt |= self.telegram.is_elsewhere(key, self.place)
            session.receive(plain)

    def _shake_hands(self, packet: bytes) -> None:
        body = self._handshake.step(packet)
        self._write(plain_packet(self.telegram.message_ids.next(is_reply=True), body))
        if self._handshake.key is not None:
            self.telegram.keys.add(self._handshake.key)

    def _write(self, packet: bytes) -> None:
        if self._transport is not None:
            self._transport.write(packet)
