"""How the bot learns what happened."""

from typing import Final

from aiogram.methods import DeleteWebhook, GetUpdates, GetWebhookInfo
from aiogram.types import Update, WebhookInfo

from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.refusals import CONFLICT, Refused

_LONGEST: Final = 50
_MOST: Final = 100


@serves(GetUpdates)
async def get_updates(call: Call, asked: GetUpdates) -> list[Update]:
    """What is not confirmed yet; waits for it, until another call asks the same."""
    bell, updates = call.account.bell, call.account.updates
    limit = min(max(asked.limit or _MOST, 1), _MOST)
    with bell:
        poll = updates.begin()
        updates.allow(asked.allowed_updates)
        if asked.offset:
            updates.confirm(asked.offset)
        bell.ring()

    def found() -> list[Update] | None:
        if not updates.is_current(poll):
            raise Refused(409, CONFLICT)
        return updates.first(limit)

    return await bell.awaited(found, min(max(asked.timeout or 0, 0), _LONGEST)) or []


@serves(DeleteWebhook)
def delete_webhook(call: Call, asked: DeleteWebhook) -> object:
    """There is no webhook; what is not confirmed can be dropped."""
    if asked.drop_pending_updates:
        call.account.updates.clear()
    return True


@serves(GetWebhookInfo)
def get_webhook_info(call: Call, asked: GetWebhookInfo) -> object:
    """There is no webhook."""
    del asked
    return WebhookInfo(
        url="", has_custom_certificate=False, pending_update_count=len(call.account.updates)
    )
