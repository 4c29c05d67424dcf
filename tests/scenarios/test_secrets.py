"""What a login leaves behind: nothing that is secret."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import actors
from sandbox import Person, Sandbox, World
from storage.database import Database
from storage.sessions import Vault
from tests.scenarios.conftest import PERSON, Open
from tests.scenarios.steps import go_through, scanning

pytestmark = pytest.mark.anyio

PHONE = "491512345678"
PASSWORD = "мурка-und-barsik"
API_HASH = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a phone."""
    return world.person(PERSON, first_name="Вера", phone=PHONE)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that anybody logs, at any level."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(logging.Formatter().format(record))

    listener = Listener(level=logging.DEBUG)
    names = ("", "tgactors", "tgactors.actors", "tgactors.telethon", "asyncio", "asyncpg")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(listener)
    yield heard
    logging.getLogger().removeHandler(listener)
    for logger, level in before:
        logger.setLevel(level)


async def test_nothing_a_full_login_writes_holds_a_secret(
    sandbox: Sandbox,
    settings: dict[str, str],
    dsn: str,
    open_house: Open,
    lines: list[str],
) -> None:
    """Logs, errors, `repr`, every row, every file: no number, code, key or password."""
    sandbox.set_password(PERSON, PASSWORD, hint="кошка")
    codes: list[str] = []
    async with open_house() as house:
        user = actors.user(PERSON)
        invite = await house.invite()

        async def enter(_step: actors.CodeNeeded) -> None:
            codes.append(sandbox.last_code(PERSON))
            wrong = "".join(str((int(digit) + 1) % 10) for digit in codes[0])
            codes.append(wrong)
            with pytest.raises(actors.WrongCode) as caught:
                await user.code(wrong)
            lines.extend([repr(caught.value), str(caught.value)])
            await user.code(codes[0])

        async def prove(_step: actors.PasswordNeeded) -> None:
            with pytest.raises(actors.WrongPassword) as caught:
                await user.password(PASSWORD + "!")
            lines.extend([repr(caught.value), str(caught.value)])
            await user.password(PASSWORD)

        login = user.login(phone=f"+{PHONE}", api_id=777, api_hash=API_HASH, invite=invite.code)
        async for step in login:
            lines.append(repr(step))
            if isinstance(step, actors.CodeNeeded):
                await enter(step)
            if isinstance(step, actors.PasswordNeeded):
                await prove(step)
        assert (await user.parse()).channels == 15
        lines.extend([repr(house), repr(user), repr(house.statistics()), repr(await user.status())])

    async with await Database.open(dsn, connections=1) as db:
        key = await _key(db, settings)
        rows = await _rows(db)
    files = [file.read_bytes() for file in Path(settings["data"]).rglob("*") if file.is_file()]  # noqa: ASYNC240  a few small ones
    everything = b"\n".join([*(line.encode() for line in lines), *rows, *files])
    assert b"account.moved" in everything  # somebody listened
    assert b"READY" in everything
    secrets = [PHONE, PHONE[2:], PASSWORD, API_HASH, settings["session_keys"], invite.code]
    for secret in [*(each.encode() for each in secrets), *_forms(key)]:
        assert secret not in everything, secret
    for code in codes:  # five digits are part of many a number
        assert not re.search(rb"(?<!\d)%b(?!\d)" % code.encode(), everything), code


async def test_what_is_looked_for_would_be_found(
    sandbox: Sandbox, settings: dict[str, str], dsn: str, open_house: Open
) -> None:
    """The look itself sees a key that lies in a table unsealed."""
    async with open_house():
        await go_through(actors.user(PERSON), qr=scanning(sandbox, PERSON))
    async with await Database.open(dsn, connections=1) as db:
        key = await _key(db, settings)
        await db.execute("UPDATE sessions SET record = $1", base64.b64encode(key))
        assert any(form in row for row in await _rows(db) for form in _forms(key))


async def _key(db: Database, settings: dict[str, str]) -> bytes:
    """The authorisation key, as only the vault can tell it."""
    sealed = await db.fetch_value("SELECT record FROM sessions")
    record = Vault([settings["session_keys"]]).open(sealed, account=PERSON)
    return base64.b64decode(json.loads(record)["key"])


async def _rows(db: Database) -> list[bytes]:
    """Every row of every table as text, and its bytes as they are."""
    tables = await db.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    found: list[bytes] = []
    for table in tables:
        for row in await db.fetch(f"SELECT * FROM {table['name']}"):  # noqa: S608  its own catalogue
            found += [v if isinstance(v, bytes) else str(v).encode() for v in row.values()]
    return found


def _forms(key: bytes) -> list[bytes]:
    return [key, key.hex().encode(), base64.b64encode(key), base64.urlsafe_b64encode(key)]
