"""What the bot tells by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    expired: str
    unread: str
    unread_for_all: str
    """The same, to the operator, with what was said of it."""
    causes: Mapping[str, str]
    """Why a channel is not read; "other" stands for all that are not there."""
    read_again: str
    digest_missed: str
    no_space: str
    space_again: str
    other: str


EN = NoticeTexts(
    expired=(
        "⚠️ Telegram has ended your session ({reason}), so your channels are not read any more. "
        "Nothing is lost: log in again, and what was missed is read."
    ),
    unread="⚠️ <b>{title}</b> was not read since {since}: {cause}",
    unread_for_all=(
        "⚠️ <b>{title}</b> was not read since {since}, by nobody who follows it: {cause} "
        "<i>{why}</i>"
    ),
    causes={
        "expired": "nobody who follows it is logged in. /login helps.",
        "flooded": "Telegram lets its readers wait until {until}. Nothing is to be done.",
        "failed": "the last reading failed. It is tried again by itself.",
        "late": "nobody has come to it yet. It is read as soon as possible.",
        "other": "the reason is not known.",
    },
    read_again="✅ <b>{title}</b> is read again, after {since}. Since then: {posts}.",
    digest_missed="Your digest of {due} could not be made in time. The next one comes as planned.",
    no_space=(
        "⚠️ Only {free} MB are free for the data folder, and below {floor} MB nothing is read. Free "
        "some disk space; reading goes on by itself."
    ),
    space_again="✅ There is room in the data folder again, as there was not since {since}.",
    other="{kind}: <code>{data}</code>",
)

RU = NoticeTexts(
    expired=(
        "⚠️ Telegram завершил ваш сеанс ({reason}), поэтому ваши каналы больше не читаются. Ничего "
        "не пропало: войдите снова, и пропущенное прочитается."
    ),
    unread="⚠️ <b>{title}</b> не читается с {since}: {cause}",
    unread_for_all=(
        "⚠️ <b>{title}</b> не читается с {since} никем из подписчиков: {cause} <i>{why}</i>"
    ),
    causes={
        "expired": "никто из его читателей не вошёл. Поможет /login.",
        "flooded": "Telegram просит читателей подождать до {until}. Делать ничего не надо.",
        "failed": "последнее чтение не удалось. Новая попытка будет сама.",
        "late": "до него ещё не дошли. Он будет прочитан, как только получится.",
        "other": "причина неизвестна.",
    },
    read_again="✅ <b>{title}</b> снова читается, после {since}. С тех пор: {posts}.",
    digest_missed="Ваш дайджест за {due} не удалось сделать вовремя. Следующий придёт по плану.",
    no_space=(
        "⚠️ Для папки данных осталось только {free} МБ, а меньше {floor} МБ ничего не читается. "
        "Освободите место на диске; чтение продолжится само."
    ),
    space_again="✅ В папке данных снова есть место, которого не было с {since}.",
    other="{kind}: <code>{data}</code>",
)
