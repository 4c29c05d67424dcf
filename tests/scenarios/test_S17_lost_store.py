"""S17: an unexpectedly empty store is refused, not begun anew."""

from __future__ import annotations

from pathlib import Path

import pytest

import actors
from storage.database import Database
from storage.embedded import Postgres
from storage.keeping_errors import StoreForeign
from storage.sessions import new_key
from tests.conftest import within

pytestmark = pytest.mark.anyio


async def test_a_lost_database_is_not_begun_anew(
    folder: Path, dsn: str, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that knew another database says what it expected, what it found, and the way out.

    The override counts for the database that it names, once; another folder may open both.
    """
    keys = new_key()

    async def opened(data: Path, where: str) -> str:
        address = {"database_url": where, "telegram": "sandbox://127.0.0.1:9"}
        async with actors.open(data=data, session_keys=keys, workers=False, **address) as house:  # type: ignore[arg-type]
            return str(await house.identity())

    first = await opened(folder / "data", dsn)
    assert await opened(folder / "data", dsn) == first
    name = "s17_fresh"
    async with await Database.open(server.dsn, connections=1) as db:
        await db.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    fresh = within(server, name)
    try:
        with pytest.raises(StoreForeign) as refused:
            await opened(folder / "data", fresh)
        assert (refused.value.expected, refused.value.what) == (first, "it is empty")
        assert await opened(folder / "other", fresh) == refused.value.found != first
        monkeypatch.setenv("TGACTORS_ACCEPT_STORE", refused.value.found)
        assert await opened(folder / "data", fresh) == refused.value.found
        monkeypatch.delenv("TGACTORS_ACCEPT_STORE")
        assert await opened(folder / "data", fresh) == refused.value.found
        with pytest.raises(StoreForeign):
            await opened(folder / "data", dsn)
    finally:
        async with await Database.open(server.dsn, connections=1) as db:
            await db.execute(f"DROP DATABASE {name} WITH (FORCE)")
