"""Who a connection belongs to."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.tl import types
from telethon.tl.functions.account import GetPasswordRequest
from telethon.tl.functions.users import GetUsersRequest

from actors.errors import PasswordRequired, SessionRevoked
from actors.ports import Person


def person(user: Any) -> Person:
    """Return a Telegram user as a plain value."""
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Person(id=user.id, name=name or user.username or str(user.id))


async def myself(client: TelegramClient) -> Person:
    """Return whose connection it is, or raise the error by which Telegram says nobody's."""
    users = await client(GetUsersRequest([types.InputUserSelf()]))
    if not users or not isinstance(users[0], types.User):
        raise SessionRevoked("its account is gone")
    return person(users[0])


async def whoever(client: TelegramClient) -> Person | None:
    """Return whose connection it is by now, None if nobody's; raise `PasswordRequired`.

    A call may have been carried out twice when its answer was lost, and refused the second time.
    """
    try:
        return await myself(client)
    except rpc.SessionPasswordNeededError:
        raise PasswordRequired(await hint(client)) from None
    except rpc.UnauthorizedError:
        with suppress(rpc.UnauthorizedError):  # a login that waits for a password may ask for this
            raise PasswordRequired(await hint(client)) from None
        return None


async def hint(client: TelegramClient) -> str:
    """Return the hint of the account's two-step password."""
    return (await client(GetPasswordRequest())).hint or ""


async def entered(client: TelegramClient, user: types.User) -> Person:
    """Let the client know who has logged in."""
    with suppress(rpc.RPCError):  # what it asks for then concerns its updates: the login stands
        await client._on_login(user)  # noqa: SLF001  Telethon's own way
    return person(user)
