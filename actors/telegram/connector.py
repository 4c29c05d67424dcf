"""The choice between Telegram and a sandbox."""

from __future__ import annotations

from actors.ports import TelegramPort
from actors.telegram.account import TelegramAccount
from actors.telegram.calls import CallLog
from actors.telegram.session import RecordSession
from actors.telegram.trust import sandbox_address, trust_sandbox, trust_telegram

_SANDBOX_DC = 2
_SANDBOX_API = (1, "sandbox")


def connect(
    sandbox: str | None, api: tuple[int, str] | None, calls: CallLog, record: bytes | None
) -> TelegramPort:
    """Make an account's connection, to the sandbox at an address or to Telegram itself.

    From here on the process trusts that one; raises `MixedTelegrams` if it trusts the other.
    """
    session = RecordSession(record)
    if sandbox is not None:
        address = sandbox_address(sandbox)
        trust_sandbox()
        if session.dc_id in {0, _SANDBOX_DC}:
            session.set_dc(_SANDBOX_DC, *address)  # wherever the sandbox listens today
    else:
        trust_telegram()
    return TelegramAccount(session, api or _SANDBOX_API, calls, logging_in=record is None)
