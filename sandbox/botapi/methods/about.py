"""What the bot is, and what it says about itself."""

from typing import Final

from aiogram.methods import (
    DeleteMyCommands,
    GetChatMenuButton,
    GetMe,
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    SetChatMenuButton,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
)
from aiogram.types import BotDescription, BotShortDescription

from sandbox.botapi.methods.registry import Call, serves
from sandbox.botapi.refusals import bad

_LONGEST: Final = 512
_LONGEST_SHORT: Final = 120


@serves(GetMe)
def get_me(call: Call, asked: GetMe) -> object:
    """The bot itself."""
    del asked
    return call.account.me


@serves(SetMyCommands)
def set_my_commands(call: Call, asked: SetMyCommands) -> object:
    """Let these be the commands of a scope and a language."""
    call.account.settings.set_commands(asked.commands, asked.scope, asked.language_code)
    return True


@serves(GetMyCommands)
def get_my_commands(call: Call, asked: GetMyCommands) -> object:
    """The commands of exactly this scope and language."""
    return call.account.settings.get_commands(asked.scope, asked.language_code)


@serves(DeleteMyCommands)
def delete_my_commands(call: Call, asked: DeleteMyCommands) -> object:
    """Let a scope and a language have no commands."""
    call.account.settings.delete_commands(asked.scope, asked.language_code)
    return True


@serves(SetMyDescription)
def set_my_description(call: Call, asked: SetMyDescription) -> object:
    """What people read before they start."""
    said = asked.description or ""
    if len(said) > _LONGEST:
        raise bad("DESCRIPTION_TOO_LONG")
    call.account.settings.descriptions[asked.language_code or ""] = said
    return True


@serves(GetMyDescription)
def get_my_description(call: Call, asked: GetMyDescription) -> object:
    """What people read before they start."""
    told = call.account.settings.descriptions
    return BotDescription(description=told.get(asked.language_code or "") or told.get("", ""))


@serves(SetMyShortDescription)
def set_my_short_description(call: Call, asked: SetMyShortDescription) -> object:
    """What people read on the bot's page."""
    said = asked.short_description or ""
    if len(said) > _LONGEST_SHORT:
        raise bad("SHORT_DESCRIPTION_TOO_LONG")
    call.account.settings.short_descriptions[asked.language_code or ""] = said
    return True


@serves(GetMyShortDescription)
def get_my_short_description(call: Call, asked: GetMyShortDescription) -> object:
    """What people read on the bot's page."""
    told = call.account.settings.short_descriptions
    said = told.get(asked.language_code or "") or told.get("", "")
    return BotShortDescription(short_description=said)


@serves(SetChatMenuButton)
def set_chat_menu_button(call: Call, asked: SetChatMenuButton) -> object:
    """Let this be the menu button of a chat, or of all."""
    if asked.chat_id is not None:
        call.account.room(asked.chat_id)
    call.account.settings.buttons[asked.chat_id] = asked.menu_button
    return True


@serves(GetChatMenuButton)
def get_chat_menu_button(call: Call, asked: GetChatMenuButton) -> object:
    """The menu button of a chat, or of all."""
    return call.account.settings.button(asked.chat_id)
