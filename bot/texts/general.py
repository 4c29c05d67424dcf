"""What the bot says whatever the matter is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.texts import plurals


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    start: str
    begin: str
    help_head: str
    private_only: str
    banned: str
    stale: str
    cancelled: str
    nothing_to_cancel: str
    fault: str
    unknown: str
    slow: str
    log_in_first: str
    busy: str
    confirm: str
    cancel: str
    back: str
    refusals: Mapping[str, str]
    """By the name of the refusal's class, or of the nearest one that it is a kind of.

    {until} is its time, {folders} those that there are.
    """
    posts: Callable[[int], str] = field(repr=False)
    channels: Callable[[int], str] = field(repr=False)


EN = GeneralTexts(
    start=(
        "<b>I read your Telegram channels for you.</b>\n\n"
        "Log in once, and every post of the channels you follow is kept, tagged and found again: "
        "search it, ask questions and get answers with sources, or a digest every morning.\n\n"
        "I only read. Nothing is posted, joined or marked as read in your name, and you can end "
        "the session at any time, here or in Telegram's own settings."
    ),
    begin="Log in",
    help_head="What I can do:",
    private_only="I work in private chats only. Write to me directly, please.",
    banned="You have been excluded from this bot by its operator.",
    stale="This button is from an earlier message and no longer does anything. Here is the menu:",
    cancelled="Cancelled.",
    nothing_to_cancel="There is nothing to cancel.",
    fault="Something went wrong here, and its keeper is told. Try again. (Reference: {reference})",
    unknown="I did not understand that. /help lists what I can do.",
    slow="One moment: that was a lot at once.",
    log_in_first="Log in first, then I can read your channels.",
    busy="This already runs; wait for it to end, or cancel it.",
    confirm="Yes, do it",
    cancel="Cancel",
    back="‹ Back",
    refusals={
        "LoginRequired": "Your Telegram session has ended or was never begun. Log in, please.",
        "SessionRevoked": "Telegram has ended your session. Log in again, please.",
        "Flooded": "Telegram asks your account to wait until {until}. Nothing is lost by it.",
        "TelegramUnreachable": "Telegram cannot be reached just now. Try again in a minute.",
        "AccountHeld": "Your account is being served elsewhere just now. Try again in a minute.",
        "LeaseLost": "Your account is being handed over. Try again in a minute.",
        "NoSuchChannel": "There is no such channel, or it is closed to you.",
        "NotAChannel": "That is no channel.",
        "InviteDead": "This invite link does not work any more.",
        "JoinPending": "The channel's owners have to let you in first. I have asked them.",
        "TooManyChannels": "You follow as many channels as you can. Remove one first.",
        "TooManyFollowed": "You follow as many channels as you may here. Remove one first.",
        "NoSuchFolder": "Your Telegram has no folder of that name. There are: {folders}",
        "SharedFolder": "Add the shared folder in Telegram's app first, then send folder:NAME.",
        "InviteUnknown": "There is no such invite. Check the code for slips, or ask for another.",
        "InviteUsedUp": "This invite is used up. Ask whoever gave it to you for another.",
        "InviteExpired": "This invite has expired. Ask whoever gave it to you for another.",
        "PhoneRefused": "Give a phone number with its country code, like +49 151 23456789.",
        "NoOtherCode": "Telegram sends no other code now. Wait a while, or use the QR code.",
        "UnknownTimezone": "There is no such time zone. They are called Europe/Moscow or UTC.",
        "AuthorisationKept": "Telegram did not end it: a session younger than a day may not.",
        "ActorStopped": "Your account is starting anew just now. Try again in a minute.",
        "AskTimeout": "That took too long. Try again in a minute.",
        "MailboxFull": "There is too much to do just now. Try again in a minute.",
        "ActorError": "That does not work just now. Try again in a minute.",
        "AlreadyLoggedIn": "You are logged in here already.",
        "ChannelClosed": "Telegram does not let your account read this channel.",
        "CodeExpired": "The code has expired. Ask for another.",
        "Interrupted": "That was ended because you were being logged out.",
        "NoCodeWanted": "No login waits for a code. Begin with /login.",
        "NoPasswordWanted": "No login waits for a password. Begin with /login.",
        "NoSpace": "There is no room left here just now. The operator knows, and has to make some.",
        "NotLoggedIn": "You are not logged in. Begin with /login.",
        "Refusal": "This bot is not set up for that. Tell its operator.",
        "StorageError": "The archive does not answer just now. Try again in a minute.",
        "UnknownAccount": "You have no account here yet. Begin with /login.",
        "UnknownChannel": "This channel is not known here any more.",
        "ValueError": "That does not work like that. /help lists what does.",
        "VectorsError": "Meanings cannot be compared just now. Try again in a minute.",
        "WrongAccount": "That session is another account's.",
        "WrongCode": "The code is wrong. Enter the digits of the newest one.",
        "WrongPassword": "The password is wrong.",
    },
    posts=lambda number: plurals.en(number, "post", "posts"),
    channels=lambda number: plurals.en(number, "channel", "channels"),
)

RU = GeneralTexts(
    start=(
        "<b>Я читаю за вас ваши каналы в Telegram.</b>\n\n"
        "Войдите один раз, и каждый пост каналов, на которые вы подписаны, будет сохранён, "
        "отмечен тегами и найдётся снова: поиск, ответы на вопросы с источниками, дайджест "
        "каждое утро.\n\n"
        "Я только читаю. От вашего имени ничего не публикуется, никуда не вступается и ничего не "
        "отмечается прочитанным. Закончить сеанс можно в любой момент, здесь или в настройках "
        "Telegram."
    ),
    begin="Войти",
    help_head="Что я умею:",
    private_only="Я работаю только в личных чатах. Напишите мне, пожалуйста, напрямую.",
    banned="Владелец этого бота закрыл вам доступ.",
    stale="Эта кнопка из старого сообщения и больше не действует. Вот меню:",
    cancelled="Отменено.",
    nothing_to_cancel="Отменять нечего.",
    fault="Здесь что-то сломалось, владельцу сообщено. Попробуйте ещё раз. (Номер: {reference})",
    unknown="Этого я не понял. Что я умею, перечислено в /help.",
    slow="Минутку: это было слишком много сразу.",
    log_in_first="Сначала войдите, тогда я смогу читать ваши каналы.",
    busy="Это уже выполняется: подождите или отмените.",
    confirm="Да, сделать",
    cancel="Отмена",
    back="‹ Назад",
    refusals={
        "LoginRequired": "Сеанс Telegram закончился или не начинался. Войдите, пожалуйста.",
        "SessionRevoked": "Telegram завершил ваш сеанс. Войдите, пожалуйста, снова.",
        "Flooded": "Telegram просит ваш аккаунт подождать до {until}. Ничего не пропадёт.",
        "TelegramUnreachable": "Telegram сейчас недоступен. Попробуйте через минуту.",
        "AccountHeld": "Ваш аккаунт сейчас обслуживается в другом месте. Попробуйте через минуту.",
        "LeaseLost": "Ваш аккаунт передаётся. Попробуйте через минуту.",
        "NoSuchChannel": "Такого канала нет, или он для вас закрыт.",
        "NotAChannel": "Это не канал.",
        "InviteDead": "Эта ссылка-приглашение больше не действует.",
        "JoinPending": "Сначала вас должны впустить владельцы канала. Я их попросил.",
        "TooManyChannels": "Больше каналов добавить нельзя. Сначала уберите какой-нибудь.",
        "TooManyFollowed": "Больше каналов здесь добавить нельзя. Сначала уберите какой-нибудь.",
        "NoSuchFolder": "В вашем Telegram нет папки с таким названием. Есть: {folders}",
        "SharedFolder": "Сначала добавьте общую папку в Telegram, потом пришлите folder:НАЗВАНИЕ.",
        "InviteUnknown": "Такого приглашения нет. Проверьте код или попросите другой.",
        "InviteUsedUp": "Это приглашение уже использовано. Попросите другое.",
        "InviteExpired": "Срок приглашения истёк. Попросите другое.",
        "PhoneRefused": "Дайте номер телефона с кодом страны, например +7 912 345-67-89.",
        "NoOtherCode": "Другого кода Telegram сейчас не пришлёт. Подождите или войдите по QR.",
        "UnknownTimezone": "Такого часового пояса нет. Они называются Europe/Moscow или UTC.",
        "AuthorisationKept": "Telegram его не завершил: сеансу моложе суток это не позволено.",
        "ActorStopped": "Ваш аккаунт сейчас запускается заново. Попробуйте через минуту.",
        "AskTimeout": "Это заняло слишком много времени. Попробуйте через минуту.",
        "MailboxFull": "Сейчас слишком много работы. Попробуйте через минуту.",
        "ActorError": "Сейчас не получается. Попробуйте через минуту.",
        "AlreadyLoggedIn": "Вы здесь уже вошли.",
        "ChannelClosed": "Telegram не даёт вашему аккаунту читать этот канал.",
        "CodeExpired": "Код устарел. Попросите другой.",
        "Interrupted": "Это прервано: вы выходили из аккаунта.",
        "NoCodeWanted": "Сейчас никакой вход не ждёт кода. Начните с /login.",
        "NoPasswordWanted": "Сейчас никакой вход не ждёт пароля. Начните с /login.",
        "NoSpace": "Здесь закончилось место. Владелец знает и должен его освободить.",
        "NotLoggedIn": "Вы не вошли. Начните с /login.",
        "Refusal": "Этот бот для такого не настроен. Скажите его владельцу.",
        "StorageError": "Архив сейчас не отвечает. Попробуйте через минуту.",
        "UnknownAccount": "У вас здесь ещё нет аккаунта. Начните с /login.",
        "UnknownChannel": "Этот канал здесь больше не известен.",
        "ValueError": "Так не получится. Что получится, перечислено в /help.",
        "VectorsError": "Сравнить по смыслу сейчас нельзя. Попробуйте через минуту.",
        "WrongAccount": "Этот сеанс принадлежит другому аккаунту.",
        "WrongCode": "Код не подошёл. Введите цифры самого нового.",
        "WrongPassword": "Пароль не подошёл.",
    },
    posts=lambda number: plurals.ru(number, "пост", "поста", "постов"),
    channels=lambda number: plurals.ru(number, "канал", "канала", "каналов"),
)
