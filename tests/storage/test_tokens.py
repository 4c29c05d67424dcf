"""Tokens of programs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import forgetting, tokens, visitors
from storage.database import Database
from storage.errors import UnknownAccount
from tests.storage.conftest import Own

pytestmark = pytest.mark.anyio

VERA = 42
AGE = "UPDATE tokens SET used_at = used_at - interval '61 seconds'"


@pytest.fixture
async def vera(db: Database) -> int:
    """Somebody who is registered."""
    await db.execute("INSERT INTO accounts (id, state) VALUES ($1, 'READY')", VERA)
    return VERA


async def test_a_token_shows_its_text_once(db: Database, vera: int) -> None:
    """The text is in the answer, and in no table; what is listed says whose it is."""
    operators = await tokens.issue(db, name=" Grafana ")
    hers = await tokens.issue(db, name="скрипт", account=vera)
    assert [(each.name, each.account) for each in await tokens.all(db)] == [
        ("скрипт", VERA),
        ("Grafana", None),
    ]
    assert operators.created_at.utcoffset() is not None
    assert hers.text != operators.text
    assert hers.text not in repr(hers)
    held = str(await db.fetch("SELECT tokens::text FROM tokens"))
    assert "скрипт" in held
    assert hers.text[4:12] not in held


async def test_a_token_is_not_to_be_guessed(db: Database) -> None:
    """It has 32 random bytes at least, and says what it is, so that a scan for secrets finds it."""
    made = {(await tokens.issue(db, name="n")).text for _ in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"tga_[\w-]{43,}", text) for text in made)


async def test_a_token_is_known_by_its_text(db: Database, vera: int) -> None:
    """Whole, and as it was issued; a revoked one is no more, and is revoked once."""
    made = await tokens.issue(db, name="n", account=vera)
    found = await tokens.find(db, made.text)
    assert found is not None
    assert (found.id, found.account, found.used_at) == (made.id, VERA, None)
    for wrong in (made.text[:-1], made.text.upper(), made.text + "x", made.text[4:], ""):
        assert await tokens.find(db, wrong) is None
    assert await tokens.revoke(db, made.id)
    assert not await tokens.revoke(db, made.id)
    assert await tokens.find(db, made.text) is None
    (listed,) = await tokens.all(db)
    assert listed.revoked_at is not None


@given(text=st.text() | st.text().map(lambda rest: f"tga_{rest}"))
def test_any_text_is_a_wrong_token_at_most(text: str) -> None:
    """Whatever is shown can be looked up."""
    assert len(tokens.hashed(text)) == 32


async def test_its_use_is_noted_once_a_minute(db: Database) -> None:
    """Within a minute the row is not touched, after it it is."""
    made = await tokens.issue(db, name="n")
    used = []
    for _ in range(2):
        await tokens.find(db, made.text)
        used.append(await db.fetch_value("SELECT used_at FROM tokens"))
    await db.execute(AGE)
    await tokens.find(db, made.text)
    used.append(await db.fetch_value("SELECT used_at FROM tokens"))
    assert used[0] == used[1] < used[2]


async def test_tokens_are_of_those_who_are_registered(db: Database) -> None:
    """One for nobody known is refused, and none is kept."""
    with pytest.raises(UnknownAccount, match="99"):
        await tokens.issue(db, name="n", account=99)
    assert await tokens.all(db) == []


@pytest.mark.parametrize("name", ["", " ", "\0", "x" * 101])
async def test_a_name_says_something(db: Database, name: str) -> None:
    """One that is empty or endless is refused."""
    with pytest.raises(ValueError, match="from 1 to 100 characters"):
        await tokens.issue(db, name=name)


async def test_a_banned_accounts_token_does_not_count(db: Database, vera: int) -> None:
    """Until it is banned no more; the operator's own do."""
    hers = await tokens.issue(db, name="n", account=vera)
    operators = await tokens.issue(db, name="n")
    await visitors.ban(db, vera, by=None, reason="")
    assert await tokens.find(db, hers.text) is None
    assert await tokens.find(db, operators.text) is not None
    await visitors.unban(db, vera)
    assert await tokens.find(db, hers.text) is not None


async def test_tokens_go_with_their_account(db: Database, own: Own) -> None:
    """Forgetting an account deletes its tokens, and leaves the others."""
    hold = await own(VERA)
    hers = await tokens.issue(db, name="hers", account=VERA)
    await tokens.issue(db, name="operator's")
    await forgetting.forget(db, hold)
    assert await tokens.find(db, hers.text) is None
    assert [each.name for each in await tokens.all(db)] == ["operator's"]
