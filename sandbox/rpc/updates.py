"""The configuration, and the state of updates."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.rpc.registry import answers
from sandbox.telegram import DC_ID, Telegram

_PTS: Final = 1  # of an account; 0 would look uninitialised to a client
_LIMITS: Final = {  # settings no reader cares for
    "chat_size_max": 200,
    "megagroup_size_max": 200_000,
    "forwarded_count_max": 100,
    "online_update_period_ms": 210_000,
    "offline_blur_timeout_ms": 5_000,
    "offline_idle_timeout_ms": 30_000,
    "online_cloud_timeout_ms": 300_000,
    "notify_cloud_delay_ms": 30_000,
    "notify_default_delay_ms": 1_500,
    "push_chat_period_ms": 60_000,
    "push_chat_limit": 2,
    "edit_time_limit": 172_800,
    "revoke_time_limit": 2**31 - 1,
    "revoke_pm_time_limit": 2**31 - 1,
    "rating_e_decay": 2_419_200,
    "stickers_recent_limit": 200,
    "channels_read_media_period": 604_800,
    "call_receive_timeout_ms": 20_000,
    "call_ring_timeout_ms": 90_000,
    "call_connect_timeout_ms": 30_000,
    "call_packet_timeout_ms": 10_000,
    "caption_length_max": 1_024,
    "message_length_max": 4_096,
}


@answers(functions.help.GetConfigRequest, is_open=True)
def get_config(telegram: Telegram, _key: Key, _request: Any) -> object:
    """One data centre: this one."""
    now = datetime.now(UTC)
    return types.Config(
        date=now,
        expires=now + timedelta(hours=1),
        test_mode=False,
        this_dc=DC_ID,
        dc_options=[types.DcOption(DC_ID, *telegram.address, static=True)],
        dc_txt_domain_name="localhost",
        me_url_prefix="https://t.me/",
        webfile_dc_id=DC_ID,
        **_LIMITS,
    )


@answers(functions.updates.GetStateRequest)
def get_state(_telegram: Telegram, _key: Key, _request: Any) -> object:
    """An account nothing happens to: this sandbox pushes no posts."""
    return types.updates.State(pts=_PTS, qts=0, date=datetime.now(UTC), seq=0, unread_count=0)


@answers(functions.updates.GetDifferenceRequest)
def get_difference(_telegram: Telegram, _key: Key, _request: Any) -> object:
    """Nothing was missed."""
    return types.updates.DifferenceEmpty(date=datetime.now(UTC), seq=0)
