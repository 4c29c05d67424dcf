"""Telethon's errors, translated into the domain's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon import errors as rpc
from telethon.errors.rpcerrorlist import rpc_errors_dict

from actors.errors import ChannelClosed, Flooded, SessionRevoked, TelegramUnreachable
from runtime import Refusal

_NAMES = {kind: name for name, kind in rpc_errors_dict.items()}


def name_of(error: Any) -> str:
    """Return Telegram's own name of an error; its `message` is that of the whole family."""
    return str(_NAMES.get(type(error), error.message))


_Kinds = tuple[type[BaseException], ...]

# In order: the first row that fits decides. TimeoutError is a kind of OSError, and most of
# Telethon's are kinds of RPCError.
_TABLE: tuple[tuple[_Kinds, Callable[[Any], Refusal]], ...] = (
    (
        (rpc.FloodWaitError, rpc.FloodPremiumWaitError, rpc.SlowModeWaitError),
        lambda error: Flooded(datetime.now(UTC) + timedelta(seconds=error.seconds)),
    ),
    (
        # Of the 406s this one only: others refuse a call, not the session.
        (rpc.UnauthorizedError, rpc.AuthKeyDuplicatedError),
        lambda error: SessionRevoked(name_of(error)),
    ),
    ((rpc.AuthKeyNotFound,), lambda _: SessionRevoked("AUTH_KEY_NOT_FOUND")),
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
        for kinds, condition in _TABLE:
            if isinstance(error, kinds):
                raise condition(error) from None
        raise
