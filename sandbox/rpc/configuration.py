"""The configuration of the service."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.rpc.registry import answers
from sandbox.telegram import Telegram

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


@answers(functions.help.GetConfigRequest, is_open=True, differs="two data centres, 2 and 4")
def get_config(telegram: Telegram, key: Key, _request: Any) -> object:
    """The data centres, all of them here."""
    now = datetime.fromtimestamp(telegram.now(), UTC)
    centres = [
        types.DcOption(dc, *address, static=True) for dc, address in telegram.addresses.items()
    ]
    return types.Config(
        date=now,
        expires=now + timedelta(hours=1),
        test_mode=False,
        this_dc=key.dc,
        dc_options=centres,
        dc_txt_domain_name="localhost",
        me_url_prefix="https://t.me/",
        webfile_dc_id=key.dc,
        **_LIMITS,
    )


@answers(functions.help.GetNearestDcRequest, is_open=True)
def get_nearest_dc(_telegram: Telegram, key: Key, _request: Any) -> object:
    """The data centre that was asked."""
    return types.NearestDc("XX", key.dc, key.dc)
