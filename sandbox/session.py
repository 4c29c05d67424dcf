"""One client session on a connection: service messages, containers, answers."""

import os
from collections.abc import Iterator
from struct import pack, unpack_from
from typing import TYPE_CHECKING, Any, Final

from telethon.errors import TypeNotFoundError
from telethon.extensions import BinaryReader
from telethon.tl import functions, types
from telethon.tl.core import GzipPacked, MessageContainer

from sandbox.cipher import Key

if TYPE_CHECKING:
    from sandbox.link import Link

_TOO_OLD, _TOO_NEW, _BAD_SALT = 16, 17, 48  # codes of bad_msg_notification
_PAST, _FUTURE = 300, 30  # seconds a message id may be off
_RECEIVED = b"\x04"  # the state of a message in msgs_state_info
_RPC_RESULT: Final = 0xF35C6D01  # in none of Telethon's tables of types
_NOTICES: Final = (types.MsgsAck, types.MsgsStateInfo, types.MsgsAllInfo, types.MsgResendReq)


class Session:
    """Who is asking on a link, and how to answer; replies go to the session that asked."""

    def __init__(self, link: "Link", key: Key, session_id: int) -> None:
        self.link = link
        self.key = key
        self.wants_updates = False
        self._id = session_id
        self._is_new = True
        self._sent = 0  # messages the client must acknowledge

    def receive(self, plain: bytes) -> None:
        """Take one decrypted message: salt, session, id, number, length, body."""
        salt, _, message_id, number, length = unpack_from("<qqqii", plain)
        off = message_id / 2**32 - self.link.telegram.now()
        # Such notices travel alone: Telethon drops them inside containers.
        if not -_PAST < off < _FUTURE:
            code = _TOO_OLD if off < 0 else _TOO_NEW
            self.send(types.BadMsgNotification(message_id, number, code), content=False)
        elif salt != self.link.telegram.salt:
            self.send(
                types.BadServerSalt(message_id, number, _BAD_SALT, self.link.telegram.salt),
                content=False,
            )
        else:
            self._greet(message_id)
            self._take(message_id, plain[32 : 32 + length])

    def answer(self, message_id: int, result: bytes) -> None:
        """Send the result of a call."""
        self._send(pack("<Iq", _RPC_RESULT, message_id) + result, content=True, is_reply=True)

    def send(self, message: Any, *, content: bool = True) -> None:
        """Send a message of the server's own; `content` asks for an acknowledgement."""
        self._send(bytes(message), content=content, is_reply=False)

    def _send(self, body: bytes, *, content: bool, is_reply: bool) -> None:
        number = 2 * self._sent + content
        self._sent += content
        telegram = self.link.telegram
        message_id = telegram.message_ids.next(is_reply=is_reply)
        head = pack("<qqqii", telegram.salt, self._id, message_id, number, len(body))
        self.link.send(self.key, head + body)

    def _greet(self, message_id: int) -> None:
        if self._is_new:
            self._is_new = False
            unique = int.from_bytes(os.urandom(8), "little", signed=True)
            self.send(types.NewSessionCreated(message_id, unique, self.link.telegram.salt))

    def _take(self, message_id: int, body: bytes) -> None:
        (constructor,) = unpack_from("<I", body)
        if constructor == MessageContainer.CONSTRUCTOR_ID:
            for inner_id, inner in _unpack(body):
                self._take(inner_id, inner)
            return
        try:
            with BinaryReader(body) as reader:
                request = reader.tgread_object()
        except TypeNotFoundError as error:
            self.link.switchboard.refuse_unknown(self, message_id, error.invalid_constructor_id)
            return
        self._handle(message_id, request)

    def _handle(self, message_id: int, request: Any) -> None:
        match request:
            case GzipPacked():
                self._take(message_id, request.data)
            case functions.PingRequest() | functions.PingDelayDisconnectRequest():
                self.send(types.Pong(message_id, request.ping_id), content=False)
            case functions.GetFutureSaltsRequest():
                self.send(self.link.telegram.future_salts(message_id), content=False)
            case types.MsgsStateReq():
                info = _RECEIVED * len(request.msg_ids)
                self.send(types.MsgsStateInfo(message_id, info), content=False)
            case _ if not isinstance(request, _NOTICES):
                self.link.switchboard.take(self, message_id, request)


def _unpack(container: bytes) -> Iterator[tuple[int, bytes]]:
    (left,) = unpack_from("<i", container, 4)
    position = 8
    for _ in range(left):
        message_id, _number, length = unpack_from("<qii", container, position)
        position += 16
        yield message_id, container[position : position + length]
        position += length
