"""What is told of a service while something that it stands on is not to be had."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from storage.database import Database
from storage.embedded import Postgres
from storage.sessions import new_key
from tests.bot.web.serving import Served
from tests.bot.web.test_health import eventually, states
from tests.conftest import _database, new_folder

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def lone(server: Postgres, template: str) -> Iterator[Callable[..., Any]]:
    """Serve a house on an empty database of its own; the name of that comes with it."""
    folder = new_folder()

    @contextmanager
    def serve(**more: Any) -> Iterator[tuple[httpx.Client, str]]:
        with contextmanager(_database)(server, template) as dsn:
            given = {"data": folder / "data", "database_url": dsn, "session_keys": new_key()}
            with Served(given | more) as made, made.client() as nobody:
                yield nobody, dsn.split("@/")[1].split("?")[0]

    yield serve
    shutil.rmtree(folder)


def command(server: Postgres, statement: str, *values: str) -> None:
    """Do something to the server, by a connection of its own."""

    async def run() -> None:
        async with await Database.open(server.dsn, connections=1) as db:
            await db.execute(statement, *values)

    asyncio.run(run())


def test_S22_a_store_that_cannot_be_reached_is_named_and_the_rest_works(
    lone: Callable[..., Any],
) -> None:
    """The service starts without its vectors, says so by name, and answers all the same."""
    with lone(qdrant_url=NOBODY_LISTENS, workers=True) as (nobody, _):

        def is_told(answer: httpx.Response) -> bool:
            return answer.json()["status"] == "degraded" and states(answer)["vectors"] != "ok"

        answer = eventually(lambda: nobody.get("/readyz"), is_told)
        found = states(answer)
        assert (answer.status_code, found["vectors"], found["database"]) == (200, "degraded", "ok")
        assert NOBODY_LISTENS not in answer.text
        assert "127.0.0.1" not in nobody.get("/metrics").text
        assert nobody.get("/healthz").status_code == 200


def test_S22_without_its_database_it_is_not_ready_until_it_is_there_again(
    lone: Callable[..., Any], server: Postgres
) -> None:
    """503 that names it; the process lives, metrics say what is not known; then it is as before."""
    with lone() as (nobody, database):
        ready = eventually(lambda: nobody.get("/readyz"), lambda each: each.status_code == 200)
        assert states(ready)["database"] == "ok"
        command(server, f"ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false")
        command(server, CUT, database)
        try:
            down = eventually(lambda: nobody.get("/readyz"), lambda each: each.status_code == 503)
            assert (down.json()["status"], states(down)["database"]) == ("unready", "down")
            assert nobody.get("/healthz").status_code == 200
            unknown = 'tgactors_known{part="database"} 0.0'
            metrics = eventually(lambda: nobody.get("/metrics").text, lambda text: unknown in text)
            assert "\ntgactors_messages_handled_total{" in metrics
        finally:
            command(server, f"ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true")
        eventually(lambda: nobody.get("/readyz"), lambda each: each.status_code == 200)
        known = 'tgactors_known{part="freshness"} 1.0'
        eventually(lambda: nobody.get("/metrics").text, lambda text: known in text)
