"""What a bot says about itself: commands, descriptions, the menu button."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiogram.enums import MenuButtonType
from aiogram.types import BotCommand, MenuButtonDefault

from sandbox.botapi.refusals import bad

_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
_MOST: Final = 100
_DESCRIPTION: Final = 256
_DEFAULT: Final = '{"type": "default"}'
_PRIVATE: Final = '{"type": "all_private_chats"}'
_GROUPS: Final = '{"type": "all_group_chats"}'


@dataclass(slots=True)
class Settings:
    """The settings, by the scope and the language that they are for. Not thread-safe."""

    commands: dict[tuple[str, str], list[BotCommand]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    buttons: dict[int | None, Any] = field(default_factory=dict)

    def set_commands(
        self, commands: Sequence[BotCommand], scope: Any, language: str | None
    ) -> None:
        """Let these be the commands."""
        if len(commands) > _MOST:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not _NAME.fullmatch(command.command.removeprefix("/")):
                raise bad("BOT_COMMAND_INVALID")
            if not 0 < len(command.description.strip()) <= _DESCRIPTION:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[_key(scope), language or ""] = list(commands)

    def get_commands(self, scope: Any, language: str | None) -> list[BotCommand]:
        """The commands of exactly this scope and language."""
        return self.commands.get((_key(scope), language or ""), [])

    def delete_commands(self, scope: Any, language: str | None) -> None:
        """Let there be no commands of this scope and language."""
        self.commands.pop((_key(scope), language or ""), None)

    def commands_for(self, language: str | None, *, is_private: bool) -> list[BotCommand]:
        """The commands that somebody sees: those of the nearest scope, in their language first."""
        for scope in (_PRIVATE if is_private else _GROUPS, _DEFAULT):
            for spoken in (language or "", ""):
                if listed := self.commands.get((scope, spoken)):
                    return listed
        return []

    def button(self, chat: int | None) -> Any:
        """The menu button of a chat, or of all."""
        return (
            self.buttons.get(chat)
            or self.buttons.get(None)
            or MenuButtonDefault(type=MenuButtonType.DEFAULT)
        )


def _key(scope: Any) -> str:
    if scope is None:
        return _DEFAULT
    return json.dumps(scope.model_dump(mode="json", exclude_none=True), sort_keys=True)
