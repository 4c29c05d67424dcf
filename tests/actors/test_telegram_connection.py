"""A connection: its end, its API keys, its record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import (
    ApiKeysRefused,
    ChannelClosed,
    Flooded,
    SessionRevoked,
    TelegramNotConfigured,
)
from actors.telegram.calls import CallLog
from actors.telegram.connector import connect
from actors.telegram.session import RecordSession
from runtime import Refusal
from sandbox import Channel, Sandbox, World
from tests.actors.telegram_accounts import opened, record

pytestmark = pytest.mark.anyio

ANNA = 101


@pytest.fixture
def world() -> World:
    """A world with Anna."""
    made = World()
    made.person(ANNA, first_name="Anna", phone="+79990000101")
    return made


@pytest.fixture
def news(world: World) -> Channel:
    """A channel Anna follows."""
    channel = world.channel("News", username="news")
    world.follow(world.find_person(ANNA), channel)
    world.publish(channel, "hello")
    return channel


@pytest.fixture
def sandbox(world: World, news: Channel) -> Iterator[Sandbox]:
    """That world, served, and asked nothing wrong."""
    assert news.id
    with Sandbox(world) as serving:
        yield serving
        assert serving.mistakes == ()


# The end


async def test_a_key_that_telegram_forgot_ends_the_connection(sandbox: Sandbox) -> None:
    """An end with an error is an end, raises nothing, and the next call says why."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        await account.me()
        sandbox.forget_keys(ANNA)
        sandbox.cut(ANNA)
        await account.lost()
        with pytest.raises(SessionRevoked) as caught:
            await account.me()
        assert caught.value.reason == "AUTH_KEY_NOT_FOUND"


async def test_a_broken_line_that_comes_back_is_no_end(sandbox: Sandbox) -> None:
    """As long as Telethon finds its way back, nobody need act; closing ends the wait."""
    async with (
        opened(sandbox, record(sandbox, ANNA)) as account,
        anyio.create_task_group() as group,
    ):
        ended = anyio.Event()

        async def wait_for_the_end() -> None:
            await account.lost()
            ended.set()

        group.start_soon(wait_for_the_end)
        sandbox.faults.cut("users.getUsers")
        assert (await account.me()).id == ANNA
        assert not ended.is_set()
        await account.close()
        await ended.wait()


async def test_the_wait_for_the_end_can_be_given_up(sandbox: Sandbox) -> None:
    """Who waits for the end is cancelled like anybody, and the connection lives."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        with anyio.move_on_after(0.05) as scope:
            await account.lost()
        assert scope.cancelled_caught
        assert (await account.me()).id == ANNA


async def test_a_session_that_has_ended_is_logged_out(sandbox: Sandbox) -> None:
    """Logging out twice, or after Telegram did, or with the answer lost, is no error."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        sandbox.faults.cut("auth.logOut", when="after")
        await account.log_out()
        await account.log_out()
        with pytest.raises(SessionRevoked):
            await account.me()


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("CHANNEL_PRIVATE", ChannelClosed),
        ("MSG_ID_INVALID", ChannelClosed),
        ("SOMETHING_NEW", ChannelClosed),
        ("PEER_FLOOD", Flooded),
        ("FLOOD_PREMIUM_WAIT_7", Flooded),
        ("API_ID_INVALID", ApiKeysRefused),
        ("AUTH_KEY_UNREGISTERED", SessionRevoked),
        ("AUTH_KEY_DUPLICATED", SessionRevoked),
    ],
)
async def test_what_concerns_the_account_is_not_taken_for_a_channels_trouble(
    sandbox: Sandbox, news: Channel, error: str, refusal: type[Refusal]
) -> None:
    """Another channel would fare no better: the account waits, or logs in again."""
    async with opened(sandbox, record(sandbox, ANNA)) as account:
        (seen,) = (await account.channels()).channels
        sandbox.faults.error("messages.getHistory", error)
        with pytest.raises(refusal):
            await account.history(news.id, seen.access_hash, 1)
        assert (await account.history(news.id, seen.access_hash, 1)).posts


# API keys


