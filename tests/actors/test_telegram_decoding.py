"""The quick decoding of posts, against Telethon's own."""

from __future__ import annotations

import asyncio
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from telethon.errors import TypeNotFoundError
from telethon.extensions import BinaryReader
from telethon.tl import types
from telethon.tl.functions.messages import GetHistoryRequest

from actors.telegram.calls import CallLog
from actors.telegram.client import WatchedClient
from actors.telegram.decoding import Post, PostReader
from actors.telegram.reading import GetPostsRequest
from actors.telegram.session import RecordSession
from actors.telegram.trust import trust_sandbox
from sandbox import Sandbox, World
from tests.actors.telegram_accounts import PATIENCE, record
from tests.actors.telegram_messages import HERE, PEERS, blobs, ints, longs, messages, texts

ANNA = 101
AT = datetime(2024, 5, 1, 12, tzinfo=UTC)


def answer(*found: Any) -> bytes:
    """A page of history, as it comes."""
    channel = types.Channel(500, "News", types.ChatPhotoEmpty(), AT, access_hash=2**62)
    return bytes(types.messages.ChannelMessages(7, len(found), list(found), [], [channel], []))


def cut(whole: bytes, data: st.DataObject) -> bytes:
    """Less of it."""
    return whole[: data.draw(st.integers(0, len(whole) - 1))]


@given(st.lists(messages(), max_size=3))
@example([types.Message(id_, peer, None, "") for id_, peer in enumerate((*PEERS, *PEERS))])
def test_it_reads_what_telethon_reads(page: list[Any]) -> None:
    """Every field of every message is the same, and they end in the same place."""
    data = answer(*page)
    quick, slow = PostReader(data), BinaryReader(data)
    assert repr(quick.tgread_object().to_dict()) == repr(slow.tgread_object().to_dict())
    assert quick.position == slow.position == len(data)


@given(messages(), st.data())
def test_what_was_cut_off_is_refused(message: Any, data: st.DataObject) -> None:
    """Half an answer is an error, as it is for Telethon, and not a shorter post."""
    part = cut(answer(message), data)
    for reader in (BinaryReader, PostReader):
        with pytest.raises((BufferError, struct.error)):
            reader(part).tgread_object()


@given(blobs | texts.map(str.encode), st.data())
def test_bytes_are_read_whole_or_not_at_all(written: bytes, data: st.DataObject) -> None:
    """Also where nothing follows them that would be missed."""
    whole = types.Message.serialize_bytes(written)
    quick = PostReader(whole)
    assert quick.tgread_bytes() == written
    assert quick.position == len(whole)
    with pytest.raises(BufferError):
        PostReader(cut(whole, data)).tgread_bytes()


@given(ints, longs)
def test_numbers_are_signed_or_not(number: int, long: int) -> None:
    """Both ways of reading a number are Telethon's."""
    data = struct.pack("<iiqq", number, number, long, long)
    quick, slow = PostReader(data), BinaryReader(data)
    for signed in (True, False):
        assert quick.read_int(signed=signed) == slow.read_int(signed=signed)
    for signed in (True, False):
        assert quick.read_long(signed=signed) == slow.read_long(signed=signed)


def test_what_is_no_object_is_read_as_well() -> None:
    """Vectors and truth values come where an object may."""
    numbers = struct.pack("<IiII", 0x1CB5C415, 2, 0x997275B5, 0xBC799737)
    assert PostReader(numbers).tgread_object() == [True, False]


def test_an_unknown_kind_is_named() -> None:
    """Of what a newer layer sends, the error tells what it was, as Telethon's does."""
    with pytest.raises(TypeNotFoundError) as caught:
        PostReader(b"\1\2\3\4rest").tgread_object()
    assert caught.value.invalid_constructor_id == 0x04030201
    assert caught.value.remaining == b"\1\2\3\4rest"


def test_text_that_is_no_utf8_is_mended() -> None:
    """A broken character does not cost the page."""
    message = answer(types.Message(1, HERE, AT, "abc")).replace(b"\3abc", b"\3a\xffc")
    assert PostReader(message).tgread_object().messages[0].message == "a�c"


def test_telethons_messages_have_the_form_that_is_known() -> None:
    """A usual post is read here; that a newer Telethon has to be looked at shows in this test."""
    found = PostReader(answer(types.Message(1, HERE, AT, "one", post=True))).tgread_object()
    assert type(found.messages[0]) is Post


@pytest.mark.anyio
@pytest.mark.parametrize("told", [False, True])
async def test_a_page_is_read_quickly_whether_the_client_is_told_of_updates_or_not(
    told: bool,
) -> None:
    """Telethon wraps the requests of who is told of none; any other request is read by Telethon."""
    world = World()
    news = world.channel("News", username="news")
    world.follow(world.person(ANNA, first_name="Anna"), news)
    world.publish(news, "hello")
    trust_sandbox()
    with Sandbox(world) as sandbox:
        session = RecordSession(record(sandbox, ANNA))
        client = WatchedClient(session, (1, "hash"), CallLog(), receive_updates=told)
        async with asyncio.timeout(PATIENCE):
            await client.connect()
            try:
                peer = await client.get_input_entity("news")
                pages = [
                    await client(kind(peer, 0, None, 0, 100, 0, 0, 0))
                    for kind in (GetPostsRequest, GetHistoryRequest)
                ]
            finally:
                await client.disconnect()
    assert [type(page.messages[0]) for page in pages] == [Post, types.Message]
    assert pages[0].to_dict() == pages[1].to_dict()
