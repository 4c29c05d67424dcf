"""The rotation of session keys."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import keys, leases, sessions
from storage.database import Database
from storage.errors import DatabaseBusy, KeysStillNeeded, SessionKeyUnusable
from storage.rows import Rotated
from storage.sessions import Vault, new_key
from tests.storage.conftest import Own

pytestmark = pytest.mark.anyio

ROTATOR = Path(__file__).with_name("rotator.py")
SEALED = """
    SELECT account, record FROM sessions UNION ALL
    SELECT account, record FROM quarantined_sessions ORDER BY account
"""
BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
EVERYBODY = range(1, 8)
ASIDE = (3, 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file."""
    return tmp_path / "session.key"


@pytest.fixture
async def vault(db: Database, own: Own, path: Path) -> Vault:
    """A house's vault, with the sessions of seven accounts sealed, two of them put aside."""
    made = await asyncio.to_thread(Vault.from_file, path)
    for account in EVERYBODY:
        hold = await own(account)
        await sessions.admit(db, made, hold, "READY", None, b"record %d" % account)
        if account in ASIDE:
            await sessions.expire(db, hold, "reason")
    return made


async def sealed(db: Database) -> dict[int, bytes]:
    """Every record as it lies there."""
    return {row["account"]: row["record"] for row in await db.fetch(SEALED)}


def newest_alone(path: Path) -> Vault:
    """A vault that has nothing but the newest key."""
    return Vault(path.read_text().split()[:1])


async def waiting(db: Database, count: int) -> None:
    """Wait until that many sessions of the server wait for a lock."""
    async with asyncio.timeout(20):
        while await db.fetch_value(BLOCKED) < count:
            """Each look is a round trip, which lets the others run."""


@contextmanager
def killed_at_the_end(dsn: str, path: Path) -> Iterator[None]:
    """Let another process rotate, and kill it without warning."""
    rotator = subprocess.Popen([sys.executable, ROTATOR, dsn, path])
    try:
        yield
    finally:
        rotator.kill()
        rotator.wait(timeout=10)


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
async def test_every_record_is_resealed(db: Database, vault: Vault, path: Path, batch: int) -> None:
    """Afterwards the newest key alone opens all, also what was put aside; again, nothing moves."""
    keys.add_key_to_file(path)
    newest = vault.newest()
    assert await sessions.rotate(db, vault, batch=batch) == Rotated(
        resealed=7, already=0, failed=(), newest=newest
    )
    after = await sealed(db)
    alone = newest_alone(path)
    for account, record in after.items():
        assert alone.open(record, account=account) == b"record %d" % account
    again = await sessions.rotate(db, vault, batch=batch)
    assert (again.resealed, again.already) == (0, 7)
    assert await sealed(db) == after
    keys.drop_old_keys(path, again)
    assert await sessions.load(db, vault, 1) == b"record 1"


async def test_a_wrong_key_touches_nothing(db: Database, vault: Vault) -> None:
    """With keys that open nothing every record stays as it is, byte by byte, and is listed."""
    before = await sealed(db)
    wrong = Vault([new_key(), new_key()])
    done = await sessions.rotate(db, wrong, batch=2)
    assert (done.resealed, done.already, done.failed) == (0, 0, tuple(EVERYBODY))
    assert await sealed(db) == before
    assert await sessions.load(db, vault, 1) == b"record 1"


async def test_a_record_that_no_key_opens_is_listed(db: Database, vault: Vault, path: Path) -> None:
    """The others are resealed all the same, and the old keys are kept."""
    stranger = Vault([new_key()]).seal(b"record")
    await db.execute("UPDATE sessions SET record = $1 WHERE account = 2", stranger)
    await db.execute("UPDATE quarantined_sessions SET record = 'garbled' WHERE account = 5")
    keys.add_key_to_file(path)
    done = await sessions.rotate(db, vault, batch=2)
    assert (done.resealed, done.already, done.failed) == (5, 0, (2, 5))
    after = await sealed(db)
    assert (after[2], after[5]) == (stranger, b"garbled")
    with pytest.raises(KeysStillNeeded, match="account 2, 5"):
        keys.drop_old_keys(path, done)


