"""The parse that does not end by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.following import Lost, Reading, Watch
from bot.house import AnyHouse, open_house
from bot.notices import told
from bot.reading_bar import ReadingBar
from bot.wording import counted, excerpt, line, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from actors import Notice, ParseReport, Post
    from bot.screen import Screen

LOOK_SECONDS = 1.0
_PART = 20
"""Looking takes no more than this part of the time, however much is held."""

_MOST_LINES = 10
"""How many posts of one reading are told one by one."""

_EXCERPT = 80  # characters


class Following:
    """Parses once, then has an account read by the schedule and tells of it, until Ctrl-C."""

    def __init__(
        self,
        screen: Screen,
        account: int,
        tell: Callable[[Screen, ParseReport], None],
        *,
        data: Path | None,
        telegram: str | None,
    ) -> None:
        """Describe it; `tell` tells people of a report."""
        self._screen = screen
        self._account = account
        self._report = tell
        self._open = partial(open_house, data=data, telegram=telegram, writes=True)
        self._watch = Watch(account)
        self._is_failing = False

    async def run(self, depth: int | None, *, live: bool | None) -> None:
        """Read until somebody ends it."""
        # The schedule would begin channels that were never read at a depth of its own.
        async with self._open() as house:
            await self._parse(house, depth)
            await self._watch.begin(house)
        async with self._open(schedule=True, live=live) as house:
            self._say("From now on the schedule reads. Ctrl-C ends it.")
            while True:
                began = time.monotonic()
                with self._patient():
                    for event in await self._watch.look(house):
                        self._tell(event)
                await asyncio.sleep(max(LOOK_SECONDS, _PART * (time.monotonic() - began)))

    async def _parse(self, house: AnyHouse, depth: int | None) -> None:
        import actors

        try:
            with ReadingBar(self._screen) as bar:
                report = await house.user(self._account).parse(depth=depth, progress=bar.show)
        except actors.TelegramUnreachable as unreachable:  # the schedule tries again
            self._screen.complain(str(unreachable))
            return
        self._screen.answer({"parsed": asdict(report)})
        if not self._screen.as_json:
            self._report(self._screen, report)

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """Say once that looking fails, and go on: whoever reads tries again too."""
        import actors

        try:
            yield
        except (actors.StorageError, actors.AskTimeout, actors.ActorCrashed) as trouble:
            if not self._is_failing:
                self._screen.complain(str(trouble))
            self._is_failing = True
        else:
            self._is_failing = False

    def _tell(self, event: Reading | Lost | Notice) -> None:
        match event:
            case Reading():
                self._screen.answer({"read": _facts(event)})
                for each in _lines(event):
                    self._say(each)
            case Lost():
                self._screen.answer({"lost": asdict(event)})
                now = moment(datetime.now(UTC))
                why = event.why or "it is followed no more"
                self._say(f"{now}  {line(event.title)} is not read any more: {why}")
            case notice:
                self._screen.answer({"notice": asdict(notice)})
                self._say(told(notice))

    def _say(self, text: str) -> None:
        """Tell people one line, whatever its length; programs were told already."""
        if not self._screen.as_json:
            self._screen.say_whole(text)


def _facts(reading: Reading) -> dict[str, object]:
    channel = reading.channel
    return {
        "channel": channel.id,
        "title": channel.title,
        "read_at": channel.read_at,
        "due_at": channel.due_at,
        "added": [asdict(post) for post in reading.added],
        "edited": [asdict(post) for post in reading.edited],
        "deleted": reading.deleted,
    }


def _lines(reading: Reading) -> Iterator[str]:
    when, title = moment(reading.channel.read_at), line(reading.channel.title)
    for what, posts in (("new", reading.added), ("edited", reading.edited)):
        if len(posts) > _MOST_LINES:
            number = counted(len(posts), f"{what} post")
            yield f"{when}  {title}: {number}, the newest {_short(posts[-1])}"
            continue
        for post in posts:
            yield f"{when}  {title}: {what} {_short(post)}"
    if reading.deleted:
        number = counted(len(reading.deleted), "post")
        named = ", ".join(map(str, reading.deleted[:_MOST_LINES]))
        yield f"{when}  {title}: {number} deleted ({named})"


def _short(post: Post) -> str:
    from bot.media import described

    said = line(excerpt(post.text, 1, _EXCERPT)) or f"[{described(post)}]"
    return f"{post.permalink} {said}"
