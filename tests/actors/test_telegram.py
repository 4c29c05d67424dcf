"""The room of Telethon: its errors, its session record, whom it trusts, what it witnesses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telethon import errors as rpc
from telethon.crypto import AuthKey
from telethon.tl import types
from telethon.tl.functions.help import GetConfigRequest

from actors.errors import (
    ApiKeysRefused,
    BadTelegramAddress,
    ChannelClosed,
    Flooded,
    PasswordRequired,
    SessionRevoked,
)
from actors.errors import TelegramUnreachable as Unreachable
from actors.telegram.calls import CallLog
from actors.telegram.client import WatchedClient
from actors.telegram.errors import translated
from actors.telegram.session import RecordSession
from actors.telegram.trust import SANDBOX_KEY, sandbox_address
from sandbox import PUBLIC_KEY

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("error", "condition"),
    [
        (rpc.FloodWaitError(None, 7), Flooded),
        (rpc.FloodPremiumWaitError(None, 7), Flooded),
        (rpc.FloodTestPhoneWaitError(None, 7), Flooded),
        (rpc.SlowModeWaitError(None, 7), Flooded),
        (rpc.FrozenMethodInvalidError(None), Flooded),
        (rpc.FloodError(None, "FLOOD_OF_TOMORROW", 420), Flooded),
        (rpc.PeerFloodError(None), Flooded),
        (rpc.PhoneNumberFloodError(None), Flooded),
        (rpc.ApiIdInvalidError(None), ApiKeysRefused),
        (rpc.ApiIdPublishedFloodError(None), ApiKeysRefused),
        (rpc.SessionPasswordNeededError(None), PasswordRequired),
        (rpc.BadMessageError(None, 20), Unreachable),
        (rpc.AuthKeyUnregisteredError(None), SessionRevoked),
        (rpc.SessionRevokedError(None), SessionRevoked),
        (rpc.SessionExpiredError(None), SessionRevoked),
        (rpc.UserDeactivatedBanError(None), SessionRevoked),
        (rpc.AuthKeyDuplicatedError(None), SessionRevoked),
        (rpc.AuthKeyNotFound(), SessionRevoked),
        (rpc.ChannelPrivateError(None), ChannelClosed),
        (rpc.ChannelInvalidError(None), ChannelClosed),
        (rpc.PhonePasswordFloodError(None), Flooded),
        (rpc.ServerError(None, "INTERNAL", 500), Unreachable),
        (rpc.SecurityError("wrong step"), Unreachable),
        (ConnectionResetError("reset"), Unreachable),
        (asyncio.IncompleteReadError(b"", 4), Unreachable),
        (TimeoutError(), Unreachable),
    ],
)
def test_each_error_of_telethon_becomes_one_of_ours(
    error: Exception, condition: type[Exception]
) -> None:
    """Authorisation, waits, closed channels and transport are different things."""
    with pytest.raises(condition), translated():
        raise error


def test_a_flood_says_until_when() -> None:
    """The seconds Telegram asks for become a time with an offset."""
    with pytest.raises(Flooded) as caught, translated():
        raise rpc.FloodWaitError(None, 90)
    left = caught.value.until - datetime.now(UTC)
    assert timedelta(seconds=80) < left <= timedelta(seconds=90)


@pytest.mark.parametrize(
    ("error", "hours"),
    [
        (rpc.PeerFloodError(None), 1.0),
        (rpc.PhoneNumberFloodError(None), 24.0),
        (rpc.PhonePasswordFloodError(None), 24.0),
        (rpc.FloodWaitError(None, 10**12), 24.0 * 366),
    ],
)
def test_a_flood_without_an_end_gets_a_sane_one(error: Exception, hours: float) -> None:
    """Neither a missing number nor a mad one leads to a wait that is none."""
    with pytest.raises(Flooded) as caught, translated():
        raise error
    left = caught.value.until - datetime.now(UTC)
    assert timedelta(hours=hours, minutes=-1) < left <= timedelta(hours=hours)


def test_a_reason_is_telegrams_own_name_of_it() -> None:
    """Whether a session was revoked or its account banned is told apart."""
    for error, name in (
        (rpc.SessionRevokedError(None), "SESSION_REVOKED"),
        (rpc.UserDeactivatedBanError(None), "USER_DEACTIVATED_BAN"),
    ):
        with pytest.raises(SessionRevoked) as caught, translated():
            raise error
        assert caught.value.reason == name


def test_a_fault_of_ours_is_not_dressed_up_as_telegrams() -> None:
    """The founding error passes untouched, to crash the actor."""
    with pytest.raises(RuntimeError, match="must not change"), translated():
        raise RuntimeError("The asyncio event loop must not change after connection")


async def test_a_cancellation_that_strays_from_the_client_ends_no_sibling() -> None:
    """A client that disconnects cancels what is awaited of it: that is a lost connection."""
    lost: list[Exception] = []
    finished = anyio.Event()

    async def caller(pending: asyncio.Future[None]) -> None:
        try:
            with translated():
                await pending
        except Unreachable as error:
            lost.append(error)

    async def sibling() -> None:
        await anyio.lowlevel.checkpoint()
        finished.set()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            pending = asyncio.get_running_loop().create_future()
            group.start_soon(caller, pending)
            await anyio.lowlevel.checkpoint()
            pending.cancel()
            group.start_soon(sibling)
        await finished.wait()
    assert len(lost) == 1


async def test_our_own_cancellation_stays_one() -> None:
    """A caller that is cancelled, or runs out of time, is not told of a lost connection."""

    async def call() -> None:
        with translated():
            await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(call())
    await anyio.lowlevel.checkpoint()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


states = st.dictionaries(
    st.integers(0, 2**62), st.tuples(*[st.integers(0, 2**31 - 1)] * 4), max_size=4
)
channels = st.dictionaries(
    st.integers(1, 2**40), st.integers(-(2**63), 2**63 - 1).filter(bool), max_size=4
)


@given(states=states, channels=channels, key=st.binary(min_size=256, max_size=256))
def test_a_session_comes_back_from_its_record(
    states: dict[int, tuple[int, int, int, int]], channels: dict[int, int], key: bytes
) -> None:
    """Data centre, key, update states and channels survive; equal sessions give equal bytes."""
    session = RecordSession()
    session.set_dc(4, "149.154.167.91", 443)
    session.auth_key = AuthKey(key)
    for id_, (pts, qts, at, seq) in states.items():
        date = datetime.fromtimestamp(at, UTC)
        session.set_update_state(id_, types.updates.State(pts, qts, date, seq, unread_count=0))
    session.process_entities([channel(id_, hash_) for id_, hash_ in channels.items()])
    again = RecordSession(session.record())
    assert again.record() == session.record()
    assert (again.dc_id, again.server_address, again.port) == (4, "149.154.167.91", 443)
    assert again.auth_key.key == key
    assert {id_: s.pts for id_, s in again.get_update_states()} == {
        id_: pts for id_, (pts, *_) in states.items()
    }
    for id_, hash_ in channels.items():
        peer = again.get_input_entity(types.PeerChannel(id_))
        assert (peer.channel_id, peer.access_hash) == (id_, hash_)


def channel(id_: int, access_hash: int) -> types.Channel:
    """A channel as Telegram describes one."""
    return types.Channel(
        id=id_, title="t", photo=types.ChatPhotoEmpty(), date=None, access_hash=access_hash
    )


def test_a_record_holds_no_phone_no_name_and_no_stranger() -> None:
    """Of people only oneself is kept, and only as far as a call needs it."""
    session = RecordSession()
    me: dict[str, Any] = {"first_name": "Vera", "phone": "79990000001", "access_hash": 5}
    session.process_entities(
        [types.User(id=1, is_self=True, **me), types.User(id=2, **{**me, "first_name": "Else"})]
    )
    record = session.record()
    assert b"[1,5," in record
    for secret in (b"79990000001", b"Vera", b"Else", b"[2,"):
        assert secret not in record


def test_a_record_of_another_version_is_refused_not_guessed() -> None:
    """A record written by a newer program is not read as something it is not."""
    with pytest.raises(SessionRevoked) as caught:
        RecordSession(RecordSession().record().replace(b'"version":1', b'"version":2'))
    assert caught.value.reason == "RECORD_UNREADABLE"


def test_the_trusted_key_is_the_sandboxs_own() -> None:
    """The constant kept apart from the sandbox is the sandbox's public key."""
    assert SANDBOX_KEY.split() == PUBLIC_KEY.split()


