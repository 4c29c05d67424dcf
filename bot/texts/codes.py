"""What the bot says of login codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTexts:
    """HTML as Telegram takes it; {names} are filled in."""

    sent: Mapping[str, str]
    """By how a code was sent; "other" stands for all that are not there."""
    entry: str
    resend: str
    resend_later: str
    resend_at: str
    checking: str
    wrong: str
    expired: str
    over: str
    taken_away: str
    to_be_deleted: str


EN = CodeTexts(
    sent={
        "app": "Telegram has sent a code to the Telegram app on your devices.",
        "sms": "Telegram has sent a code by SMS.",
        "call": "Telegram is calling you: the code is spoken.",
        "flash_call": "Telegram is calling you: the code is in the number that calls.",
        "missed_call": "Telegram is calling you: the code is the last digits of that number.",
        "email": "Telegram has sent a code to your e-mail address.",
        "fragment": "Telegram has sent a code to fragment.com, where the number was bought.",
        "other": "Telegram has sent a code.",
    },
    entry=(
        "{sent}\n\nEnter it on these buttons. <b>Do not type it:</b> a code that stands in any "
        "chat is void within seconds.\n\n{digits}"
    ),
    resend="Send another code",
    resend_later="Send another code (later)",
    resend_at="Another code can be asked for at {at}.",
    checking="The code is being checked…",
    wrong="That was not the code. Tries left: {left}.",
    expired="That code has expired; another one is on its way.",
    over="This code is over.",
    taken_away=(
        "That looked like a login code, so I deleted it. Telegram voids a code within seconds when "
        "it stands in any chat, and nobody should ever be sent one. Enter codes on my buttons "
        "only: /login."
    ),
    to_be_deleted=(
        "That looks like a login code. Delete it, please: I cannot. Telegram voids a code within "
        "seconds when it stands in any chat. Enter codes on my buttons only: /login."
    ),
)

RU = CodeTexts(
    sent={
        "app": "Telegram прислал код в приложение Telegram на ваших устройствах.",
        "sms": "Telegram прислал код по СМС.",
        "call": "Telegram звонит вам и продиктует код.",
        "flash_call": "Telegram звонит вам: код в номере, с которого звонят.",
        "missed_call": "Telegram звонит вам: код – последние цифры этого номера.",
        "email": "Telegram прислал код на вашу электронную почту.",
        "fragment": "Telegram прислал код на fragment.com, где куплен номер.",
        "other": "Telegram прислал код.",
    },
    entry=(
        "{sent}\n\nВведите его этими кнопками. <b>Не пишите его сообщением:</b> код, который "
        "попал в любой чат, через секунды недействителен.\n\n{digits}"
    ),
    resend="Прислать другой код",
    resend_later="Прислать другой код (позже)",
    resend_at="Другой код можно попросить в {at}.",
    checking="Проверяю код…",
    wrong="Код не подошёл. Осталось попыток: {left}.",
    expired="Этот код устарел, новый уже в пути.",
    over="Этот код уже не нужен.",
    taken_away=(
        "Это похоже на код входа, поэтому я удалил сообщение. Код, попавший в любой чат, Telegram "
        "через секунды отменяет, и посылать его нельзя никому. Коды вводятся только моими "
        "кнопками: /login."
    ),
    to_be_deleted=(
        "Это похоже на код входа. Удалите сообщение, пожалуйста: у меня не получилось. Код, "
        "попавший в любой чат, Telegram через секунды отменяет. Коды вводятся только моими "
        "кнопками: /login."
    ),
)
