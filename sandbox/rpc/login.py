"""Logging in and out, and who one is."""

from datetime import UTC, datetime
from math import ceil
from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.objects import user
from sandbox.rpc.registry import answers
from sandbox.telegram import Telegram
from sandbox.world import Person, access_hash


@answers(functions.auth.ExportLoginTokenRequest, is_open=True)
def export_login_token(telegram: Telegram, key: Key, _request: Any) -> object:
    """The key's token, or the login if a phone has accepted it."""
    if key.person_id is not None:
        return _success(telegram, key.person_id)
    token = telegram.logins.export(key)
    if token.accepted_by is not None:
        telegram.logins.collect(token)
        return _success(telegram, token.accepted_by)
    telegram.offer(token)
    return types.auth.LoginToken(_seconds(token.expires), token.data)


@answers(functions.auth.LogOutRequest)
def log_out(_telegram: Telegram, key: Key, _request: Any) -> object:
    """Unbind the key from its person."""
    key.person_id = None
    return types.auth.LoggedOut()


@answers(functions.users.GetUsersRequest)
def get_users(telegram: Telegram, key: Key, request: Any) -> list[object]:
    """The people asked for; who cannot be seen is left out."""
    found = (_find(telegram, key, asked) for asked in request.id)
    return [user(key.person_id, person) for person in found if person is not None]


def _find(telegram: Telegram, key: Key, asked: Any) -> Person | None:
    viewer = key.person_id or 0
    if isinstance(asked, types.InputUserSelf):
        return telegram.world.find_person(viewer)
    if getattr(asked, "access_hash", 0) != access_hash(viewer, "user", asked.user_id):
        return None
    return telegram.world.people.get(asked.user_id)


def _success(telegram: Telegram, person_id: int) -> object:
    person = telegram.world.find_person(person_id)
    return types.auth.LoginTokenSuccess(types.auth.Authorization(user(person_id, person)))


def _seconds(moment: float) -> datetime:
    # Never before the true expiry: a client that waits until then must get a new token.
    return datetime.fromtimestamp(ceil(moment), UTC)
