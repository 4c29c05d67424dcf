"""The command that tells how accounts are doing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bot import door
from bot.commands.options import AsJson, Data, Somebody, Telegram, Verbose
from bot.house import open_house
from bot.notices import told
from bot.tables import cell, ruled
from bot.wording import counted, exactly, line, moment

if TYPE_CHECKING:
    from actors import Channel, Meaning, Notice, ParseReport, Status
    from bot.screen import Screen


_WAITS = {
    "history": "with reading",
    "dialogs": "with listing its channels",
    "resolve": "with looking for channels by name",
    "join": "with joining channels",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to tell of one account."""

    status: Status
    channels: tuple[Channel, ...]
    floods: dict[str, datetime]
    """Until when Telegram lets it wait, and with what."""
    meaning: Meaning
    notices: tuple[Notice, ...]


def status(
    account: Somebody = None,
    *,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Tell how an account is doing. Without ID, list all accounts."""
    from actors.store_messages import LoadFloods

    async def one(account: int) -> Look:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            return Look(
                await user.status(),
                await user.channels(),
                await house.store.ask(LoadFloods(account=account)),
                await user.meaning(),
                await house.notices(account=account),
            )

    async def everybody() -> tuple[tuple[Status, ...], tuple[Notice, ...]]:
        async with open_house(data=data, telegram=telegram) as house:
            return await house.accounts(), await house.notices()

    with door.opened(as_json=json, verbose=verbose) as screen:
        if account is None:
            accounts, notices = door.run(everybody)
            facts = {"accounts": [asdict(each) for each in accounts]}
            if not json:
                _list(screen, accounts)
        else:
            look = door.run(lambda: one(account))
            notices = look.notices
            facts = asdict(look.status) | {
                "floods": look.floods,
                "meaning": asdict(look.meaning),
                "channels": [_channel(each) for each in look.channels],
            }
            if not json:
                _tell(screen, look)
        if not json:
            _remind(screen, notices)
        screen.answer(facts | {"notices": [asdict(each) for each in notices]})


def _list(screen: Screen, accounts: tuple[Status, ...]) -> None:
    if not accounts:
        screen.say("No account is known here yet. Log one in: tgactors login")
        return
    table = ruled("Account", "State", "Since", "Reason")
    for each in accounts:
        table.add_row(str(each.account), each.state, moment(each.since), cell(each.reason or ""))
    screen.say(table)


def _tell(screen: Screen, look: Look) -> None:
    found = look.status
    since = f" since {moment(found.since)}" if found.since else ""
    reason = f": {line(found.reason)}" if found.reason else "."
    screen.say(Text(f"Account {found.account} is {found.state}{since}{reason}"))
    if found.state != "READY":
        screen.say(f"Log in: tgactors login {found.account}")
    if found.holder is not None:
        screen.say(Text(f"It is in use by another process: {line(found.holder)}."))
    for method, until in sorted(look.floods.items(), key=lambda each: each[1]):
        what = _WAITS.get(method, f"with {method}")
        screen.say(f"Telegram lets it wait {what} until {exactly(until)}.")
    if found.last_report is not None:
        _report(screen, found.last_report)
    if look.meaning.posts:
        _progress(screen, look.meaning)
    due = min((each.due_at for each in look.channels if each.due_at is not None), default=None)
    if due is not None:
        screen.say(f"The schedule, where one runs, reads its channels from {moment(due)} on.")
    if look.channels:
        screen.say(_table(look.channels))


def _report(screen: Screen, report: ParseReport) -> None:
    new, channels = counted(report.added, "new post"), counted(report.channels, "channel")
    changed = f"{report.edited} edited, {report.deleted} deleted"
    when = f"{moment(report.began_at)}, in {report.took:.1f} s"
    screen.say(f"Its last parse: {new} from {channels}, {changed}; {when}.")
    for unread in report.unread:
        screen.say(Text(f"Not read to its end: {line(unread.title)}. {line(unread.reason)}"))


def _progress(screen: Screen, meaning: Meaning) -> None:
    """Tell how far tagging and indexing have come, and why some of it waits."""
    posts, skipped = counted(meaning.posts, "post"), meaning.skipped + meaning.dead
    without = f" {skipped} have no tags to be had." if skipped else ""
    waits = f" {meaning.pending} wait." if meaning.pending else ""
    done = f"{meaning.tagged} tagged, {meaning.indexed} indexed"
    screen.say(f"Of its {posts}: {done}.{without}{waits}")
    for each in meaning.waiting:
        again = "given up" if each.next_at is None else f"tried again {exactly(each.next_at)}"
        what = f"{each.kind}, {counted(each.posts, 'post')}"
        screen.say_indented(f"{what}: {line(each.reason)}; {again}", 2)


def _remind(screen: Screen, notices: tuple[Notice, ...]) -> None:
    """Show what those whom it concerns were not told yet."""
    if notices:
        screen.say("Not told yet to whom it concerns:")
    for each in notices:
        screen.say_indented(told(each), 2)


def _table(channels: tuple[Channel, ...]) -> Table:
    table = ruled("Channel", "Username or id", "Posts", "Newest")
    for each in channels:
        name = f"@{each.username}" if each.username else str(each.id)
        table.add_row(cell(each.title), cell(name), str(each.posts), moment(each.newest_at))
    return table


def _channel(channel: Channel) -> dict[str, object]:
    return {
        "id": channel.id,
        "title": channel.title,
        "username": channel.username,
        "posts": channel.posts,
        "newest_at": channel.newest_at,
    }
