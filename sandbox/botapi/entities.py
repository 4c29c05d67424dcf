"""Entities that a bot names itself, instead of sending HTML."""

from collections.abc import Sequence
from typing import Final

from aiogram.types import MessageEntity

from sandbox.botapi.formatting import units
from sandbox.botapi.links import LinkInvalid, checked_link
from sandbox.botapi.refusals import bad

_NEEDED: Final = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_KINDS: Final = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold",
    "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote",
    "code", "pre", "text_link", "text_mention", "custom_emoji", "date_time",
})  # fmt: skip
_FOUND: Final = frozenset({
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number",
})  # fmt: skip
"""Telegram finds these by itself, and only where they are."""


def checked(text: str, entities: Sequence[MessageEntity]) -> list[MessageEntity]:
    """The entities that a text may have, or a refusal."""
    for entity in entities:
        _check_kind(entity)
    wanted = [each for each in entities if each.length and each.type not in _FOUND]
    for entity in sorted(wanted, key=lambda each: each.offset):
        _check_place(text, entity)
    return [_linked(each) for each in wanted]


def _check_kind(entity: MessageEntity) -> None:
    if entity.type not in _KINDS:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    needed = _NEEDED.get(entity.type)
    if needed is not None and getattr(entity, needed) is None:
        raise bad(f"can't parse MessageEntity: Can't find field \"{needed}\"")


def _check_place(text: str, entity: MessageEntity) -> None:
    start, end = entity.offset, entity.offset + entity.length
    if start < 0:
        raise bad(f"receive an entity with incorrect offset {start}")
    if entity.length < 0:
        raise bad(f"receive an entity with incorrect length {entity.length}")
    if start >= units(text):
        raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
    beginning = f"entity beginning at UTF-16 offset {start} ends"
    if end > units(text):
        raise bad(f"{beginning} after the end of the text at UTF-16 offset {end}")
    if (byte := _within_symbol(text, start)) is not None:
        raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {byte}")
    if (byte := _within_symbol(text, end)) is not None:
        raise bad(f"{beginning} in a middle of a UTF-16 symbol at byte offset {byte}")


def _within_symbol(text: str, place: int) -> int | None:
    """If a place is between the halves of a letter: the byte behind that letter."""
    before = text.encode("utf-16-le")[: 2 * place].decode("utf-16-le", "ignore")
    if units(before) == place:
        return None
    return len(text[: len(before) + 1].encode())


def _linked(entity: MessageEntity) -> MessageEntity:
    if entity.type != "text_link":
        return entity
    try:
        return entity.model_copy(update={"url": checked_link(entity.url or "")})
    except LinkInvalid as why:
        raise bad(f"entity URL '{entity.url}' is invalid: {why}") from None
