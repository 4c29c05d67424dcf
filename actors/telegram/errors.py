"""Telethon's errors, translated into the domain's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon import errors as rpc
from telethon.errors.rpcerrorlist import rpc_errors_dict

from actors.errors import (
    ApiKeysRefused,
    ChannelClosed,
    Flooded,
    PasswordRequired,
    SessionRevoked,
    TelegramUnreachable,
)
from runtime import Refusal

_NAMES = {kind: name for name, kind in rpc_errors_dict.items()}

_HOUR = 3600.0
_DAY = 24 * _HOUR
_LONGEST = 366 * _DAY  # what no wait exceeds, whatever the number in an error


def name_of(error: Any) -> str:
    """Return Telegram's own name of an error; its `message` is that of the whole family."""
    return str(_NAMES.get(type(error), error.message))


def _after(seconds: float) -> Flooded:
    return Flooded(datetime.now(UTC) + timedelta(seconds=min(seconds, _LONGEST)))


_Kinds = tuple[type[BaseException], ...]

# In order: the first row that fits decides. TimeoutError is a kind of OSError, and most of
# Telethon's are kinds of RPCError.
_TABLE: tuple[tuple[_Kinds, Callable[[Any], Refusal]], ...] = (
    # Too many logins, of a number or of an account: Telegram names no end, and a day is the rule.
    ((rpc.PhoneNumberFloodError, rpc.PhonePasswordFloodError), lambda _: _after(_DAY)),
    # An account that is limited as a whole, or one whose wait has no number: look again at times.
    ((rpc.PeerFloodError,), lambda _: _after(_HOUR)),
    ((rpc.FloodError,), lambda error: _after(getattr(error, "seconds", _HOUR))),
    ((rpc.SessionPasswordNeededError,), lambda _: PasswordRequired("")),
    (
        # Of the 406s this one only: others refuse a call, not the session.
        (rpc.UnauthorizedError, rpc.AuthKeyDuplicatedError),
        lambda error: SessionRevoked(name_of(error)),
    ),
    ((rpc.AuthKeyNotFound,), lambda _: SessionRevoked("AUTH_KEY_NOT_FOUND")),
    (
        (
            rpc.ApiIdInvalidError,
            rpc.ApiIdPublishedFloodError,
            rpc.ConnectionApiIdInvalidError,
            rpc.UpdateAppToLoginError,
        ),
        lambda error: ApiKeysRefused(name_of(error)),
    ),
    (
        (
            rpc.ChannelInvalidError,
            rpc.ChannelPrivateError,
            rpc.ChatForbiddenError,
            rpc.UserBannedInChannelError,
        ),
        lambda error: ChannelClosed(name_of(error)),
    ),
    (
        (rpc.RPCError,),
        lambda error: TelegramUnreachable(f"it answered {error.code} {name_of(error)}"),
    ),
    ((TimeoutError,), lambda _: TelegramUnreachable("no answer in time")),
    (
        (
            rpc.BadMessageError,
            rpc.InvalidBufferError,
            rpc.InvalidChecksumError,
            rpc.SecurityError,
            rpc.TypeNotFoundError,
            asyncio.IncompleteReadError,
        ),
        lambda error: TelegramUnreachable(type(error).__name__),
    ),
    ((OSError,), lambda error: TelegramUnreachable(str(error) or type(error).__name__)),
)


def meaning(error: BaseException) -> Refusal | None:
    """Return what an error of Telethon's or of the network means here, None if it is neither."""
    return next((told(error) for kinds, told in _TABLE if isinstance(error, kinds)), None)


@contextmanager
def translated() -> Iterator[None]:
    """Let no error of Telethon's out but as one of the domain's.

    Whatever is not in the table is a fault of this program, and crashes the actor.
    """
    try:
        yield
    except asyncio.CancelledError:
        # A client that disconnects cancels what its callers wait for. Nobody cancelled *us* then,
        # and a cancellation let through would end our siblings in silence.
        task = asyncio.current_task()
        if task is not None and task.cancelling() == 0:
            raise TelegramUnreachable("the connection was closed") from None
        raise
    except Exception as error:
        refusal = meaning(error)
        if refusal is None:
            raise
        raise refusal from None