async def test_an_accounts_own_api_keys_go_with_its_record(sandbox: Sandbox) -> None:
    """A fresh login takes them, the record keeps them, and they come before the operator's."""
    async with opened(sandbox, api=(77, "own")) as account:
        await account.send_code("+79990000101")
        await account.check_code(sandbox.last_code(ANNA))
        kept = account.record()
        (mine,) = sandbox.run(lambda: list(sandbox._telegram.keys.of(ANNA)))
        assert mine.device.api_id == 77
    assert RecordSession(kept).api == (77, "own")
    again = connect(sandbox.address, (5, "operator"), CallLog(), kept, api=(6, "other"))
    await again.connect()
    assert mine.device.api_id == 77
    assert again.record() == kept
    await again.close()


async def test_the_operators_api_keys_serve_whoever_has_none(sandbox: Sandbox) -> None:
    """They are used, and kept out of the record: the operator may change them."""
    account = connect(sandbox.address, (5, "operator"), CallLog(), record(sandbox, ANNA))
    await account.connect()
    (mine,) = sandbox.run(lambda: list(sandbox._telegram.keys.of(ANNA)))
    assert mine.device.api_id == 5
    assert RecordSession(account.record()).api is None
    await account.close()


async def test_api_keys_given_to_a_record_without_any_are_kept(sandbox: Sandbox) -> None:
    """A session that was made elsewhere is used with the keys it came with."""
    async with opened(sandbox, record(sandbox, ANNA), api=(77, "own")) as account:
        assert RecordSession(account.record()).api == (77, "own")


def test_telegram_itself_needs_api_keys() -> None:
    """Without the operator's and the account's own there is nothing to connect with."""
    with pytest.raises(TelegramNotConfigured):
        connect(None, None, CallLog(), None)


async def test_api_keys_that_telegram_refuses_are_told_from_a_bad_line(sandbox: Sandbox) -> None:
    """The person is told to copy them once more."""
    async with opened(sandbox) as account:
        sandbox.faults.error("auth.exportLoginToken", "API_ID_INVALID")
        with pytest.raises(ApiKeysRefused) as caught:
            await account.login_token()
    assert caught.value.reason == "API_ID_INVALID"


# The record

GOOD: dict[str, Any] = json.loads(RecordSession().record())

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=10,
)
rows = st.lists(st.lists(st.integers() | st.text() | st.none(), max_size=6), max_size=3)


def is_a_session_or_refused(kept: bytes) -> None:
    """Read a record; whatever is read can be written and read again."""
    with suppress(SessionRevoked):
        session = RecordSession(kept)
        assert RecordSession(session.record()).record() == session.record()


@given(kept=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_bytes_that_are_no_record_are_refused(kept: bytes) -> None:
    """Whatever lies in the database, it ends in a login, never in a crash."""
    with pytest.raises(SessionRevoked) as caught:
        RecordSession(kept)
    assert caught.value.reason == "RECORD_UNREADABLE"


@given(field=st.sampled_from([*sorted(GOOD), "api", "more"]), value=json_values | rows)
def test_a_record_with_a_field_that_is_not_right_is_refused(field: str, value: object) -> None:
    """What is taken for a session is one to its last field."""
    is_a_session_or_refused(json.dumps(GOOD | {field: value}).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"key": "AAAA"},
        {"key": "not base64"},
        {"dc": [2, "149.154.167.51", 70_000]},
        {"updates": [[0, 1, 1, 10**18, 1]]},
        {"entities": [[1, None, None]]},
        {"api": [1]},
        {"surprise": 1},
    ],
    ids=str,
)
async def test_a_connection_from_a_record_that_cannot_be_read_is_refused(
    sandbox: Sandbox, change: dict[str, Any]
) -> None:
    """Another version and damaged fields lead to a login, and nothing of them is shown."""
    with pytest.raises(SessionRevoked) as caught:
        connect(sandbox.address, None, CallLog(), json.dumps(GOOD | change).encode())
    assert caught.value.args == ("RECORD_UNREADABLE",)
    assert caught.value.__suppress_context__


@given(nested=st.integers(1_000, 100_000))
def test_a_record_as_deep_as_a_well_is_refused(nested: int) -> None:
    """Not even a stack is to be exhausted."""
    with pytest.raises(SessionRevoked):
        RecordSession(b"[" * nested)
