"""What the bot says to its operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminTexts:
    """HTML as Telegram takes it; {names} are filled in with escaped text."""

    home: str
    people: str
    invites: str
    machine: str
    unread: str
    refresh: str
    kinds: Mapping[str, str]
    """By what people are listed; the states of an account stand for themselves."""
    people_head: str
    found_by: str
    nobody: str
    search: str
    type_a_name: str
    person: str
    wrote: str
    never_wrote: str
    follows: str
    may: str
    any_number: str
    no_account: str
    banned: str
    blocked: str
    waits: str
    ban: str
    unban: str
    why: str
    without_reason: str
    not_yourself: str
    channels_each: str
    questions_each: str
    as_invited: str
    invites_head: str
    no_invites: str
    invite: str
    revoked: str
    no_end: str
    revoke: str
    surely: str
    new_invite: str
    draft: str
    uses: str
    days: str
    make: str
    made: str
    made_already: str
    machine_head: str
    work: str
    works: Mapping[str, str]
    """By kind."""
    given_up: str
    worker: str
    worker_states: Mapping[str, str]
    asked: str
    not_asked: str
    nothing_is_tagged: str
    unread_head: str
    causes: Mapping[str, str]
    none_unread: str
    floods: str
    flood: str
    untold: str
    untold_one: str


EN = AdminTexts(
    home=(
        "<b>The service</b>\nAccounts: {accounts}.\nPeople who have written: {visitors}; of them "
        "have blocked the bot: {blocked}. Banned: {banned}.\n"
        "Channels: {channels}; due now: {due}; long unread: {unread}."
    ),
    people="People",
    invites="Invites",
    machine="Queues and providers",
    unread="Unread and waits",
    refresh="Refresh",
    kinds={"": "all", "banned": "banned", "blocked": "left the bot", "visitor": "no account"},
    people_head="<b>People</b>: {kind}.",
    found_by="Only those with “{word}”.",
    nobody="There is nobody like that.",
    search="Search",
    type_a_name="Type a part of the name, or the Telegram id.",
    person="<b>{name}</b>, <code>{account}</code>\n{state}",
    wrote="Wrote first {first}, last {seen}; language: {language}.",
    never_wrote="Has never written to the bot.",
    follows="Follows {channels}. Read last: {read}, new then: {added}.",
    may="May follow {channels} channels, and ask {questions} questions a day.",
    any_number="any number of",
    no_account="has no account here",
    banned="🚫 Banned {when}. Reason: {reason}",
    blocked="Has blocked the bot {when}.",
    waits="Telegram lets the account wait until {until}.",
    ban="Ban",
    unban="Lift the ban",
    why="Why is {name} banned? Type the reason, which only operators see; or /cancel.",
    without_reason="Without a reason",
    not_yourself="You cannot ban yourself.",
    channels_each="{mark}{number} channels",
    questions_each="{mark}{number} a day",
    as_invited="as invited",
    invites_head="<b>Invites</b>, the newest first:",
    no_invites="There are no invites yet.",
    invite=(
        "№ {id} <code>{label}…</code>: used {spent} of {uses}, until {until}; channels: "
        "{channels}, questions a day: {questions}"
    ),
    revoked="revoked",
    no_end="revoked by you",
    revoke="Revoke № {id}",
    surely="Surely revoke № {id}?",
    new_invite="New invite",
    draft=(
        "<b>A new invite</b>\nFor how many people: {uses}. Good for days: {days}.\n"
        "Each may follow channels: {channels}; ask questions a day: {questions}."
    ),
    uses="{mark}{number} 👤",
    days="{mark}{number} d",
    make="Make it",
    made=(
        "Invite № {id}, shown this once:\n<code>{code}</code>\n"
        "or as a link: https://t.me/{bot}?start=inv_{code}"
    ),
    made_already="This one is made already.",
    machine_head="<b>Queues and providers</b>",
    work="{kind}: due {due}, waiting {waiting}, given up {dead}.",
    works={"tag": "tags", "index": "index", "unindex": "removals from the index"},
    given_up="  {number} × <code>{reason}</code>",
    worker="{name}: {state}, at it {under_way}, done {ok}. {reason}",
    worker_states={"idle": "idle", "running": "running", "degraded": "degraded"},
    asked="{name} ({model}): is asked. {outcomes}",
    not_asked="{name} ({model}): not asked until {until}. <code>{why}</code> {outcomes}",
    nothing_is_tagged="Nothing is tagged or indexed by this process.",
    unread_head="<b>Unread and waits</b>",
    causes={
        "expired": "nobody who follows it is logged in: {number}",
        "flooded": "Telegram lets its followers wait: {number}",
        "failed": "the last reading failed: {number}",
        "late": "nobody came to it: {number}",
    },
    none_unread="No channel is unread for three intervals.",
    floods="Telegram lets wait:",
    flood="<code>{account}</code> with {method} until {until}",
    untold="For the operator, not told yet:",
    untold_one="{when}: {kind} {title}",
)

RU = AdminTexts(
    home=(
        "<b>Сервис</b>\nАккаунты: {accounts}.\nПисали боту: {visitors}; из них заблокировали его: "
        "{blocked}. Забанено: {banned}.\n"
        "Каналы: {channels}; пора читать: {due}; давно не читаны: {unread}."
    ),
    people="Люди",
    invites="Приглашения",
    machine="Очереди и провайдеры",
    unread="Не читается и ждёт",
    refresh="Обновить",
    kinds={"": "все", "banned": "забанены", "blocked": "ушли", "visitor": "без аккаунта"},
    people_head="<b>Люди</b>: {kind}.",
    found_by="Только с «{word}».",
    nobody="Таких нет.",
    search="Поиск",
    type_a_name="Напишите часть имени или id в Telegram.",
    person="<b>{name}</b>, <code>{account}</code>\n{state}",
    wrote="Писал впервые {first}, в последний раз {seen}; язык: {language}.",
    never_wrote="Боту не писал.",
    follows="Читает {channels}. Последнее чтение: {read}, новых тогда: {added}.",
    may="Можно каналов: {channels}, вопросов в день: {questions}.",
    any_number="сколько угодно",
    no_account="аккаунта здесь нет",
    banned="🚫 Забанен {when}. Причина: {reason}",
    blocked="Заблокировал бота {when}.",
    waits="Telegram просит аккаунт подождать до {until}.",
    ban="Забанить",
    unban="Снять бан",
    why="За что банится {name}? Напишите причину, её видят только владельцы; или /cancel.",
    without_reason="Без причины",
    not_yourself="Себя забанить нельзя.",
    channels_each="{mark}{number} каналов",
    questions_each="{mark}{number} в день",
    as_invited="по приглашению",
    invites_head="<b>Приглашения</b>, сначала новые:",
    no_invites="Приглашений пока нет.",
    invite=(
        "№ {id} <code>{label}…</code>: использовано {spent} из {uses}, до {until}; каналов: "
        "{channels}, вопросов в день: {questions}"
    ),
    revoked="отозвано",
    no_end="отзыва",
    revoke="Отозвать № {id}",
    surely="Точно отозвать № {id}?",
    new_invite="Новое приглашение",
    draft=(
        "<b>Новое приглашение</b>\nНа сколько человек: {uses}. Сколько дней действует: {days}.\n"
        "Каждому каналов: {channels}; вопросов в день: {questions}."
    ),
    uses="{mark}{number} 👤",
    days="{mark}{number} дн.",
    make="Создать",
    made=(
        "Приглашение № {id}, показано один раз:\n<code>{code}</code>\n"
        "или ссылкой: https://t.me/{bot}?start=inv_{code}"
    ),
    made_already="Это уже создано.",
    machine_head="<b>Очереди и провайдеры</b>",
    work="{kind}: пора {due}, ждёт {waiting}, оставлено {dead}.",
    works={"tag": "теги", "index": "индекс", "unindex": "удаление из индекса"},
    given_up="  {number} × <code>{reason}</code>",
    worker="{name}: {state}, в работе {under_way}, сделано {ok}. {reason}",
    worker_states={"idle": "без дела", "running": "работает", "degraded": "с перебоями"},
    asked="{name} ({model}): спрашивается. {outcomes}",
    not_asked="{name} ({model}): не спрашивается до {until}. <code>{why}</code> {outcomes}",
    nothing_is_tagged="Этот процесс ничего не отмечает тегами и не индексирует.",
    unread_head="<b>Не читается и ждёт</b>",
    causes={
        "expired": "никто из подписчиков не вошёл: {number}",
        "flooded": "Telegram просит подписчиков подождать: {number}",
        "failed": "последнее чтение не удалось: {number}",
        "late": "до них никто не дошёл: {number}",
    },
    none_unread="Нет каналов, которые не читались три интервала.",
    floods="Telegram просит подождать:",
    flood="<code>{account}</code>, {method}, до {until}",
    untold="Владельцу ещё не рассказано:",
    untold_one="{when}: {kind} {title}",
)