async def test_a_rotation_that_was_killed_is_repeated(
    dsn: str, db: Database, vault: Vault, path: Path
) -> None:
    """Killed in the middle it has done a part, which opens, and the next one does the rest."""
    before = await sealed(db)
    keys.add_key_to_file(path)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM sessions WHERE account = 4 FOR UPDATE")
        with killed_at_the_end(dsn, path):
            await waiting(db, 1)
    half = await sealed(db)
    assert {account for account in EVERYBODY if half[account] != before[account]} == {1, 2}
    assert [await sessions.load(db, vault, account) for account in (1, 7)] == [
        b"record 1",
        b"record 7",
    ]
    done = await sessions.rotate(db, vault, batch=3)
    assert (done.resealed, done.already, done.failed) == (5, 2, ())


async def test_a_seal_under_way_is_waited_for(
    db: Database, own: Own, vault: Vault, path: Path
) -> None:
    """A record sealed before the new key, and stored after the rotation began, is resealed too."""
    hold = await own(1)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM sessions WHERE account = 1 FOR UPDATE")
        # It has sealed with the old key when it comes to the locked row.
        saving = asyncio.create_task(sessions.save(db, vault, hold, b"late"))
        await waiting(db, 1)
        keys.add_key_to_file(path)
        rotating = asyncio.create_task(sessions.rotate(db, vault, batch=3))
        await waiting(db, 2)
    await saving
    done = await rotating
    assert done.resealed == 7
    assert newest_alone(path).open((await sealed(db))[1], account=1) == b"late"


async def test_a_save_is_not_overwritten(db: Database, vault: Vault) -> None:
    """A record that changes just before it is resealed is resealed as it is then."""
    old, new = new_key(), new_key()
    saved = Vault([old]).seal(b"just saved")
    async with db.transaction() as connection:
        await connection.execute("UPDATE sessions SET record = $1 WHERE account = 1", saved)
        rotating = asyncio.create_task(sessions.rotate(db, Vault([new, old]), batch=3))
        await waiting(db, 1)
    done = await rotating
    assert (done.resealed, done.failed) == (1, tuple(EVERYBODY)[1:])
    after = await sealed(db)
    assert Vault([new]).open(after[1], account=1) == b"just saved"
    assert vault.open(after[2], account=2) == b"record 2"


async def test_a_new_session_under_way_is_waited_for(
    db: Database, own: Own, vault: Vault, path: Path
) -> None:
    """Also the record of an account that was never seen before, which no row lock stands for."""
    hold = await own(0)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM accounts WHERE id = 0 FOR UPDATE")
        admitting = asyncio.create_task(sessions.admit(db, vault, hold, "READY", None, b"new here"))
        await waiting(db, 1)
        keys.add_key_to_file(path)
        rotating = asyncio.create_task(sessions.rotate(db, vault, batch=3))
        await waiting(db, 2)
    await admitting
    assert (await rotating).resealed == 8
    assert newest_alone(path).open((await sealed(db))[0], account=0) == b"new here"


async def test_a_rotation_does_not_wait_for_ever(dsn: str, vault: Vault, db: Database) -> None:
    """Where a transaction that seals never ends, the rotation says so and has changed nothing."""
    before = await sealed(db)
    async with (
        await Database.open(dsn, connections=1, patience=0.2) as other,
        db.transaction() as connection,
    ):
        await connection.execute("SELECT pg_advisory_xact_lock_shared(7305812466)")
        with pytest.raises(DatabaseBusy):
            await sessions.rotate(other, vault, batch=3)
    assert await sealed(db) == before


async def test_what_was_put_aside_meanwhile_is_resealed(
    db: Database, own: Own, vault: Vault, path: Path
) -> None:
    """A session that expires while the rotation is under way is met where it went."""
    hold = await own(6)
    keys.add_key_to_file(path)
    async with db.transaction() as connection:
        await connection.execute("SELECT FROM sessions WHERE account = 4 FOR UPDATE")
        rotating = asyncio.create_task(sessions.rotate(db, vault, batch=1))
        await waiting(db, 1)
        await sessions.expire(db, hold, "reason")
    assert (await rotating).resealed == 7


