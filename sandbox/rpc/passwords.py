"""Two-step verification: asked for, proven, set, changed, removed."""

from typing import Any

from telethon.tl import functions

from sandbox.cipher import Key
from sandbox.passwords import chosen
from sandbox.rpc.login import authorized
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.telegram import Telegram


@answers(functions.account.GetPasswordRequest, is_open=True, differs="no recovery e-mail")
def get_password(telegram: Telegram, key: Key, _request: Any) -> object:
    """What a client must know to prove its person's password."""
    person_id = key.person_id or key.awaiting
    if person_id is None:
        raise Refused("AUTH_KEY_UNREGISTERED")
    return telegram.passwords.describe(person_id, telegram.world.find_person(person_id).password)


@answers(
    functions.auth.CheckPasswordRequest,
    is_open=True,
    differs="five wrong passwords in a row make one wait a minute",
)
def check_password(telegram: Telegram, key: Key, request: Any) -> object:
    """Complete a login."""
    if key.awaiting is None:
        raise Refused("AUTH_KEY_UNREGISTERED")
    person = telegram.world.find_person(key.awaiting)
    if person.password is not None:  # it may have been removed meanwhile
        telegram.passwords.check(person.id, person.password, request.password)
    key.enter(person.id)
    return authorized(telegram, person.id)


@answers(
    functions.account.UpdatePasswordSettingsRequest,
    differs="a recovery e-mail is ignored; a fresh login may change the password at once",
)
def update_password_settings(telegram: Telegram, key: Key, request: Any) -> object:
    """Set, change or remove the password; who has one must prove it."""
    person = viewer_of(telegram, key)
    if person.password is not None:
        telegram.passwords.check(person.id, person.password, request.password)
    person.password = chosen(request.new_settings)
    return True
