"""Links by which a person logs in in a browser."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage import forgetting, invites, login_links, visitors
from storage.database import Database
from storage.errors import InviteUnknown, InviteUsedUp
from tests.storage.conftest import Own

pytestmark = pytest.mark.anyio

VERA, BORIS = 42, 43
LAPSE = "UPDATE login_links SET expires_at = now() WHERE account = $1"


async def test_a_link_counts_once(db: Database) -> None:
    """For the account it was made for, who may be nobody known yet; its text is in no table."""
    before = datetime.now(UTC)
    made = await login_links.make(db, VERA)
    assert timedelta(minutes=9) < made.expires_at - before < timedelta(minutes=11)
    assert made.text not in repr(made)
    assert made.text[:8] not in str(await db.fetch("SELECT login_links::text FROM login_links"))
    assert await login_links.spend(db, made.text) == VERA
    assert await login_links.spend(db, made.text) is None


async def test_many_at_once_spend_it_once(db: Database) -> None:
    """Of all that show a link at the same time one gets in."""
    made = await login_links.make(db, VERA)
    spent = await asyncio.gather(*(login_links.spend(db, made.text) for _ in range(12)))
    assert sorted(spent, key=str) == [VERA] + [None] * 11


async def test_the_last_link_counts(db: Database) -> None:
    """A new one of an account voids the one before, and no other account's."""
    first, others = await login_links.make(db, VERA), await login_links.make(db, BORIS)
    second = await login_links.make(db, VERA)
    assert await login_links.spend(db, first.text) is None
    assert await login_links.spend(db, second.text) == VERA
    assert await login_links.spend(db, others.text) == BORIS


async def test_a_link_expires(db: Database) -> None:
    """Then it does not count, and the next that is made sweeps it up."""
    made = await login_links.make(db, VERA)
    await db.execute(LAPSE, VERA)
    assert await login_links.spend(db, made.text) is None
    await login_links.make(db, BORIS)
    left = await db.fetch("SELECT account FROM login_links")
    assert [row["account"] for row in left] == [BORIS]


@pytest.mark.parametrize("text", ["", "x", "\0", "\ud800", "x" * 10_000])
async def test_any_text_is_a_wrong_link_at_most(db: Database, text: str) -> None:
    """What was never made does not count."""
    await login_links.make(db, VERA)
    assert await login_links.spend(db, text) is None


async def test_a_banned_person_is_not_let_in(db: Database) -> None:
    """A link that was made before the ban does not count."""
    made = await login_links.make(db, VERA)
    await visitors.ban(db, VERA, by=None, reason="")
    assert await login_links.spend(db, made.text) is None


async def test_a_link_reserves_a_use_of_an_invite(db: Database) -> None:
    """Until the login that it leads to is over; a code that counts no more makes no link."""
    invite = await invites.create(db)
    await login_links.make(db, VERA, invite=invite.code)
    with pytest.raises(InviteUsedUp):
        await login_links.make(db, BORIS, invite=invite.code)
    with pytest.raises(InviteUnknown):
        await login_links.make(db, BORIS, invite="tg-0000-0000-0000")
    assert await db.fetch_value("SELECT count(*) FROM login_links") == 1
    left = await db.fetch_value("SELECT reserved_until - now() FROM invite_claims")
    assert left > login_links.LIFE + login_links.LOGIN - timedelta(minutes=1)


async def test_a_link_goes_with_its_account(db: Database, own: Own) -> None:
    """Who is forgotten is not let in by what was made before."""
    hold = await own(VERA)
    made = await login_links.make(db, VERA)
    await forgetting.forget(db, hold)
    assert await login_links.spend(db, made.text) is None
