"""Answers full of posts, decoded at a third of what Telethon's own decoding costs.

Theory of operation. Decoding is most of what a reading costs. Telethon makes each message for
somebody who will answer it: it looks at every flag, then finds out whose it is and where. Whoever
reads a channel wants the fields and nothing else. So a message whose fields are those of usual
posts starts as a copy of an empty one and is given what its flags say it has; how, is worked out
once for each combination of flags. Any other message is left to Telethon, and so are all of them
once its layer describes messages anew.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Self, TypeAlias

from telethon.extensions import BinaryReader
from telethon.tl import types
from telethon.tl.alltlobjects import tlobjects
from telethon.tl.core import core_objects

_int = struct.Struct("<i").unpack_from
_unsigned = struct.Struct("<I").unpack_from
_long = struct.Struct("<q").unpack_from
_HEAD: Final = struct.Struct("<iii")
_LONG_BYTES: Final = 254  # the length is in the three bytes that follow

_PEER_BYTES: Final = 12  # of a channel: what it is, and its id

_LAYOUT: Final = 0x7600B9D3
"""The form of a message that is known here: https://core.telegram.org/constructor/message"""


class PostReader(BinaryReader):
    """Telethon's reader: it reads the same, in less time."""

    stream: bytes
    position: int

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.peers: dict[bytes, types.PeerChannel] = {}

    def read_int(self, signed: bool = True) -> int:
        """Read an integer of 4 bytes."""
        at = self.position
        self.position = at + 4
        value: int = (_int if signed else _unsigned)(self.stream, at)[0]
        return value

    def read_long(self, signed: bool = True) -> int:
        """Read an integer of 8 bytes."""
        if not signed:
            return int(super().read_long(signed=False))
        at = self.position
        self.position = at + 8
        value: int = _long(self.stream, at)[0]
        return value

    def tgread_bytes(self) -> bytes:
        """Read bytes that are preceded by their length."""
        stream, at = self.stream, self.position
        length = stream[at] if at < len(stream) else 0
        start = at + 1
        if length == _LONG_BYTES:
            start = at + 4
            length = int.from_bytes(stream[at + 1 : start], "little")
        end = start + length
        self.position = end + (at - end) % 4  # to where the next four bytes begin
        if self.position > len(stream):
            raise BufferError(f"bytes {at} to {self.position} are wanted of {len(stream)}")
        return stream[start:end]

    def tgread_string(self) -> str:
        """Read text; what is not UTF-8 in it is replaced."""
        return self.tgread_bytes().decode("utf-8", "replace")

    def tgread_date(self) -> datetime:
        """Read a time."""
        return datetime.fromtimestamp(self.read_int(), UTC)

    def tgread_object(self) -> Any:
        """Read whatever comes."""
        at = self.position
        kind = _KINDS.get(_unsigned(self.stream, at)[0])
        if kind is None:  # it is no object but a vector, a truth value, or unknown
            return super().tgread_object()
        self.position = at + 4
        return kind.from_reader(self)


class Post(types.Message):
    """A message that was read for what it holds; it knows of no client."""

    @classmethod
    def from_reader(cls, reader: PostReader) -> Self:
        """Read it, whatever it holds."""
        at = reader.position
        flags, more, id_ = _HEAD.unpack_from(reader.stream, at)
        if more or flags & _UNUSUAL:
            message: Self = types.Message.from_reader(reader)
            return message
        reader.position = at + _HEAD.size
        said, fields = _layout(flags)
        values = said.copy()
        values["id"] = id_
        for name, read in fields:
            values[name] = read(reader)
        post = cls.__new__(cls)
        post.__dict__ = values
        return post


def read_posts(reader: BinaryReader) -> Any:
    """Read the answer to a request: for its `read_result`."""
    quick = PostReader(reader.stream)
    quick.position = reader.position
    return quick.tgread_object()


_KINDS: Final[dict[int, Any]] = {**core_objects, **tlobjects}
if types.Message.CONSTRUCTOR_ID == _LAYOUT:
    _KINDS[_LAYOUT] = Post


def _peer(reader: PostReader) -> Any:
    """Read whose post it is: all of a page are one channel's."""
    at = reader.position
    told = reader.stream[at : at + _PEER_BYTES]
    peer = reader.peers.get(told)
    if peer is None:
        peer = reader.tgread_object()
        if isinstance(peer, types.PeerChannel):
            reader.peers[told] = peer
    else:
        reader.position = at + _PEER_BYTES
    return peer


def _media(reader: PostReader) -> Any:
    found = reader.tgread_object()
    return None if isinstance(found, types.MessageMediaEmpty) else found


_Field: TypeAlias = tuple[str, Callable[[PostReader], Any]]

_TRUTHS: Final = {1, 4, 5, 13, 14, 18, 19, 21, 24, 26, 27}
"""Bits of the flags that say something by themselves."""

_ALWAYS: Final = None
_FIELDS: Final[tuple[tuple[int | None, _Field], ...]] = (
    (_ALWAYS, ("peer_id", _peer)),
    (2, ("fwd_from", PostReader.tgread_object)),
    (11, ("via_bot_id", PostReader.read_long)),
    (3, ("reply_to", PostReader.tgread_object)),
    (_ALWAYS, ("date", PostReader.tgread_date)),
    (_ALWAYS, ("message", PostReader.tgread_string)),
    (9, ("media", _media)),
    (6, ("reply_markup", PostReader.tgread_object)),
    (7, ("entities", PostReader.tgread_vector)),
    (10, ("views", PostReader.read_int)),
    (10, ("forwards", PostReader.read_int)),
    (23, ("replies", PostReader.tgread_object)),
    (15, ("edit_date", PostReader.tgread_date)),
    (16, ("post_author", PostReader.tgread_string)),
    (17, ("grouped_id", PostReader.read_long)),
    (20, ("reactions", PostReader.tgread_object)),
)
"""What follows the id, in this order, and the bit of the flags that says whether it is there."""

_UNUSUAL: Final = ~sum(1 << bit for bit in _TRUTHS | {bit for bit, _ in _FIELDS if bit is not None})


@lru_cache(maxsize=256)
def _layout(flags: int) -> tuple[dict[str, Any], tuple[_Field, ...]]:
    """Return what these flags say by themselves, and which fields follow."""
    truths = flags & sum(1 << bit for bit in _TRUTHS)
    bare = _HEAD.pack(truths, 0, 0) + bytes(types.PeerChannel(0)) + bytes(8)  # no time, no text
    message = types.Message.from_reader(BinaryReader(bare))
    said = {name: value for name, value in vars(message).items() if not name.startswith("_")}
    return said, tuple(field for bit, field in _FIELDS if bit is None or flags >> bit & 1)
