"""Logging in by QR code, logging out, and who one is."""

from datetime import UTC, datetime
from math import ceil
from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.logins import Token
from sandbox.objects import user
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.telegram import Telegram
from sandbox.world import Person, access_hash


@answers(functions.auth.ExportLoginTokenRequest, is_open=True)
def export_login_token(telegram: Telegram, key: Key, _request: Any) -> object:
    """The key's token, or the login if a phone has accepted it."""
    if key.person_id is not None:
        return _success(telegram, key.person_id)
    if key.awaiting is not None:
        raise Refused("SESSION_PASSWORD_NEEDED")
    token = telegram.logins.export(key)
    if token.accepted_by is None:
        telegram.offer(token)
        return types.auth.LoginToken(_seconds(token.expires), token.data)
    home = telegram.world.find_person(token.accepted_by).dc
    if home != key.dc:
        return types.auth.LoginTokenMigrateTo(home, token.data)
    return _collect(telegram, key, token, token.accepted_by)


@answers(functions.auth.ImportLoginTokenRequest, is_open=True)
def import_login_token(telegram: Telegram, key: Key, request: Any) -> object:
    """The login of a token that another data centre sent here."""
    token = telegram.logins.find(request.token)
    if token is None or token.accepted_by is None:
        raise Refused("AUTH_TOKEN_INVALID")
    if token.collected:
        raise Refused("AUTH_TOKEN_ALREADY_ACCEPTED")
    return _collect(telegram, key, token, token.accepted_by)


@answers(functions.auth.AcceptLoginTokenRequest)
def accept_login_token(telegram: Telegram, key: Key, request: Any) -> object:
    """Scan another client's code, as a phone does."""
    token = telegram.logins.find(request.token)
    if token is None:
        raise Refused("AUTH_TOKEN_INVALID")
    if token.accepted_by is not None:
        raise Refused("AUTH_TOKEN_ALREADY_ACCEPTED")
    if telegram.logins.is_expired(token):
        raise Refused("AUTH_TOKEN_EXPIRED")
    telegram.scan(token.url, viewer_of(telegram, key).id)
    return telegram.authorization(token.key, is_current=False)


@answers(functions.auth.LogOutRequest)
def log_out(_telegram: Telegram, key: Key, _request: Any) -> object:
    """Unbind the key from its person."""
    key.leave()
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


def _collect(telegram: Telegram, key: Key, token: Token, person_id: int) -> object:
    telegram.logins.collect(token)
    telegram.enter(key, person_id)
    return _success(telegram, person_id)


def _success(telegram: Telegram, person_id: int) -> object:
    return types.auth.LoginTokenSuccess(authorized(telegram, person_id))


def authorized(telegram: Telegram, person_id: int) -> object:
    """What a login that is complete is answered with."""
    return types.auth.Authorization(user(person_id, telegram.world.find_person(person_id)))


def _seconds(moment: float) -> datetime:
    # Never before the true expiry: a client that waits until then must get a new token.
    return datetime.fromtimestamp(ceil(moment), UTC)
