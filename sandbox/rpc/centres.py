"""Authorisation at a data centre that is not one's own, for files."""

import os
from typing import Any

from telethon.tl import functions, types

from sandbox.cipher import Key
from sandbox.rpc.login import authorized
from sandbox.rpc.registry import Refused, answers, viewer_of
from sandbox.telegram import Telegram


@answers(functions.auth.ExportAuthorizationRequest)
def export_authorization(telegram: Telegram, key: Key, request: Any) -> object:
    """A ticket for another data centre."""
    if request.dc_id not in telegram.addresses or request.dc_id == key.dc:
        raise Refused("DC_ID_INVALID")
    person, ticket = viewer_of(telegram, key), os.urandom(128)
    telegram.exported[ticket] = person.id, request.dc_id
    return types.auth.ExportedAuthorization(person.id, ticket)


@answers(functions.auth.ImportAuthorizationRequest, is_open=True)
def import_authorization(telegram: Telegram, key: Key, request: Any) -> object:
    """A ticket from another data centre, good once."""
    if telegram.exported.get(request.bytes) != (request.id, key.dc):
        raise Refused("AUTH_BYTES_INVALID")
    del telegram.exported[request.bytes]
    key.enter(request.id, is_borrowed=True)
    return authorized(telegram, request.id)
