"""The proof of a two-step password, which never leaves this machine."""

from __future__ import annotations

from typing import Any

from telethon import TelegramClient
from telethon import errors as rpc
from telethon.password import compute_check
from telethon.tl import types
from telethon.tl.functions.account import GetPasswordRequest
from telethon.tl.functions.auth import CheckPasswordRequest

from actors.errors import PasswordRequired, PasswordWrong, TelegramUnreachable
from actors.ports import Person
from actors.telegram.identity import entered, whoever

_CHALLENGES = 3  # another client's login makes ours void; that it happens again is no accident


async def prove(client: TelegramClient, password: str) -> Person:
    """Complete a login that waits for its password; raise `PasswordWrong`."""
    for _ in range(_CHALLENGES):
        proof = _proof(await client(GetPasswordRequest()), password)
        try:
            answer = await client(CheckPasswordRequest(proof))
        except (rpc.PasswordHashInvalidError, rpc.PasswordEmptyError):
            raise PasswordWrong from None
        except (rpc.SrpIdInvalidError, rpc.SrpPasswordChangedError, rpc.UnauthorizedError):
            found = await _arrived(client)
            if found is not None:
                return found
        else:
            return await entered(client, answer.user)
    raise TelegramUnreachable("its question for the password changed again and again")


def _proof(asked: Any, password: str) -> Any:
    if not asked.has_password:  # it was taken off meanwhile
        return types.InputCheckPasswordEmpty()
    try:
        return compute_check(asked, password)
    except ValueError:
        raise TelegramUnreachable("it asks for the password in an unknown way") from None


async def _arrived(client: TelegramClient) -> Person | None:
    """Return who is logged in if the proof was accepted before, None if it is still wanted."""
    try:
        found = await whoever(client)
    except PasswordRequired:
        return None
    if found is None:
        raise rpc.AuthKeyUnregisteredError(None)
    return found
