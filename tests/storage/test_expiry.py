"""Sessions that end: put aside, destroyed, replaced."""

import asyncio
import itertools
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from storage import accounts, forgetting, invites, leases, notices, sessions
from storage.database import Database
from storage.errors import LeaseLost, NotLoggedIn, StatementRefused
from storage.migrations import KNOWN
from storage.rows import Hold
from storage.sessions import Vault, new_key
from tests.examples import examples
from tests.storage.conftest import Own

pytestmark = pytest.mark.anyio

VAULT = Vault([new_key()])
ASIDE = "SELECT record, reason FROM quarantined_sessions WHERE account = $1"
ENDED = sorted(accounts.STATES - {"READY"})

_examples = itertools.count(1)


@pytest.fixture
async def hold(db: Database, own: Own) -> Hold:
    """An account that is logged in."""
    held = await own(42)
    await sessions.admit(db, VAULT, held, "READY", None, b"record")
    return held


async def everything(db: Database) -> list[object]:
    """All that expiring and dismissing may change."""
    return [
        await db.fetch("SELECT * FROM accounts"),
        await db.fetch("SELECT * FROM sessions"),
        await db.fetch("SELECT * FROM quarantined_sessions"),
        await db.fetch("SELECT * FROM notices"),
    ]


async def test_an_expired_session_is_put_aside_as_it_was(db: Database, hold: Hold) -> None:
    """The state, the record's place and one notice change together; the seal stays the same."""
    sealed = await db.fetch_value("SELECT record FROM sessions")
    ready = await accounts.load(db, 42)
    row = await sessions.expire(db, hold, "отозвана")
    assert (row.state, row.reason) == ("EXPIRED", "отозвана")
    assert row == await accounts.load(db, 42)
    assert await sessions.load(db, VAULT, 42) is None
    aside = await db.fetch_row(ASIDE, 42)
    assert aside is not None
    assert tuple(aside) == (sealed, "отозвана")
    (notice,) = await notices.pending(db, limit=9)
    assert ready is not None
    assert (notice.account, notice.kind, notice.data) == (42, "expired", {"reason": "отозвана"})
    assert notice.occurrence == ready.changed_at.isoformat()


async def test_an_account_expires_once_per_login(db: Database, hold: Hold) -> None:
    """Expiring again changes nothing; after another login it is told anew."""
    first = await sessions.expire(db, hold, "first")
    before = await everything(db)
    assert await sessions.expire(db, hold, "second") == first
    assert await everything(db) == before
    await sessions.admit(db, VAULT, hold, "READY", None, b"another")
    assert (await sessions.expire(db, hold, "third")).reason == "third"
    told = await notices.pending(db, limit=9)
    assert [notice.data["reason"] for notice in told] == ["third"]
    assert await db.fetch_value("SELECT count(*) FROM notices") == 2


async def test_who_has_logged_in_again_is_not_told_that_the_session_expired(
    db: Database, own: Own, hold: Hold
) -> None:
    """Neither is the operator's list; what else is to be told, or to others, stays."""
    other = await own(7)
    await sessions.admit(db, VAULT, other, "READY", None, b"record")
    for each in (hold, other):
        await sessions.expire(db, each, "reason")
    async with db.transaction() as connection:
        await notices.write_on(connection, 42, "digest_missed", "once", {})
        await notices.write_on(connection, None, "no_space", "once", {"account": 42})
    await sessions.admit(db, VAULT, hold, "READY", None, b"another")
    told = [(notice.account, notice.kind) for notice in await notices.pending(db, limit=9)]
    assert told == [(7, "expired"), (42, "digest_missed"), (None, "no_space")]


async def test_expiring_at_once_tells_it_once(db: Database, hold: Hold) -> None:
    """Of several who notice it at the same time one is told of, and all get the same answer."""
    rows = await asyncio.gather(*(sessions.expire(db, hold, str(n)) for n in range(4)))
    assert len({row.reason for row in rows}) == 1
    assert len(await notices.pending(db, limit=9)) == 1


