"""What Telegram and the database know of an account, whatever the house says."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Any

import anyio
from telethon.crypto import AuthKey

from sandbox import Sandbox
from sandbox.calls import Call
from storage.database import Database
from storage.vault import Vault
from tests.scenarios.conftest import PERSON

LOOK_SECONDS = 0.02


async def until(holds: Callable[[], Awaitable[bool]], within: float = 15.0) -> None:
    """Look until something holds; raise TimeoutError if it does not in time."""
    with anyio.fail_after(within):
        while not await holds():  # noqa: ASYNC110  other processes have no event to wait for
            await anyio.sleep(LOOK_SECONDS)


def authorised(sandbox: Sandbox, person: int = PERSON) -> set[bytes]:
    """Return the ids of the keys that Telegram accepts as a person's."""
    keys = sandbox._telegram.keys
    return sandbox.run(
        lambda: {key.id for key in keys.of(person) if key.person_id == person and not key.is_burnt}
    )


def end_key(sandbox: Sandbox, data: bytes) -> None:
    """End the login on a key, as the person would in Telegram's own app."""

    def end() -> None:
        for key in tuple(sandbox._telegram.keys._by_id.values()):
            if key.data == data:
                key.leave()

    sandbox.run(end)


def connections(sandbox: Sandbox) -> int:
    """Return how many connections are open at Telegram."""
    return sandbox.run(lambda: len(sandbox._telegram.links))


class Watch:
    """Sees at each call how many connections use one key at most; on the sandbox's own thread."""

    def __init__(self) -> None:
        self.sandbox: Sandbox | None = None
        self.most = 0

    def __call__(self, _call: Call) -> None:
        """Look at all connections."""
        assert self.sandbox is not None
        users = Counter(
            key
            for link in tuple(self.sandbox._telegram.links)
            for key in {session.key.id for session in tuple(link._sessions.values())}
        )
        self.most = max(self.most, *users.values())


async def record_key(db: Database, keys: str, account: int = PERSON) -> bytes | None:
    """Return the id of the key in an account's sealed record, None if it has no record."""
    sealed = await db.fetch_value("SELECT record FROM sessions WHERE account = $1", account)
    if sealed is None:
        return None
    record = json.loads(Vault([keys]).open(sealed, account=account))
    return pack("<Q", AuthKey(base64.b64decode(record["key"])).key_id)


async def state_of(db: Database, account: int = PERSON) -> tuple[str, str | None] | None:
    """Return an account's state and reason as they lie in the database."""
    row = await db.fetch_row("SELECT state, reason FROM accounts WHERE id = $1", account)
    return None if row is None else (row["state"], row["reason"])


async def all_rows(db: Database) -> dict[str, Any]:
    """Return what is in the database, but for the processes' own leases."""
    tables = await db.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'nodes'"
    )
    return {
        name: sorted(str(row) for row in await db.fetch(f'SELECT * FROM "{name}"'))  # noqa: S608
        for (name,) in tables
    }
