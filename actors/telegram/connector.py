"""The choice between Telegram and a sandbox."""

from __future__ import annotations

from telethon.network import ConnectionTcpFull

from actors.errors import TelegramNotConfigured
from actors.ports import TelegramPort
from actors.telegram.account import TelegramAccount
from actors.telegram.calls import CallLog
from actors.telegram.session import RecordSession
from actors.telegram.trust import sandbox_address, trust_sandbox, trust_telegram

_SANDBOX_DC = 2
_SANDBOX_API = (1, "sandbox")


def connect(
    sandbox: str | None,
    operator: tuple[int, str] | None,
    calls: CallLog,
    record: bytes | None,
    *,
    api: tuple[int, str] | None = None,
    connection: type = ConnectionTcpFull,
) -> TelegramPort:
    """Make an account's connection, to the sandbox at an address or to Telegram itself.

    The API keys are those of the record, else the account's own that are given, which the record
    keeps from then on, else the operator's. `connection` is the class of its transport.

    From here on the process trusts that one; raises `MixedTelegrams` if it trusts the other,
    `SessionRevoked` for a record that cannot be read, `TelegramNotConfigured` without any keys.
    """
    session = RecordSession(record)
    session.api = session.api or api
    keys = session.api or operator
    if sandbox is not None:
        address = sandbox_address(sandbox)
        trust_sandbox()
        if session.dc_id in {0, _SANDBOX_DC}:
            session.set_dc(_SANDBOX_DC, *address)  # wherever the sandbox listens today
        keys = keys or _SANDBOX_API
    elif keys is None:
        raise TelegramNotConfigured
    else:
        trust_telegram()
    return TelegramAccount(session, keys, calls, logging_in=record is None, connection=connection)
