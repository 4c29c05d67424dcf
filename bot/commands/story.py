"""The main job, told act by act."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rich.padding import Padding

import actors
from bot.commands import callers
from bot.commands.findings import Findings
from bot.house import open_house
from bot.qr_board import drawn
from bot.reading_bar import ReadingBar
from bot.tables import cell, ruled
from bot.wording import counted, line, moment

if TYPE_CHECKING:
    from actors.house import House
    from actors.people import User
    from bot.screen import Screen
    from sandbox import Sandbox


class Story:
    """A person logs in, their channels are read three times, and many ask meanwhile."""

    def __init__(self, screen: Screen, telegram: Sandbox, data: Path) -> None:
        self._screen = screen
        self._telegram = telegram
        self._data = data
        self._person = next(iter(telegram.world.people.values()))

    async def tell(self) -> Findings:
        """Let it happen, and return what was measured."""
        self._introduce()
        async with open_house(
            data=self._data, telegram=self._telegram.address, writes=True
        ) as house:
            user = house.user(self._person.id)
            await self._log_in(user)
            first, answers = await self._first_parse(user)
            second = await self._parse_again(user, "Second")
            await self._publish()
            third = await self._parse_again(user, "Third")
            self._tell_of_threads(house, answers, first)
            await self._show_channels(user)
            return await self._found(house, user, (first, second, third), answers)

    def _introduce(self) -> None:
        self._act("1", f"A Telegram is running on this machine, at {self._telegram.address}.")
        person = self._person
        follows = counted(len(person.follows), "channel")
        self._line(f"{person.first_name}, id {person.id}, follows {follows} there.")

    async def _log_in(self, user: User) -> None:
        """Show the code; the sandbox's phone scans it."""
        self._act("2", "The house is open, on a Postgres of its own. Logging in by QR code:")
        async for step in user.login():
            match step:
                case actors.QrCode():
                    self._screen.say(Padding(drawn(step), (1, 0, 1, 4), expand=False))
                    await asyncio.to_thread(self._telegram.scan, step.url, user.id)
                case actors.LoginFailed(reason=reason):
                    self._screen.complain(reason)
        state = (await user.status()).state
        self._line(f"The sandbox's phone has scanned it: account {user.id} is {state}.")

    async def _first_parse(self, user: User) -> tuple[int, tuple[callers.Answer, ...]]:
        """Parse, and let the other threads ask in the middle of it: Telegram dawdles meanwhile."""
        self._act("3", "Reading the channels.")
        async with callers.waiting(user) as others:
            report, answers = await self._parse_beside(others, user)
        self._tell_of_parse("First", report)
        return report.added, answers

    async def _parse_beside(
        self, others: callers.Callers, user: User
    ) -> tuple[actors.ParseReport, tuple[callers.Answer, ...]]:
        """Hold the parse at its first channel until all others have asked."""
        with (
            self._telegram.faults.hold("messages.getHistory") as held,
            ReadingBar(self._screen) as bar,
        ):
            parse = asyncio.ensure_future(user.parse(progress=bar.show))
            try:
                others.begin()
                await others.asked()
                held.release()
                return await parse, await others.answers()
            finally:
                parse.cancel()

    async def _parse_again(self, user: User, which: str) -> int:
        report = await user.parse()
        self._tell_of_parse(which, report)
        return report.added

    async def _publish(self) -> None:
        from sandbox import later_posts

        for channel, text in later_posts():
            post = await asyncio.to_thread(self._telegram.publish, channel, text)
            title = self._telegram.world.channels[channel].title
            self._line(f"Published meanwhile: post {post.id} of {title}.", "dim")

    def _tell_of_parse(self, which: str, report: actors.ParseReport) -> None:
        new, channels = counted(report.added, "new post"), counted(report.channels, "channel")
        self._line(f"{which} parse: {new} from {channels} in {report.took:.2f} s.")
        for unread in report.unread:
            self._line(f"Not read to its end: {line(unread.title)}. {unread.reason}")

    def _tell_of_threads(
        self, house: House, answers: tuple[callers.Answer, ...], first: int
    ) -> None:
        calls = house.statistics().telegram
        joined = sum(answer.added == first for answer in answers)
        waits = [answer.waited for answer in answers if answer.waited is not None]
        self._act("4", f"In the middle of the first parse, {len(answers)} other threads asked:")
        self._line(
            f"{callers.WITH_LOOP} with event loops of their own, {callers.WITHOUT_LOOP} without. "
            f"{joined} joined that parse;"
        )
        self._line(f"status, channels and posts were answered within {max(waits) * 1000:.0f} ms.")
        threads = ", ".join(sorted(calls.threads))
        self._line(f"Telethon was called {calls.calls} times, always on: {threads}.")
        self._line(f"Loop violations: {calls.violations}.")

    async def _show_channels(self, user: User) -> None:
        self._act("5", "What is held now:")
        table = ruled("Channel", "Posts", "Newest", "It begins")
        for channel in await user.channels():
            newest = await user.posts(limit=1, channel=channel.id)
            begins = cell(newest[0].text if newest else "-")
            table.add_row(
                cell(channel.title), str(channel.posts), moment(channel.newest_at), begins
            )
        self._screen.say(table)

    async def _found(
        self,
        house: House,
        user: User,
        added: tuple[int, ...],
        answers: tuple[callers.Answer, ...],
    ) -> Findings:
        channels = await user.channels()
        calls = house.statistics().telegram
        threads = {threading.current_thread(), *(answer.thread for answer in answers)}
        return Findings(
            person=user.id,
            channels=len(channels),
            added=added,
            posts=sum(channel.posts for channel in channels),
            client_threads=calls.threads,
            caller_threads=len(threads),
            loop_violations=calls.violations,
        )

    def _act(self, number: str, text: str) -> None:
        self._screen.say()
        self._screen.say(f"{number}  {text}", "bold")

    def _line(self, text: str, style: str = "") -> None:
        self._screen.say_indented(text, 3, style)
