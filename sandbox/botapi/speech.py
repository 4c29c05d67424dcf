"""What a call says, turned into a text with entities."""

import re
from collections.abc import Sequence
from typing import Final

from aiogram.types import MessageEntity

from sandbox.botapi.account import Account
from sandbox.botapi.entities import checked
from sandbox.botapi.formatting import (
    EntitiesInvalid,
    Formatted,
    clean,
    fitting,
    parsed,
    trimmed,
    units,
)
from sandbox.botapi.refusals import bad

_TEXT: Final = 4096
_CAPTION: Final = 1024
_FOUND: Final = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)


def text_of(
    account: Account, text: str, mode: object, entities: Sequence[MessageEntity] | None
) -> Formatted:
    """The text of a message, or a refusal."""
    if not text:
        raise bad("message text is empty")
    formatted = _read(account, text, mode, entities)
    if not formatted.text:
        raise bad("text must be non-empty")
    if units(formatted.text) > _TEXT:
        raise bad("message is too long")
    return formatted


def caption_of(
    account: Account, caption: str | None, mode: object, entities: Sequence[MessageEntity] | None
) -> Formatted:
    """The caption of a file, or a refusal."""
    formatted = _read(account, caption or "", mode, entities)
    if units(formatted.text) > _CAPTION:
        raise bad("message caption is too long")
    return formatted


def _read(
    account: Account, text: str, mode: object, entities: Sequence[MessageEntity] | None
) -> Formatted:
    said = clean(text)
    match mode.lower() if isinstance(mode, str) else "":
        case "":
            formatted = Formatted(said, fitting(checked(said, entities or ())))
        case "html":
            formatted = _html(said)
        case "markdown" | "markdownv2":
            account.mistake(f"parse_mode {mode} is not served: send HTML")
            raise bad("unsupported parse_mode")
        case _:
            raise bad("unsupported parse_mode")
    known = [_known(account, each) for each in trimmed(formatted).entities]
    return with_found(Formatted(trimmed(formatted).text, tuple(each for each in known if each)))


def _html(said: str) -> Formatted:
    try:
        return parsed(said)
    except EntitiesInvalid as why:
        raise bad(f"can't parse entities: {why}") from None


def _known(account: Account, entity: MessageEntity) -> MessageEntity | None:
    """An entity as the bot may send it: only people it has met can be mentioned."""
    if entity.type != "text_mention" or entity.user is None:
        return entity
    figure = account.rooms.people.get(entity.user.id)
    return entity.model_copy(update={"user": figure.user}) if figure else None


def with_found(formatted: Formatted) -> Formatted:
    """A text with the links, names, tags and commands that Telegram finds in it by itself."""
    taken = [
        (each.offset, each.offset + each.length)
        for each in formatted.entities
        if each.type in ("code", "pre", "text_link", "text_mention")
    ]
    found = []
    for match in _FOUND.finditer(formatted.text):
        start, length = units(formatted.text[: match.start()]), units(match[0])
        if not any(start < end and begin < start + length for begin, end in taken):
            found.append(MessageEntity(type=match.lastgroup or "", offset=start, length=length))
    return Formatted(formatted.text, fitting((*formatted.entities, *found)))
