"""Exports on the disk, for as long as they are being sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.export import Form, in_parts

if TYPE_CHECKING:
    from storage.meaning_rows import TaggedPost

MOST: Final = 49_000_000
"""Bytes of a document; the Bot API takes 50 MB."""
BUFFER: Final = 1_000_000
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9]+")


def stem(what: str, day: str) -> str:
    """Name an export by what is in it, in letters that no file system minds."""
    safe = _UNSAFE.sub("-", what).strip("-")[:40] or "posts"
    return f"tgactors-{safe}-{day}"


async def documents(
    posts: AsyncIterator[TaggedPost],
    form: Form,
    folder: Path,
    name: str,
    *,
    most: int = MOST,
    counted: Callable[[], object] = lambda: None,
) -> AsyncGenerator[Path, None]:
    """Write posts into a folder; yield each document when it is whole, and then delete it.

    One alone has the name, of several each has its number, too. `counted` is called for each post.
    """

    async def counting() -> AsyncIterator[TaggedPost]:
        async for each in posts:
            counted()
            yield each

    number, buffer = 1, bytearray()
    path = folder / f"{name}.{form.name}"
    async for part, piece in in_parts(counting(), form, most):
        if part != number:
            await _append(path, buffer)
            numbered = path.rename(folder / f"{name}-{number}.{form.name}")
            yield numbered
            numbered.unlink()
            number = part
        buffer += piece
        if len(buffer) >= BUFFER:
            await _append(path, buffer)
    await _append(path, buffer)
    last = path if number == 1 else path.rename(folder / f"{name}-{number}.{form.name}")
    yield last
    last.unlink()


async def _append(path: Path, buffer: bytearray) -> None:
    """Write what is in the buffer at the end of a file, and empty it."""

    def write() -> None:
        with path.open("ab") as file:
            file.write(buffer)

    await asyncio.to_thread(write)
    buffer.clear()
