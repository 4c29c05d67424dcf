"""Invites."""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import invites
from storage.database import Database
from storage.errors import InviteExpired, InviteUnknown, InviteUsedUp
from storage.rows import Invite

pytestmark = pytest.mark.anyio

CASES = st.sampled_from(["up", "down", "as is"])
SOON = 600.0
PAST = datetime(2026, 1, 1, tzinfo=UTC)
BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
LAPSE = "UPDATE invite_claims SET reserved_until = now() - interval '1 second' WHERE account = $1"


async def counts(db: Database) -> list[tuple[int, int]]:
    """How often each invite is spent and reserved."""
    return [(invite.spent, invite.reserved) for invite in await invites.all(db)]


async def spend(db: Database, account: int) -> bool:
    """Let an account in, as far as its invite goes."""
    async with db.transaction() as connection:
        return await invites.spend_on(connection, account)


async def forget(db: Database, account: int) -> None:
    """Remove an account's claims."""
    async with db.transaction() as connection:
        await invites.forget_on(connection, account)


@pytest.fixture
async def single(db: Database) -> Invite:
    """An invite for one use."""
    return await invites.create(db, limits={"channels": 5})


async def test_an_invite_shows_its_code_once(db: Database) -> None:
    """The code is in the answer, and in no table; what is listed has its first characters."""
    expires = datetime.now(UTC) + timedelta(days=1)
    made = await invites.create(
        db, uses=3, expires_at=expires, limits={"posts": 7}, note="для Анны"
    )
    assert re.fullmatch(f"tg(-[{invites.ALPHABET}]{{4}}){{3}}", made.code)
    (listed,) = await invites.all(db)
    assert (made.uses, made.expires_at) == (3, expires)
    assert made.code.startswith(listed.label)
    assert (listed.id, listed.uses, listed.spent, listed.reserved) == (made.id, 3, 0, 0)
    assert (listed.expires_at, listed.limits, listed.note) == (expires, {"posts": 7}, "для Анны")
    assert listed.revoked_at is None
    assert listed.created_at.utcoffset() is not None
    held = str(await db.fetch("SELECT invites::text FROM invites"))
    assert listed.label in held
    assert made.code[:9] not in held