@pytest.mark.parametrize(
    "address",
    [
        "sandbox://8.8.8.8:4430",
        "sandbox://localhost.example.com:4430",
        "sandbox://127.0.0.1",
        "sandbox://127.0.0.1:99999",
        "http://127.0.0.1:4430",
        "127.0.0.1:4430",
        "",
    ],
)
def test_the_sandbox_is_trusted_on_loopback_only(address: str) -> None:
    """Its key is public: any other address is refused before anything is sent."""
    with pytest.raises(BadTelegramAddress, match=r"sandbox://127\.0\.0\.1:PORT"):
        sandbox_address(address)


@pytest.mark.parametrize("address", ["sandbox://127.0.0.1:4430", "sandbox://[::1]:4430/"])
def test_loopback_addresses_are_taken(address: str) -> None:
    """Both families of loopback are fine."""
    assert sandbox_address(address)[1] == 4430


@pytest.mark.parametrize(
    ("first", "second"),
    [("trust_sandbox", "trust_telegram"), ("trust_telegram", "trust_sandbox")],
)
def test_a_process_trusts_the_sandbox_or_telegram_never_both(first: str, second: str) -> None:
    """Telethon's keys belong to the process: the second of the two is refused, either way."""
    program = (
        "from actors.errors import MixedTelegrams\n"
        f"from actors.telegram.trust import {first}, {second}\n"
        f"{first}(); {first}()\n"
        f"try: {second}()\n"
        "except MixedTelegrams as refusal: print('process of its own' in str(refusal))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "True\n"


async def test_a_call_from_a_foreign_thread_is_counted_and_its_thread_named() -> None:
    """The witness tells home from abroad by thread, not by what the client says of its loop."""
    calls = CallLog()
    client = WatchedClient(RecordSession(), (1, "hash"), calls, receive_updates=False)
    client.session.set_dc(2, "127.0.0.1", 9)
    with pytest.raises(ConnectionError):
        await client.connect()  # nobody listens there, and it has a home all the same

    async def call() -> None:
        with pytest.raises((RuntimeError, ConnectionError)):
            await client(GetConfigRequest())

    await call()
    stranger = threading.Thread(target=lambda: asyncio.run(call()), name="stranger")
    stranger.start()
    await asyncio.to_thread(stranger.join, 10)
    seen = calls.statistics()
    assert (seen.calls, seen.violations) == (2, 1)
    assert "stranger" in seen.threads


def test_no_session_file_is_ever_written() -> None:
    """Nothing in the product names Telethon's SQLite session or passes a path to a client."""
    sources = Path(__file__).parents[2].glob("actors/**/*.py")
    assert not [path for path in sources if "SQLiteSession" in path.read_text(encoding="utf-8")]
