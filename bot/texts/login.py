"""What the bot says while somebody logs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actors.reasons import LoginEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    already: str
    invite: str
    invited: str
    qr: str
    by_phone: str
    phone: str
    share: str
    by_qr: str
    on_page: str
    page: str
    open_page: str
    number_taken: str
    two_step: str
    """Begins with `two_step_head`, by which an answer to it is known later."""
    two_step_head: str
    two_step_hint: str
    two_step_wrong: str
    two_step_checking: str
    two_step_not_deleted: str
    two_step_late: str
    done: str
    done_parse: str
    caught_up: str
    again: str
    over: str
    failed: Mapping[LoginEnd, str]
    """By the code of the end; {by} is who has logged in instead, {until} when to try again."""


EN = LoginTexts(
    already="You are logged in already.",
    invite=(
        "This bot is for invited people. Send me your invite code: it looks like "
        "<code>tg-XXXX-XXXX-XXXX</code>. /cancel ends this."
    ),
    invited="Your invite is taken down. Press the button to log in.",
    qr=(
        "Scan this code with Telegram on your phone: "
        "<b>Settings → Devices → Link Desktop Device</b>.\n\n"
        "The picture renews itself until {until}. Only your own account is let in by it."
    ),
    by_phone="On this phone?",
    phone=(
        "You are on the phone that would have to scan the code? Then Telegram sends you a code "
        "with digits instead.\n\nPress the button below to share your number, or type it with its "
        "country code, like +49 151 23456789."
    ),
    share="Share my number",
    by_qr="QR code instead",
    on_page="Log in on a page",
    page=(
        "This opens the login in your browser, once, within ten minutes. There a code may be "
        "typed. Give the link to nobody."
    ),
    open_page="Open the page",
    number_taken="Telegram is asked for a code…",
    two_step=(
        "{head} {hint}\nSend it as your next message: I delete that at once, and keep it nowhere. "
        "/cancel ends the login."
    ),
    two_step_head="Your account has a two-step password.",
    two_step_hint="Its hint: {hint}",
    two_step_wrong="The password was wrong. Tries left: {left}. Send it again, or /cancel.",
    two_step_checking="The password is being checked; its message is deleted.",
    two_step_not_deleted="I could not delete the message with your password: do it, please.",
    two_step_late=(
        "Your message is deleted. That login is over, so no password is needed: begin again with "
        "/login."
    ),
    done="✅ You are logged in.",
    done_parse="I read your channels now, and tell you when I am through.",
    caught_up="Caught up: {posts} from {channels}.",
    again="Try again",
    over="That login is over. Begin again whenever you like.",
    failed={
        "stranger": (
            "⚠️ Somebody else logged in with your code: account {by}, not you. That session was "
            "ended at Telegram at once, and nothing of it is kept. Show the code to nobody, and "
            "scan it with your own account."
        ),
        "unscanned": "Nobody scanned the code in time. Nothing has happened; try again.",
        "codes": "Too many wrong codes. Try again for a fresh one.",
        "passwords": "Too many wrong passwords. Try again for a fresh login.",
        "no_code": "No code came in time. Try again for a fresh one.",
        "no_password": "No password came in time. Try again.",
        "cancelled": "The login was cancelled.",
        "phone": (
            "Telegram does not log in by this number. Give the number of your account with its "
            "country code, like +49 151 23456789, or use the QR code."
        ),
        "flooded": "Telegram lets you wait until {until} before it sends another code.",
        "no_other_code": "Telegram sends no other code now. Wait a while, or use the QR code.",
        "unreachable": "Telegram cannot be reached just now. Try again in a minute.",
        "revoked": "Telegram has ended this login. Try again.",
        "logged_out": "The login was ended because you are being logged out.",
        "keys": "Telegram does not let this bot log anybody in just now. Tell its operator.",
    },
)

RU = LoginTexts(
    already="Вы уже вошли.",
    invite=(
        "Этот бот по приглашениям. Пришлите код приглашения: он выглядит так: "
        "<code>tg-XXXX-XXXX-XXXX</code>. Отмена: /cancel."
    ),
    invited="Приглашение записано. Нажмите кнопку, чтобы войти.",
    qr=(
        "Отсканируйте этот код в Telegram на телефоне: "
        "<b>Настройки → Устройства → Подключить устройство</b>.\n\n"
        "Картинка обновляется сама до {until}. По ней впускается только ваш аккаунт."
    ),
    by_phone="Вы с этого телефона?",
    phone=(
        "Вы сидите с того телефона, которым надо сканировать? Тогда Telegram пришлёт вам код "
        "цифрами.\n\nНажмите кнопку внизу, чтобы поделиться номером, или напишите его с кодом "
        "страны, например +7 912 345-67-89."
    ),
    share="Поделиться номером",
    by_qr="Лучше QR-код",
    on_page="Войти на странице",
    page=(
        "Вход откроется в браузере: один раз, в течение десяти минут. Там код можно напечатать. "
        "Никому не давайте эту ссылку."
    ),
    open_page="Открыть страницу",
    number_taken="Прошу код у Telegram…",
    two_step=(
        "{head} {hint}\nПришлите его следующим сообщением: я сразу удалю его и нигде не сохраню. "
        "Отмена: /cancel."
    ),
    two_step_head="У вашего аккаунта есть облачный пароль.",
    two_step_hint="Подсказка: {hint}",
    two_step_wrong="Пароль не подошёл. Осталось попыток: {left}. Пришлите ещё раз или /cancel.",
    two_step_checking="Проверяю пароль; сообщение с ним удалено.",
    two_step_not_deleted="Я не смог удалить сообщение с паролем: удалите его, пожалуйста.",
    two_step_late="Сообщение удалено. Тот вход уже закончен, пароль не нужен: начните с /login.",
    done="✅ Вы вошли.",
    done_parse="Читаю ваши каналы и скажу, когда закончу.",
    caught_up="Всё прочитано: {posts}, {channels}.",
    again="Ещё раз",
    over="Этот вход уже закончен. Начните снова, когда захотите.",
    failed={
        "stranger": (
            "⚠️ По вашему коду вошёл кто-то другой: аккаунт {by}, не ваш. Тот сеанс сразу завершён "
            "в Telegram, и ничего от него не осталось. Никому не показывайте код и сканируйте его "
            "своим аккаунтом."
        ),
        "unscanned": "Код никто вовремя не отсканировал. Ничего не случилось, попробуйте ещё раз.",
        "codes": "Слишком много неверных кодов. Попробуйте ещё раз с новым.",
        "passwords": "Слишком много неверных паролей. Попробуйте войти ещё раз.",
        "no_code": "Код вовремя не введён. Попробуйте ещё раз с новым.",
        "no_password": "Пароль вовремя не введён. Попробуйте ещё раз.",
        "cancelled": "Вход отменён.",
        "phone": (
            "По этому номеру Telegram не впускает. Дайте номер своего аккаунта с кодом страны, "
            "например +7 912 345-67-89, или войдите по QR-коду."
        ),
        "flooded": "Telegram просит подождать до {until}, прежде чем пришлёт другой код.",
        "no_other_code": "Другого кода Telegram сейчас не пришлёт. Подождите или войдите по QR.",
        "unreachable": "Telegram сейчас недоступен. Попробуйте через минуту.",
        "revoked": "Telegram завершил этот вход. Попробуйте ещё раз.",
        "logged_out": "Вход прерван: вы выходите из аккаунта.",
        "keys": "Telegram сейчас никого не впускает через этого бота. Скажите его владельцу.",
    },
)