def test_a_code_is_not_to_be_guessed() -> None:
    """Codes have 60 bits at least, every letter is used, and no two of many are the same."""
    codes = {invites.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert len(invites.ALPHABET) ** (invites.GROUPS * invites.GROUP) >= 2**60
    assert set("".join(codes)) == set(invites.ALPHABET) | set("tg-")


@given(data=st.data())
def test_a_code_is_forgiven_its_looks(data: st.DataObject) -> None:
    """Case, dashes, blanks, the prefix, and O, I or L for digits make no difference."""
    code = invites.new_code()
    typed = code if data.draw(st.booleans(), "prefix") else code[3:]
    typed = typed.translate(str.maketrans("-", data.draw(st.sampled_from("- –—\n"), "dash")))
    for digit, letters in (("0", "0Oo"), ("1", "1IiLl")):
        typed = typed.replace(digit, data.draw(st.sampled_from(letters), digit))
    typed = {"up": typed.upper(), "down": typed.lower(), "as is": typed}[data.draw(CASES, "case")]
    assert invites._hash(f" {typed} ") == invites._hash(code)


@given(code=st.text())
def test_any_text_is_a_wrong_code_at_most(code: str) -> None:
    """Whatever is typed can be looked up."""
    assert len(invites._hash(code)) == 32


async def test_a_claim_reserves_and_a_login_spends(db: Database, single: Invite) -> None:
    """A claimed use is taken from others, and spent by the login that it was claimed for."""
    assert await invites.claim(db, single.code.lower(), 1, SOON) == {"channels": 5}
    assert await counts(db) == [(0, 1)]
    with pytest.raises(InviteUsedUp, match=single.code[:5]):
        await invites.claim(db, single.code, 2, SOON)
    assert await spend(db, 1)
    assert await counts(db) == [(1, 0)]
    with pytest.raises(InviteUsedUp):
        await invites.claim(db, single.code, 2, SOON)


async def test_a_login_without_a_claim_spends_nothing(db: Database) -> None:
    """An account that logs in again, or came without an invite, leaves all of them alone."""
    await invites.create(db)
    assert not await spend(db, 1)
    assert await counts(db) == [(0, 0)]


async def test_a_claim_again_is_the_same_claim(db: Database, single: Invite) -> None:
    """Claiming twice reserves one use, for longer and never for shorter."""
    read = "SELECT reserved_until FROM invite_claims"
    await invites.claim(db, single.code, 1, SOON)
    first = await db.fetch_value(read)
    await invites.claim(db, single.code, 1, SOON)
    later = await db.fetch_value(read)
    await invites.claim(db, single.code, 1, 1.0)
    assert first < later == await db.fetch_value(read)
    assert await counts(db) == [(0, 1)]


async def test_who_spent_an_invite_may_use_it_again(db: Database, single: Invite) -> None:
    """To its own account a used-up and expired invite still opens, without another use."""
    await invites.claim(db, single.code, 1, SOON)
    await spend(db, 1)
    await db.execute("UPDATE invites SET expires_at = $1", PAST)
    assert await invites.claim(db, single.code, 1, SOON) == {"channels": 5}
    assert not await spend(db, 1)
    assert await counts(db) == [(1, 0)]


async def test_another_code_frees_the_first(db: Database, single: Invite) -> None:
    """An account has one use reserved at most: that of the code it showed last."""
    other = await invites.create(db)
    await invites.claim(db, single.code, 1, SOON)
    await invites.claim(db, other.code, 1, SOON)
    assert await counts(db) == [(0, 0), (0, 1)]
    await spend(db, 1)
    await invites.claim(db, single.code, 1, SOON)
    await invites.claim(db, other.code, 1, SOON)
    assert await counts(db) == [(0, 0), (1, 0)]


async def test_a_refused_code_leaves_the_first(db: Database, single: Invite) -> None:
    """A slip in a second code costs nothing."""
    await invites.claim(db, single.code, 1, SOON)
    with pytest.raises(InviteUnknown):
        await invites.claim(db, "tg-0000-0000-0000", 1, SOON)
    assert await counts(db) == [(0, 1)]


async def test_a_reservation_given_back_is_free(db: Database, single: Invite) -> None:
    """After a login that failed the next may have the use; what is spent is not given back."""
    await invites.claim(db, single.code, 1, SOON)
    await invites.give_back(db, 1)
    await invites.claim(db, single.code, 2, SOON)
    await spend(db, 2)
    await invites.give_back(db, 2)
    assert await counts(db) == [(1, 0)]


async def test_a_reservation_that_ran_out_is_free(db: Database, single: Invite) -> None:
    """Its use goes to whoever claims next, without anybody cleaning up."""
    await invites.claim(db, single.code, 1, SOON)
    await db.execute(LAPSE, 1)
    assert await counts(db) == [(0, 0)]
    await invites.claim(db, single.code, 2, SOON)
    assert await counts(db) == [(0, 1)]


async def test_a_late_login_spends_what_is_left(db: Database, single: Invite) -> None:
    """A login that outlasted its reservation spends a use that nobody took meanwhile."""
    await invites.claim(db, single.code, 1, SOON)
    await db.execute(LAPSE, 1)
    assert await spend(db, 1)
    assert await counts(db) == [(1, 0)]


@pytest.mark.parametrize("then", ["reserved", "spent", "forgotten"])
async def test_a_late_login_takes_nothing_from_others(
    db: Database, single: Invite, then: str
) -> None:
    """Where somebody else has the use by now, or had it and is gone, a late login goes without."""
    await invites.claim(db, single.code, 1, SOON)
    await db.execute(LAPSE, 1)
    await invites.claim(db, single.code, 2, SOON)
    if then != "reserved":
        await spend(db, 2)
    if then == "forgotten":
        await forget(db, 2)
    assert not await spend(db, 1)
    assert await counts(db) == [(0, 1) if then == "reserved" else (1, 0)]
    left = await db.fetch("SELECT account FROM invite_claims")
    assert [row["account"] for row in left] == ([] if then == "forgotten" else [2])


async def test_reservations_long_run_out_are_removed(db: Database, single: Invite) -> None:
    """A claim clears away what anybody left behind a day ago, so no id is kept for ever."""
    other = await invites.create(db)
    for account, code in ((1, single.code), (2, other.code)):
        await invites.claim(db, code, account, SOON)
    await db.execute(LAPSE, 1)
    await db.execute("UPDATE invite_claims SET reserved_until = $1 WHERE account = 2", PAST)
    await invites.claim(db, other.code, 3, SOON)
    left = await db.fetch("SELECT account FROM invite_claims ORDER BY account")
    assert [row["account"] for row in left] == [1, 3]


async def test_an_expired_invite_says_so(db: Database, single: Invite) -> None:
    """Nothing is reserved past its end, and the refusal names it."""
    await db.execute("UPDATE invites SET expires_at = $1", PAST)
    with pytest.raises(InviteExpired, match="2026-01-01") as refused:
        await invites.claim(db, single.code, 1, SOON)
    assert refused.value.expired_at == PAST


async def test_a_login_begun_in_time_is_let_in(db: Database, single: Invite) -> None:
    """What was reserved before the end, or before it was revoked, is spent after it."""
    await invites.claim(db, single.code, 1, SOON)
    await db.execute("UPDATE invites SET expires_at = $1", PAST)
    await invites.revoke(db, single.id)
    assert await spend(db, 1)
    assert await counts(db) == [(1, 0)]


async def test_a_revoked_invite_is_unknown(db: Database, single: Invite) -> None:
    """It lets nobody in who has not begun; revoking twice, or nothing, is False."""
    assert await invites.revoke(db, single.id)
    assert not await invites.revoke(db, single.id)
    assert not await invites.revoke(db, single.id + 1)
    with pytest.raises(InviteUnknown):
        await invites.claim(db, single.code, 1, SOON)
    (listed,) = await invites.all(db)
    assert listed.revoked_at is not None


async def test_a_forgotten_account_leaves_its_use_spent(db: Database) -> None:
    """Its claims are removed; its spent use is no way in for another, its reserved one is."""
    spent, reserved = await invites.create(db), await invites.create(db)
    await invites.claim(db, spent.code, 1, SOON)
    await spend(db, 1)
    await invites.claim(db, reserved.code, 1, SOON)
    await forget(db, 1)
    assert await db.fetch("SELECT * FROM invite_claims") == []
    assert await counts(db) == [(1, 0), (0, 0)]
    for account in (1, 2):
        with pytest.raises(InviteUsedUp):
            await invites.claim(db, spent.code, account, SOON)
    await invites.claim(db, reserved.code, 2, SOON)


async def test_odd_arguments_are_refused(db: Database, single: Invite) -> None:
    """No uses, a time without an offset and a reservation for no time are the program's faults."""
    with pytest.raises(ValueError, match="one use"):
        await invites.create(db, uses=0)
    with pytest.raises(ValueError, match="offset"):
        await invites.create(db, expires_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="0 seconds"):
        await invites.claim(db, single.code, 1, 0)


async def test_D10_of_fifty_at_once_one_wins(dsn: str) -> None:
    """Fifty accounts claim a single-use code over fifty connections at once: one gets it."""
    async with await Database.open(dsn, connections=51) as db:
        single = await invites.create(db)

        async def attempt(account: int) -> str:
            try:
                await invites.claim(db, single.code, account, SOON)
            except InviteUsedUp:
                return "refused"
            return "won"

        async with db.transaction() as connection:
            await connection.execute("SELECT FROM invites FOR UPDATE")
            tries = [asyncio.create_task(attempt(account)) for account in range(1, 51)]
            async with asyncio.timeout(30):
                while await connection.fetchval(BLOCKED) < 50:
                    """Each look is a round trip, which lets the others run."""
        assert Counter(await asyncio.gather(*tries)) == {"won": 1, "refused": 49}
        assert await counts(db) == [(0, 1)]


async def test_D10_late_logins_at_once_share_what_is_left(dsn: str) -> None:
    """Ten logins that outlasted their reservations reach their end at once: two uses, two spend."""
    async with await Database.open(dsn, connections=11) as db:
        double = await invites.create(db, uses=2)
        for account in range(1, 11):
            await invites.claim(db, double.code, account, SOON)
            await db.execute(LAPSE, account)
        async with db.transaction() as connection:
            await connection.execute("SELECT FROM invites FOR UPDATE")
            tries = [asyncio.create_task(spend(db, account)) for account in range(1, 11)]
            async with asyncio.timeout(30):
                while await connection.fetchval(BLOCKED) < 10:
                    """Each look is a round trip, which lets the others run."""
        assert Counter(await asyncio.gather(*tries)) == {True: 2, False: 8}
        assert await counts(db) == [(2, 0)]
