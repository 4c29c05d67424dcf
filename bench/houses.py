"""Houses on data folders of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import actors

if TYPE_CHECKING:
    from actors.house import House


@asynccontextmanager
async def fresh(telegram: str, person: int | None = None) -> AsyncIterator[House]:
    """Open a house on an empty embedded Postgres, a person logged in if one is given."""
    with _folder() as data:
        async with actors.open(data=data, telegram=telegram, workers=False) as house:
            if person is not None:
                async for step in house.user(person).login():
                    assert not isinstance(step, actors.LoginFailed), step
            yield house


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tgactors-bench-"))
    folder.chmod(0o711)  # so that the server's user gets in, should this be root
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
