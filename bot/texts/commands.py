"""What each command of the bot does, as Telegram's menu and /help say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from storage.bot_rows import Language

COMMANDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "start": {"en": "What this is, and how to begin", "ru": "Что это и как начать"},
    "login": {"en": "Log in by QR code or phone code", "ru": "Войти по QR-коду или коду"},
    "channels": {"en": "Your channels", "ru": "Ваши каналы"},
    "parse": {"en": "Read what is new now", "ru": "Прочитать новое сейчас"},
    "search": {"en": "Find posts", "ru": "Найти посты"},
    "ask": {"en": "Ask a question", "ru": "Задать вопрос"},
    "digest": {"en": "A digest, now or by schedule", "ru": "Дайджест, сейчас или по расписанию"},
    "status": {"en": "How your account is doing", "ru": "Состояние вашего аккаунта"},
    "export": {"en": "Your posts as a file", "ru": "Ваши посты файлом"},
    "settings": {"en": "Language and time zone", "ru": "Язык и часовой пояс"},
    "cancel": {"en": "Stop what is going on", "ru": "Остановить начатое"},
    "logout": {"en": "End the session", "ru": "Закончить сеанс"},
    "forget": {"en": "Delete everything about you", "ru": "Удалить всё о вас"},
    "help": {"en": "What I can do", "ru": "Что я умею"},
    "admin": {"en": "For the operator", "ru": "Для владельца"},
}
"""In the order in which they are shown."""
