"""The page's server, as the tests ask it."""

import asyncio
import json
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from sandbox.play import Page

PATIENCE: Final = 20.0
"""Seconds within which a page is told of something, on a machine with much to do."""


class Visitor:
    """An HTTP client with the page's address, and so with its token."""

    def __init__(self, page: Page) -> None:
        self.base, _, self.token = page.address.partition("/#")
        self.http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.token}"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.http.close()

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """The status and the text of a path."""
        async with self.http.get(f"{self.base}{path}", headers=headers) as answer:
            return answer.status, await answer.text()

    async def do(self, action: str, **fields: Any) -> Any:
        """Do something, which must succeed; returns what is said of it."""
        async with self.http.post(f"{self.base}/do/{action}", json=fields) as answer:
            said = await answer.json()
            assert answer.status == 200, said
            return said

    async def refused(self, action: str, **fields: Any) -> str:
        """What is said to something that must not succeed, behind its name."""
        async with self.http.post(f"{self.base}/do/{action}", json=fields) as answer:
            error = (await answer.json())["error"]
            assert answer.status == 409
            return f"{error['code']}: {error['text']}"

    async def opened(self, person: int) -> "Told":
        """Open a page."""
        return Told(await self.http.get(f"{self.base}/events/{person}"))


class Told:
    """What one page is told, event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._answer.close()

    async def next(self, kind: str) -> Any:
        """Wait for the next event of a kind; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                name = await self._line()
                if name.startswith("event: "):
                    facts = json.loads((await self._line()).removeprefix("data: "))
                    if name == f"event: {kind}":
                        return facts
                assert name or not self._answer.content.at_eof(), f"no {kind} came"

    async def message(self, number: int) -> Any:
        """Wait for a message; what happened as the page was opened may be told a second time."""
        while True:
            facts = await self.next("message")
            if facts["message"]["id"] == number:
                return facts

    async def ended(self) -> None:
        """Wait for the end, whatever comes before it."""
        async with asyncio.timeout(PATIENCE):
            while not self._answer.content.at_eof():
                await self._answer.content.readany()

    async def _line(self) -> str:
        return (await self._answer.content.readline()).decode().rstrip("\n")
