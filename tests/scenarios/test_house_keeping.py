"""What a house keeps for whoever serves it, asked from any thread."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from actors.house import House
from storage.database import Database
from storage.errors import UnknownAccount
from storage.sessions import new_key
from tests.scenarios.reading import opened

pytestmark = pytest.mark.anyio

VERA = 8124731874


@pytest.fixture
async def house(dsn: str, folder: Path) -> AsyncIterator[House]:
    """A house with somebody who is logged in; nobody asks Telegram anything."""
    settings = {
        "data": str(folder),
        "telegram": "sandbox://127.0.0.1:9",
        "database_url": dsn,
        "session_keys": new_key(),
    }
    async with opened(settings) as made:
        async with await Database.open(dsn, connections=1) as db:
            await db.execute("INSERT INTO accounts (id, state) VALUES ($1, 'READY')", VERA)
        yield made


async def test_tokens_are_issued_shown_and_revoked(house: House) -> None:
    """By the house as by the store; what an account is, is checked first."""
    hers = await house.issue_token(name="script", account=VERA)
    operators = await house.issue_token(name="Grafana")
    found = [await house.token_of(each.text) for each in (hers, operators)]
    assert [each and (each.id, each.account) for each in found] == [
        (hers.id, VERA),
        (operators.id, None),
    ]
    assert [each.name for each in await house.tokens()] == ["Grafana", "script"]
    assert await house.revoke_token(hers.id)
    assert await house.token_of(hers.text) is None
    with pytest.raises(UnknownAccount):
        await house.issue_token(name="n", account=99)
    with pytest.raises(ValueError, match="positive number"):
        await house.issue_token(name="n", account=0)


async def test_a_login_link_is_made_and_spent(house: House) -> None:
    """Once; a code that is none makes no link."""
    invite = await house.invite()
    link = await house.login_link(43, invite=invite.code)
    assert [(row.spent, row.reserved) for row in await house.invites()] == [(0, 1)]
    assert await house.spend_login_link(link.text) == 43
    assert await house.spend_login_link(link.text) is None
    with pytest.raises(ValueError, match="positive number"):
        await house.login_link(-1)


async def test_posts_are_turned_page_by_page(house: House) -> None:
    """A senseless cursor, size or time is refused before the store is asked."""
    user = house.user(VERA)
    page = await user.posts_page(limit=5, tags=[" News "])
    assert (page.posts, page.next) == ((), None)
    with pytest.raises(ValueError, match="no cursor"):
        await user.posts_page(before="x")
    with pytest.raises(ValueError, match="from 1 to 1000"):
        await user.posts_page(limit=0)
    with pytest.raises(ValueError, match="offset"):
        await user.posts_page(since=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="list"):
        await user.posts_page(tags="news")