async def test_loading_while_a_key_is_dropped(db: Database, vault: Vault, path: Path) -> None:
    """A record that was read just before it was resealed, and its key dropped, is read again."""
    used = False

    class Slow(Vault):
        def open(self, record: bytes, *, account: int) -> bytes:
            """Come too late, the first time."""
            nonlocal used
            if not used:
                used = True
                keys.add_key_to_file(path)
                done = asyncio.run_coroutine_threadsafe(sessions.rotate(db, vault), loop)
                keys.drop_old_keys(path, done.result(timeout=20))
            return super().open(record, account=account)

    loop = asyncio.get_running_loop()
    slow = await asyncio.to_thread(Slow.from_file, path)
    assert await sessions.load(db, slow, 1) == b"record 1"
    assert used


async def test_a_key_file_that_is_gone_stops_the_rotation(
    db: Database, vault: Vault, path: Path
) -> None:
    """Nothing is resealed with a key that is in no file any more."""
    before = await sealed(db)
    await asyncio.to_thread(path.unlink)
    with pytest.raises(SessionKeyUnusable):
        await sessions.rotate(db, vault)
    assert await sealed(db) == before


async def test_an_odd_batch_is_refused(db: Database, vault: Vault) -> None:
    """A batch of nothing would never end."""
    with pytest.raises(ValueError, match="one record"):
        await sessions.rotate(db, vault, batch=0)


class House(threading.Thread):
    """A thread with a loop, connections and a vault of its own, that saves as fast as it can."""

    def __init__(self, dsn: str, path: Path, account: int) -> None:
        super().__init__()
        self.dsn, self.path, self.account = dsn, path, account
        self.begun, self.stop = threading.Event(), threading.Event()
        self.last = b""
        self.error: BaseException | None = None

    def run(self) -> None:
        """Save until told to stop."""
        try:
            asyncio.run(self.save())
        except BaseException as error:  # noqa: BLE001  the test looks at it
            self.error = error
        finally:
            self.begun.set()

    async def save(self) -> None:
        """Log in once, then save, and read back what was saved."""
        vault = Vault.from_file(self.path)
        async with await Database.open(self.dsn, connections=2) as db:
            place = f"house {self.account}"
            me = await leases.register(db, name=place, place=place, ttl=600)
            claimed = await leases.claim(db, me, self.account, ttl=600, margin=60)
            await sessions.admit(db, vault, claimed.hold, "READY", None, b"")
            while not self.stop.is_set():
                self.last = b"%d" % (int(self.last or b"0") + 1)
                await sessions.save(db, vault, claimed.hold, self.last)
                assert await sessions.load(db, vault, self.account) == self.last
                self.begun.set()


async def test_houses_save_while_keys_are_rotated(dsn: str, path: Path) -> None:
    """Over many rotations and drops no house fails, and what it saved last opens at the end."""
    vault = await asyncio.to_thread(Vault.from_file, path)
    houses = [House(dsn, path, account) for account in (1, 2, 3)]
    for house in houses:
        house.start()
    try:
        for house in houses:
            assert await asyncio.to_thread(house.begun.wait, 20)
        async with await Database.open(dsn, connections=2) as db:
            for _ in range(15):
                await asyncio.to_thread(keys.add_key_to_file, path)
                done = await sessions.rotate(db, vault, batch=2)
                await asyncio.to_thread(keys.drop_old_keys, path, done)
                assert (len(done.failed), done.resealed + done.already) == (0, 3)
    finally:
        for house in houses:
            house.stop.set()
        for house in houses:
            await asyncio.to_thread(house.join, 20)
    assert [house.error for house in houses] == [None, None, None]
    alone = newest_alone(path)
    async with await Database.open(dsn, connections=1) as db:
        found = await sealed(db)
    for house in houses:
        assert alone.open(found[house.account], account=house.account) == house.last
        assert int(house.last) > 15
