"""The command that sums up a period."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot import door
from bot.commands.asked import Period, hint, one_of
from bot.commands.options import Account, AsJson, Data, OneChannel, Telegram, Verbose
from bot.house import open_house
from bot.wording import counted, line, moment, printable

if TYPE_CHECKING:
    from actors import Digest, DigestLine, DigestTopic
    from bot.screen import Screen

_DAY = timedelta(days=1)
MOST_LINES = 50
"""Stories of each topic: `actors.inquiry`'s, which takes longer to load than `--help` may."""

Topics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="TOPIC", help="What is of interest; may be given again."),
]
Lines = Annotated[
    int, typer.Option("--lines", metavar="N", min=1, max=MOST_LINES, help="Stories of each topic.")
]
Plain = Annotated[bool, typer.Option("--plain", help="Ask no model for summaries.")]


def digest(
    account: Account,
    *,
    period: Period = None,
    topic: Topics = None,
    channel: OneChannel = None,
    lines: Lines = 10,
    plain: Plain = False,
    json: AsJson = False,
    data: Data = None,
    telegram: Telegram = None,
    verbose: Verbose = False,
) -> None:
    """Sum up by topic what was new in a person's channels."""

    async def summed_up() -> tuple[Digest, str | None]:
        async with open_house(data=data, telegram=telegram) as house:
            user = house.user(account)
            made = await user.digest(
                period or _DAY,
                topics=topic or (),
                channels=await one_of(user, channel),
                lines=lines,
                summaries=not plain,
            )
            return made, None if made.posts else await hint(user)

    with door.opened(as_json=json, verbose=verbose) as screen:
        made, todo = door.run(summed_up)
        screen.answer({"account": account, **asdict(made)})
        if not json:
            _tell(screen, made)
        for note in filter(None, (made.trouble, todo)):
            screen.note(note)


def _tell(screen: Screen, made: Digest) -> None:
    screen.say(f"{counted(made.posts, 'post')} from {moment(made.since)} to {moment(made.until)}.")
    for topic in made.topics:
        _tell_topic(screen, topic)
    if made.untagged:
        screen.say()
        screen.say(f"{counted(made.untagged, 'post')} of these not tagged yet.")
    if made.cut:
        screen.say("There were more: a digest takes in the newest.")


def _tell_topic(screen: Screen, topic: DigestTopic) -> None:
    screen.say()
    name = "Other" if topic.topic is None else line(topic.topic)
    screen.say(Text(f"{name} ({counted(topic.posts, 'post')})", "bold"))
    if topic.summary is not None:
        screen.say_indented(printable(topic.summary), 2)
    for story in topic.lines:
        _tell_line(screen, story)
    if topic.left:
        hint_ = f"; --lines {MOST_LINES} shows most" if len(topic.lines) < MOST_LINES else ""
        screen.say_indented(f"… and {topic.left} more{hint_}.", 2)


def _tell_line(screen: Screen, story: DigestLine) -> None:
    also = f" (and {counted(len(story.also), 'post')} like it)" if story.also else ""
    text = line(story.text) or "(no text)"
    screen.say_indented(f"[{story.number}] {line(story.post.channel_title)}: {text}{also}", 2)
    screen.say_whole(f"      {story.post.permalink}")
