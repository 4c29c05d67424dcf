"""What the bot says of channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    head: str
    limit: str
    found_by: str
    hint: str
    none: str
    none_found: str
    search: str
    add: str
    everything: str
    earlier: str
    later: str
    type_a_word: str
    how_to_add: str
    folders: str
    leave_folder: str
    folder_left: str
    folder_followed: str
    looking: str
    followed: str
    unfollowed: str
    not_a_channel: str
    gone: str
    one: str
    holes: str
    unconfirmed: str
    follow: str
    unfollow: str
    states: Mapping[str, str]


EN = ChannelTexts(
    head="<b>Your channels</b>: {followed} followed, {known} known.",
    limit="You may follow {limit}.",
    found_by="Only those with “{word}”.",
    hint="Tap a name to follow it or not, and … for what is held of it.",
    none="Nothing is known of your channels yet: /parse asks Telegram for them, or add one below.",
    none_found="No channel has “{word}” in its name.",
    search="Search",
    add="Add",
    everything="Show all",
    earlier="‹",
    later="›",
    type_a_word="Type a part of the channel's name.",
    how_to_add=(
        "Send me one of these:\n"
        "• @name or a t.me link of a channel or of a post\n"
        "• an invite link; your account joins by it\n"
        "• a post of the channel, forwarded\n"
        "• <code>folder:News</code> for a folder of your Telegram of that name; then only what is "
        "in such folders is followed, and what you add by name"
    ),
    folders="Folders you follow: {names}. A tap below ends that.",
    leave_folder="Not “{title}” any more",
    folder_left="The folder is not followed any more; felt with the next /parse.",
    folder_followed="The folder is followed. Its channels are read with the next /parse.",
    looking="Looking for it…",
    followed="<b>{title}</b> is followed. It is read with the next /parse.",
    unfollowed="Not followed any more. Its posts go if nobody else follows it.",
    not_a_channel="I did not recognise that as a channel. Send @name, a link, or forward a post.",
    gone="This channel is not known any more.",
    one=(
        "<b>{title}</b>\n{state}\n\n{bar}\nHeld: {share} of what you may see, {posts}.\n"
        "Read last: {read}. Next: {due}."
    ),
    holes="Holes still to be read: {holes}.",
    unconfirmed="Its posts show once Telegram has confirmed that your account may read it.",
    follow="Follow",
    unfollow="Remove",
    states={
        "followed": "✅ followed",
        "unfollowed": "you do not follow it here",
        "left": "you have left it",
        "banned": "you were removed from it",
        "private": "it is closed to you",
        "deleted": "it does not exist any more",
        "outside": "it is in none of the folders you follow",
        "over the limit": "you follow as many as you may",
    },
)

RU = ChannelTexts(
    head="<b>Ваши каналы</b>: читается {followed}, известно {known}.",
    limit="Вам можно до {limit}.",
    found_by="Только с «{word}».",
    hint="Нажмите на название, чтобы читать канал или нет, и на …, чтобы узнать, что сохранено.",
    none="О ваших каналах пока ничего не известно: /parse спросит у Telegram, или добавьте сами.",
    none_found="Нет канала, в названии которого есть «{word}».",
    search="Поиск",
    add="Добавить",
    everything="Показать все",
    earlier="‹",
    later="›",
    type_a_word="Напишите часть названия канала.",
    how_to_add=(
        "Пришлите что-нибудь из этого:\n"
        "• @имя или ссылку t.me на канал или пост\n"
        "• ссылку-приглашение; ваш аккаунт по ней вступит\n"
        "• пересланный пост канала\n"
        "• <code>folder:Новости</code> – папку вашего Telegram, как бы она ни называлась; тогда "
        "читается только то, что в таких папках, и то, что добавлено по имени"
    ),
    folders="Папки, которые читаются: {names}. Кнопка ниже это прекращает.",
    leave_folder="Больше не «{title}»",
    folder_left="Папка больше не читается; это подействует со следующим /parse.",
    folder_followed="Папка читается. Её каналы прочитает следующий /parse.",
    looking="Ищу…",
    followed="<b>{title}</b> добавлен. Его прочитает следующий /parse.",
    unfollowed="Больше не читается. Его посты удалены, если он не нужен никому другому.",
    not_a_channel="В этом я не узнал канал. Пришлите @имя, ссылку или перешлите пост.",
    gone="Этот канал больше не известен.",
    one=(
        "<b>{title}</b>\n{state}\n\n{bar}\nСохранено: {share} того, что вам видно, {posts}.\n"
        "Прочитан: {read}. Следующий раз: {due}."
    ),
    holes="Ещё не прочитано промежутков: {holes}.",
    unconfirmed="Посты видны, как только Telegram подтвердит, что ваш аккаунт может их читать.",
    follow="Читать",
    unfollow="Убрать",
    states={
        "followed": "✅ читается",
        "unfollowed": "вы его здесь не читаете",
        "left": "вы из него вышли",
        "banned": "вас из него удалили",
        "private": "он для вас закрыт",
        "deleted": "его больше нет",
        "outside": "его нет ни в одной из папок, которые вы читаете",
        "over the limit": "вы читаете столько каналов, сколько можно",
    },
)
