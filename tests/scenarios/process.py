"""A house in another process, and what it says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bot.warm import Forked, Warm
from tests.scenarios.conftest import PERSON

PATIENCE = 45.0
GONE = "Gone"
"""The kind of what a process says last that has ended without saying it."""
PROGRAM = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the other process: a value's or an error's name and text."""

    of: int
    kind: str
    text: str
    url: str | None
    added: int | None
    state: str | None
    last: bool


class Talk:
    """What the other process says about one thing it was told to do."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[Said] = asyncio.Queue()

    async def next(self) -> Said:
        """Return the next line."""
        async with asyncio.timeout(PATIENCE):
            return await self.lines.get()

    async def end(self) -> Said:
        """Return the last line: what it all came to."""
        while not (said := await self.next()).last:
            pass
        return said


class Other:
    """A process with a house; the test's own loop only."""

    def __init__(self, process: Forked) -> None:
        self._process = process
        self._talks: list[Talk] = [Talk()]
        self._listening = asyncio.create_task(self._listen())
        self.pid = process.pid

    async def opened(self) -> None:
        """Wait until its house is open."""
        said = await self._talks[0].end()
        assert said.kind != GONE, "it has ended: see what it wrote"

    def tell(self, verb: str, said: str | None = None, *, account: int = PERSON) -> Talk:
        """Have it do something; see child.py for the verbs."""
        talk = Talk()
        self._talks.append(talk)
        line = json.dumps([len(self._talks) - 1, verb, account, said])
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        return talk

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    async def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self.signal(signal.SIGKILL)
        await self._gone()

    async def close(self) -> int:
        """Let it close its house; return its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self._gone()

    async def end(self) -> None:
        """See that it is no more."""
        if self._process.poll() is None:
            await self.kill()

    async def _gone(self) -> int:
        async with asyncio.timeout(PATIENCE):
            code = await asyncio.to_thread(self._process.wait, PATIENCE)
            await self._listening
        return code

    async def _listen(self) -> None:
        loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), self._process.stdout
        )
        while line := await lines.readline():
            said = Said(**json.loads(line))
            self._talks[said.of].lines.put_nowait(said)
        for number, talk in enumerate(self._talks):
            talk.lines.put_nowait(Said(number, GONE, "", None, None, None, last=True))


@asynccontextmanager
async def other_house(
    warm: Warm, settings: Mapping[str, str], **more: object
) -> AsyncIterator[Other]:
    """Open a house in another process; it is killed at the end if it still runs."""
    given = {**settings, **more}
    names = {f"TGACTORS_{name.upper()}": str(value) for name, value in given.items()}
    env = {**os.environ, **names}
    process = await asyncio.to_thread(warm.start, [], Path.cwd(), env, asked=True, program=PROGRAM)
    other = Other(process)
    try:
        await other.opened()
        yield other
    finally:
        await other.end()
        process.communicate()
