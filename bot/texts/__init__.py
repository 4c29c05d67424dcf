"""What the bot says, in Russian and in English.

Each part has a class of its own whose fields are the texts: one that is missing in a language is a
type error.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.texts import (
    admin,
    asking,
    channels,
    codes,
    digesting,
    exporting,
    finding,
    general,
    leaving,
    login,
    notices,
    reading,
    reasons,
    settings,
    status,
)
from bot.texts.admin import AdminTexts
from bot.texts.asking import AskingTexts
from bot.texts.channels import ChannelTexts
from bot.texts.codes import CodeTexts
from bot.texts.digesting import DigestingTexts
from bot.texts.exporting import ExportingTexts
from bot.texts.finding import FindingTexts
from bot.texts.general import GeneralTexts
from bot.texts.leaving import LeavingTexts
from bot.texts.login import LoginTexts
from bot.texts.notices import NoticeTexts
from bot.texts.reading import ReadingTexts
from bot.texts.reasons import ReasonTexts
from bot.texts.settings import SettingsTexts
from bot.texts.status import StatusTexts
from storage.bot_rows import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """All texts of one language."""

    language: Language
    general: GeneralTexts
    codes: CodeTexts
    login: LoginTexts
    settings: SettingsTexts
    leaving: LeavingTexts
    notices: NoticeTexts
    status: StatusTexts
    reading: ReadingTexts
    channels: ChannelTexts
    exporting: ExportingTexts
    digesting: DigestingTexts
    asking: AskingTexts
    admin: AdminTexts
    finding: FindingTexts
    reasons: ReasonTexts


EN = Texts(
    language="en",
    general=general.EN,
    codes=codes.EN,
    login=login.EN,
    settings=settings.EN,
    leaving=leaving.EN,
    notices=notices.EN,
    status=status.EN,
    reading=reading.EN,
    channels=channels.EN,
    exporting=exporting.EN,
    digesting=digesting.EN,
    asking=asking.EN,
    admin=admin.EN,
    finding=finding.EN,
    reasons=reasons.EN,
)
RU = Texts(
    language="ru",
    general=general.RU,
    codes=codes.RU,
    login=login.RU,
    settings=settings.RU,
    leaving=leaving.RU,
    notices=notices.RU,
    status=status.RU,
    reading=reading.RU,
    channels=channels.RU,
    exporting=exporting.RU,
    digesting=digesting.RU,
    asking=asking.RU,
    admin=admin.RU,
    finding=finding.RU,
    reasons=reasons.RU,
)


def of(language: Language) -> Texts:
    """Return the texts of a language."""
    return RU if language == "ru" else EN


def nearest(code: str | None) -> Language:
    """Return the language nearest to the one that Telegram's app is set to.

    Who reads Ukrainian, Belarusian or Kazakh reads Russian rather than English.
    """
    return "ru" if (code or "").split("-")[0].lower() in {"ru", "uk", "be", "kk"} else "en"
