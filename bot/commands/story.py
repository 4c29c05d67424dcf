"""The main job, told act by act."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.padding import Padding

import actors
from bot import hits
from bot.commands import callers
from bot.commands.ask import Said
from bot.commands.findings import Findings
from bot.house import own_house
from bot.qr_board import drawn
from bot.reading_bar import ReadingBar
from bot.tables import cell, ruled
from bot.wording import counted, exactly, line, moment

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from actors.house import House
    from actors.people import User
    from bot.commands.incident import Incident
    from bot.screen import Screen
    from sandbox import Sandbox

SETTLE: Final = 30.0
QUERY: Final = "спутник у Луны"
QUESTION: Final = "Why did the worker break when its client was used from another event loop?"


class Story:
    """A person logs in, their channels are read three times, and answers are found in them."""

    def __init__(self, screen: Screen, telegram: Sandbox, incident: Incident, data: Path) -> None:
        self._screen = screen
        self._telegram = telegram
        self._incident = incident
        self._data = data
        self._person = next(iter(telegram.world.people.values()))

    async def tell(self) -> Findings:
        """Let it happen, and return what was measured."""
        self._introduce()
        # The threads outlive the house, which answers them: Ctrl-C would wait for their patience.
        async with (
            callers.threads() as pool,
            own_house(
                data=self._data,
                telegram=self._telegram.address,
                writes=True,
                more=self._incident.settings(),
            ) as house,
        ):
            try:
                return await self._told(house, house.user(self._person.id), pool)
            finally:
                self._incident.release()

    async def _told(self, house: House, user: User, pool: ThreadPoolExecutor) -> Findings:
        await self._log_in(user)
        first, answers = await self._first_parse(user, pool)
        self._tell_of_threads(house, answers, first.added)
        second = await self._second_parse(user)
        vectors = await house.vectors()
        third = await self._third_parse(user)
        await self._show_channels(user)
        answered = await self._look_for(user)
        channels = await user.channels()
        calls = house.statistics().telegram
        threads = {threading.current_thread(), *(answer.thread for answer in answers)}
        return Findings(
            person=user.id,
            channels=len(channels),
            added=(first.added, second.added, third.added),
            posts=sum(channel.posts for channel in channels),
            tagged=(first.tagged, second.tagged),
            indexed=first.indexed + second.indexed,
            pending=(first.pending, second.pending),
            vectors=vectors,
            vectors_end=await house.vectors(),
            answered=answered,
            client_threads=calls.threads,
            caller_threads=len(threads),
            loop_violations=calls.violations,
        )

    def _introduce(self) -> None:
        self._act("1", f"A Telegram is running on this machine, at {self._telegram.address}.")
        person = self._person
        follows = counted(len(person.follows), "channel")
        self._line(f"{person.first_name}, id {person.id}, follows {follows} there.")
        self._line("Beside it: language models like GigaChat and OpenRouter, for the tags.")

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

    async def _first_parse(
        self, user: User, pool: ThreadPoolExecutor
    ) -> tuple[actors.ParseReport, tuple[callers.Answer, ...]]:
        """Parse, and let the other threads ask in the middle of it: Telegram dawdles meanwhile."""
        self._act("3", "Reading the channels. Each post is tagged by a model, and indexed here.")
        with callers.waiting(user, pool) as others:
            report, answers = await self._parse_beside(others, user)
        self._tell_of_parse("First", report)
        for waiting in (await user.meaning()).waiting:
            again = "never" if waiting.next_at is None else f"at {exactly(waiting.next_at)}"
            self._line(f"{counted(waiting.posts, 'post')} to be tagged again {again}:")
            self._line(line(waiting.reason), "dim")
        return report, answers

    async def _parse_beside(
        self, others: callers.Callers, user: User
    ) -> tuple[actors.ParseReport, tuple[callers.Answer, ...]]:
        """Hold the parse at its first channel until all others have asked."""
        published = sum(len(channel.posts) for channel in self._telegram.world.channels.values())
        with (
            self._telegram.faults.hold("messages.getHistory") as held,
            ReadingBar(self._screen) as bar,
        ):
            parse = asyncio.ensure_future(user.parse(settle=SETTLE, progress=bar.show))
            try:
                others.begin()
                await others.asked()
                held.release()
                await self._incident.strike(user, published)
                return await parse, await others.answers()
            finally:
                parse.cancel()
                await asyncio.gather(parse, return_exceptions=True)

    async def _second_parse(self, user: User) -> actors.ParseReport:
        """Wait until the model takes requests again, and parse."""
        waiting = [each.next_at for each in (await user.meaning()).waiting if each.next_at]
        self._act("5", "Waiting until the models answer again, then reading once more.")
        await self._incident.pass_(max(waiting, default=None))
        return await self._parse_again(user, "Second")

    async def _third_parse(self, user: User) -> actors.ParseReport:
        from sandbox import later_posts

        for channel, text in later_posts():
            post = await asyncio.to_thread(self._telegram.publish, channel, text)
            title = self._telegram.world.channels[channel].title
            self._line(f"Published meanwhile: post {post.id} of {title}.", "dim")
        return await self._parse_again(user, "Third")

    async def _parse_again(self, user: User, which: str) -> actors.ParseReport:
        report = await user.parse(settle=SETTLE)
        self._tell_of_parse(which, report)
        return report

    def _tell_of_parse(self, which: str, report: actors.ParseReport) -> None:
        new, channels = counted(report.added, "new post"), counted(report.channels, "channel")
        self._line(f"{which} parse: {new} from {channels} in {report.took:.2f} s;")
        done = f"{report.tagged} tagged, {report.indexed} indexed, {report.pending} pending."
        self._line(f"since the one before: {done}")
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
        self._act("6", "What is held now:")
        table = ruled("Channel", "Posts", "Newest", "It begins")
        for channel in await user.channels():
            newest = await user.posts(limit=1, channel=channel.id)
            begins = cell(newest[0].text if newest else "-")
            table.add_row(
                cell(channel.title), str(channel.posts), moment(channel.newest_at), begins
            )
        self._screen.say(table)

    async def _look_for(self, user: User) -> bool:
        """Search and ask; return whether both were answered with sources."""
        self._act("7", f"Searching for: {QUERY}")
        found = await user.search(QUERY, limit=2)
        hits.show(self._screen, found.hits)
        self._act("8", f"Asking: {QUESTION}")
        said = Said(self._screen)
        answer = await user.ask(QUESTION, progress=said.piece)
        said.end(answer)
        return bool(found.hits) and any(source.cited for source in answer.sources)

    def _act(self, number: str, text: str) -> None:
        self._screen.say()
        self._screen.say(f"{number}  {text}", "bold")

    def _line(self, text: str, style: str = "") -> None:
        self._screen.say_indented(text, 3, style)
