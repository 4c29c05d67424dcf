"""The arguments of a call, turned into aiogram's method."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args

from aiogram.methods import TelegramMethod
from pydantic import ValidationError

from sandbox.botapi.methods.registry import Upload
from sandbox.botapi.refusals import QUERY_TOO_OLD, Refused, bad

_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")
_CHATS: Final = ("chat_id", "from_chat_id")
_DROPPED: Final = ("thumbnail", "reply_markup")
"""Read elsewhere, or not at all."""
_MISSING: Final = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "media": "there is no media in the request",
    "callback_query_id": QUERY_TOO_OLD,
    "action": "wrong parameter action in request",
    "file_id": "file_id not specified",
    "commands": "can't parse commands JSON object",
    "user_id": "invalid user_id specified",
}


def understood(
    method: type[TelegramMethod[Any]], fields: Mapping[str, Any], uploads: Mapping[str, Upload]
) -> TelegramMethod[Any]:
    """What is asked, or a refusal in the Bot API's words."""
    known = method.model_fields.keys() - set(_DROPPED)
    said = {
        name: _value(name, value, is_text=_is_text(method, name))
        for name, value in fields.items()
        if name in known
    }
    said |= {name: f"attach://{name}" for name in uploads if name in known}
    try:
        return method.model_validate(_without_thumbnails(_there(said)))
    except ValidationError as error:
        raise _worded(error) from None


def unknown(method: type[TelegramMethod[Any]], fields: Mapping[str, Any]) -> list[str]:
    """The arguments that the method does not have; Telegram would not mind them."""
    return [name for name in fields if name not in method.model_fields]


def _value(name: str, value: object, *, is_text: bool) -> object:
    """An argument as JSON would have it: forms have only texts."""
    if name in _CHATS:
        is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
        return int(str(value)) if is_number else value or None
    if is_text:
        return str(value) if isinstance(value, int | float) else value
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad(f"can't parse {name} JSON object") from None
    return value or None if isinstance(value, str) else value


@cache
def _is_text(method: type[TelegramMethod[Any]], name: str) -> bool:
    """Whether an argument may be any text."""
    annotation = method.model_fields[name].annotation
    return annotation is str or str in get_args(annotation)


def _there(said: Mapping[str, object]) -> dict[str, object]:
    """What was said at all."""
    return {name: value for name, value in said.items() if value is not None}


def _without_thumbnails(said: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without pictures of files, which aiogram's classes read only when they send."""
    result = dict(said)
    match said.get("media"):
        case list() as several:
            result["media"] = [_bare(each) for each in several]
        case dict() as one:
            result["media"] = _bare(one)
    return result


def _bare(media: object) -> object:
    if not isinstance(media, dict):
        return media
    return {name: value for name, value in media.items() if name != "thumbnail"}


def _worded(error: ValidationError) -> Refused:
    """The first mistake, as the Bot API says it."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    if first["type"] == "missing" and len(first["loc"]) > 1:
        return bad(f"can't parse {name}: Can't find field \"{first['loc'][-1]}\"")
    return bad(_MISSING.get(name, f"invalid {name} specified"))
