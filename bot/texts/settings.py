"""What the bot says of what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    menu: str
    languages: Mapping[str, str]
    as_telegram: str
    spoken: str
    language: str
    timezone: str
    timezone_choose: str
    timezone_type: str
    timezone_typed: str
    interval: str
    interval_choose: str
    intervals: Mapping[str, str]
    """By seconds; "0" is the default."""
    interval_other: str
    interval_seconds: str
    interval_chosen: str
    reads: str
    devices: str
    devices_head: str
    asking: str
    this: str
    device: str
    end: str
    end_sure: str
    ended: str
    gone: str


EN = SettingsTexts(
    menu="<b>Settings</b>\nLanguage: {language}\nTime zone: {timezone} (now {now})",
    languages={"en": "English", "ru": "Русский"},
    as_telegram="{language}, as in Telegram",
    spoken="As in Telegram",
    language="Language",
    timezone="Time zone",
    timezone_choose="Choose your time zone: digests come by it, and times are told in it.",
    timezone_type="Another one…",
    timezone_typed=(
        "Send the name of your time zone as the IANA writes it, like <code>Europe/Moscow</code>. "
        "/cancel ends this."
    ),
    interval="How often I read",
    interval_choose="How often shall your channels be read?",
    intervals={
        "600": "every 10 minutes",
        "0": "every 30 minutes",
        "7200": "every 2 hours",
        "21600": "every 6 hours",
        "86400": "once a day",
    },
    interval_other="every {minutes} minutes",
    interval_seconds="every {seconds} seconds",
    reads="Your channels are read {interval}",
    interval_chosen="Your channels are read {interval} from now on.",
    devices="Devices",
    devices_head="Your account is logged in here:",
    asking="Asking Telegram…",
    this="this bot",
    device="• <b>{device}</b>, {app}, {country}, active {active}",
    end="End: {device}",
    end_sure="End the session on <b>{device}</b>? It is logged out over there at once.",
    ended="That session is ended.",
    gone="That session is not there any more.",
)

RU = SettingsTexts(
    menu="<b>Настройки</b>\nЯзык: {language}\nЧасовой пояс: {timezone} (сейчас {now})",
    languages={"en": "English", "ru": "Русский"},
    as_telegram="{language}, как в Telegram",
    spoken="Как в Telegram",
    language="Язык",
    timezone="Часовой пояс",
    timezone_choose="Выберите часовой пояс: по нему приходят дайджесты и указывается время.",
    timezone_type="Другой…",
    timezone_typed=(
        "Пришлите название часового пояса, как его пишет IANA, например "
        "<code>Europe/Moscow</code>. Отмена: /cancel."
    ),
    interval="Как часто читать",
    interval_choose="Как часто читать ваши каналы?",
    intervals={
        "600": "каждые 10 минут",
        "0": "каждые 30 минут",
        "7200": "каждые 2 часа",
        "21600": "каждые 6 часов",
        "86400": "раз в сутки",
    },
    interval_other="раз в {minutes} мин.",
    interval_seconds="раз в {seconds} с",
    reads="Ваши каналы читаются {interval}",
    interval_chosen="Теперь ваши каналы читаются {interval}.",
    devices="Устройства",
    devices_head="Ваш аккаунт открыт здесь:",
    asking="Спрашиваю Telegram…",
    this="этот бот",
    device="• <b>{device}</b>, {app}, {country}, активен {active}",
    end="Завершить: {device}",
    end_sure="Завершить сеанс на <b>{device}</b>? Там сразу произойдёт выход.",
    ended="Этот сеанс завершён.",
    gone="Этого сеанса уже нет.",
)
