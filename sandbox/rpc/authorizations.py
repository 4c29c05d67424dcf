"""A person's logins: listed and ended."""

from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.telegram import Telegram


@answers(functions.account.GetAuthorizationsRequest)
def get_authorizations(telegram: Telegram, key: Key, _request: Any) -> object:
    """Every login of the person, this one first."""
    person = viewer_of(telegram, key)
    others = [each for each in telegram.keys.of(person.id) if each is not key]
    listed = [telegram.authorization(key, is_current=True)]
    listed += [
        telegram.authorization(each, is_current=False) for each in others if not each.is_borrowed
    ]
    return types.account.Authorizations(180, listed)


@answers(
    functions.account.ResetAuthorizationRequest,
    differs="a login younger than a day may end others too",
)
def reset_authorization(telegram: Telegram, key: Key, request: Any) -> object:
    """End one other login."""
    for each in telegram.keys.of(viewer_of(telegram, key).id):
        if each is not key and each.public_hash == request.hash:
            each.leave()
            return True
    raise Refused("HASH_INVALID")


@answers(
    functions.auth.ResetAuthorizationsRequest,
    differs="a login younger than a day may end others too",
)
def reset_authorizations(telegram: Telegram, key: Key, _request: Any) -> object:
    """End every other login."""
    for each in telegram.keys.of(viewer_of(telegram, key).id):
        if each is not key:
            each.leave()
    return True