@pytest.mark.parametrize("state", ENDED)
async def test_only_a_ready_account_expires(db: Database, hold: Hold, state: str) -> None:
    """In any other state nothing is written, and the row comes back as it is."""
    row = await sessions.dismiss(db, hold, state, "by hand")
    before = await everything(db)
    assert await sessions.expire(db, hold, "too late") == row
    assert await everything(db) == before


async def test_a_half_done_expiry_is_undone(db: Database, hold: Hold) -> None:
    """If the notice cannot be written, the account stays READY with its session."""
    await db.execute("ALTER TABLE notices ADD CHECK (kind <> 'expired')")
    before = await everything(db)
    with pytest.raises(StatementRefused, match="23514"):
        await sessions.expire(db, hold, "reason")
    assert await everything(db) == before


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize("expired", [True, False])
async def test_a_dismissed_account_has_no_record(
    db: Database, hold: Hold, state: str, expired: bool
) -> None:
    """Whether it was in use or put aside, the record is destroyed, and nobody is told."""
    if expired:
        await sessions.expire(db, hold, "reason")
    told = len(await notices.pending(db, limit=9))
    row = await sessions.dismiss(db, hold, state, None)
    assert (row.state, row.reason) == (state, None)
    assert await sessions.load(db, VAULT, 42) is None
    assert await db.fetch_row(ASIDE, 42) is None
    assert len(await notices.pending(db, limit=9)) == told


async def test_a_ready_account_is_not_dismissed(db: Database, hold: Hold) -> None:
    """READY without a session, or another state with one, is a fault of the program."""
    with pytest.raises(ValueError, match="READY"):
        await sessions.dismiss(db, hold, "READY", None)
    with pytest.raises(ValueError, match="EXPIRED"):
        await sessions.admit(db, VAULT, hold, "EXPIRED", None, b"record")
    assert await sessions.load(db, VAULT, 42) == b"record"


async def test_a_login_destroys_what_was_put_aside(db: Database, hold: Hold) -> None:
    """With a new session the old one is of no use."""
    await sessions.expire(db, hold, "reason")
    await sessions.admit(db, VAULT, hold, "READY", None, b"another")
    assert await sessions.load(db, VAULT, 42) == b"another"
    assert await db.fetch_row(ASIDE, 42) is None


async def test_a_late_save_does_not_revive_a_session(db: Database, hold: Hold) -> None:
    """What is saved after the session's end is refused, and is stored nowhere."""
    await sessions.expire(db, hold, "reason")
    before = await everything(db)
    with pytest.raises(NotLoggedIn, match="42"):
        await sessions.save(db, VAULT, hold, b"late")
    assert await everything(db) == before


async def test_a_stale_hold_changes_nothing(db: Database, own: Own, hold: Hold) -> None:
    """Whoever lost the account neither expires, dismisses, admits nor forgets it."""
    invite = await invites.create(db)
    await invites.claim(db, invite.code, 42, 600)
    current = await own(42)
    before = await everything(db)
    for attempt in (
        sessions.expire(db, hold, "reason"),
        sessions.dismiss(db, hold, "LOGGED_OUT", None),
        sessions.admit(db, VAULT, hold, "READY", None, b"another"),
        sessions.save(db, VAULT, hold, b"another"),
        forgetting.forget(db, hold),
    ):
        with pytest.raises(LeaseLost, match="42"):
            await attempt
    assert await everything(db) == before
    assert [listed.spent for listed in await invites.all(db)] == [0]
    assert (await sessions.expire(db, current, "reason")).state == "EXPIRED"


async def test_a_login_spends_its_invite(db: Database, own: Own) -> None:
    """The state, the session and the use are written together, or none of them."""
    invite = await invites.create(db, uses=2)
    held = await own(7)
    await invites.claim(db, invite.code, 7, 600)
    await db.execute("ALTER TABLE invite_claims ADD CONSTRAINT unspent CHECK (spent_at IS NULL)")
    with pytest.raises(StatementRefused, match="23514"):
        await sessions.admit(db, VAULT, held, "READY", None, b"record")
    assert await sessions.load(db, VAULT, 7) is None
    await db.execute("ALTER TABLE invite_claims DROP CONSTRAINT unspent")
    await sessions.admit(db, VAULT, held, "READY", None, b"record")
    (listed,) = await invites.all(db)
    assert (listed.spent, listed.reserved) == (1, 0)


async def test_sessions_of_an_older_schema_find_their_place(empty_dsn: str) -> None:
    """Records of accounts that are not READY are put aside if they expired, and else destroyed."""
    async with await Database.open(empty_dsn) as db:
        await db.migrate(KNOWN[:1])
        for number, state in enumerate(sorted(accounts.STATES)):
            await db.execute("INSERT INTO accounts VALUES ($1, $2)", number, state)
            await db.execute("INSERT INTO sessions VALUES ($1, $2)", number, state.encode())
        await db.migrate()
        kept = await db.fetch("SELECT record FROM sessions")
        assert [row["record"] for row in kept] == [b"READY"]
        aside = await db.fetch("SELECT record FROM quarantined_sessions")
        assert [row["record"] for row in aside] == [b"EXPIRED"]


class SessionMachine(RuleBasedStateMachine):
    """Let one account in and out in any order."""

    address: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.account = next(_examples)
        self.runner = asyncio.Runner()
        self.db = self.runner.run(Database.open(self.address, connections=1))
        self.state = "NEW"
        self.record: bytes | None = None
        self.aside: bytes | None = None
        self.told = 0

    @initialize()
    def hold(self) -> None:
        """The account is ours."""
        me = self.runner.run(leases.register(self.db, name="x", place=str(self.account), ttl=600))
        claimed = leases.claim(self.db, me, self.account, ttl=600, margin=60)
        self.held = self.runner.run(claimed).hold

    @rule(record=st.binary(max_size=4))
    def admit(self, record: bytes) -> None:
        """Log in, also again."""
        self.runner.run(sessions.admit(self.db, VAULT, self.held, "READY", None, record))
        self.state, self.record, self.aside = "READY", record, None
        self.told = 0

    @rule(record=st.binary(max_size=4))
    def save(self, record: bytes) -> None:
        """Keep the session up to date, where there is one."""
        try:
            self.runner.run(sessions.save(self.db, VAULT, self.held, record))
        except NotLoggedIn:
            assert self.state != "READY"
        else:
            assert self.state == "READY"
            self.record = record

    @rule()
    def expire(self) -> None:
        """Find the session unusable."""
        self.runner.run(sessions.expire(self.db, self.held, "reason"))
        if self.state == "READY":
            self.state, self.record, self.aside = "EXPIRED", None, self.record
            self.told += 1

    @rule(state=st.sampled_from(ENDED))
    def dismiss(self, state: str) -> None:
        """End the session for good."""
        self.runner.run(sessions.dismiss(self.db, self.held, state, None))
        self.state, self.record, self.aside = state, None, None

    @rule(state=st.sampled_from(["QR_WAIT", "CODE_WAIT", "PASSWORD_WAIT"]))
    def begin(self, state: str) -> None:
        """Begin a login, which leaves what was put aside."""
        if self.state != "READY":
            self.runner.run(accounts.transition(self.db, self.held, state, None))
            self.state = state

    @invariant()
    def agrees(self) -> None:
        """There is a session exactly while it is READY; an end is told until the next login."""
        row = self.runner.run(accounts.load(self.db, self.account))
        assert row is None or row.state == self.state
        held = self.runner.run(sessions.load(self.db, VAULT, self.account))
        assert held == self.record
        assert (held is not None) == (self.state == "READY")
        aside = self.runner.run(self.db.fetch_row(ASIDE, self.account))
        opened = aside and VAULT.open(aside["record"], account=self.account)
        assert opened == self.aside
        told = self.runner.run(notices.pending(self.db, account=self.account, limit=99))
        assert len(told) == self.told

    def teardown(self) -> None:
        """Let the example's connection go."""
        self.runner.run(self.db.close())
        self.runner.close()


@pytest.mark.long
def test_sessions_are_their_model(dsn: str) -> None:
    """Over random logins and ends the database never differs from the model."""

    class Machine(SessionMachine):
        address = dsn

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
