"""Which archive a data folder belongs to."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from storage import identity
from storage.database import Database
from storage.errors import DataFolderUnusable
from storage.identity import Identity
from storage.keeping_errors import StoreForeign

pytestmark = pytest.mark.anyio

OURS, OTHER = uuid4(), uuid4()
RENAME = "UPDATE house SET identity = $1"


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize(
    ("remembered", "accepted", "is_admitted"),
    [
        (None, None, True),
        (OURS, None, True),
        (OTHER, None, False),
        (OTHER, OTHER, False),
        (OTHER, uuid4(), False),
        (OTHER, OURS, True),
        (OURS, OTHER, True),
    ],
)
def test_another_archive_is_refused_unless_it_is_meant(
    remembered: UUID | None, accepted: UUID | None, is_admitted: bool, empty: bool
) -> None:
    """Empty or not; to have accepted one counts for no other."""
    found = Identity(OURS, empty)
    if is_admitted:
        identity.check(found, remembered, "db/app", accepted=accepted)
        return
    with pytest.raises(StoreForeign) as refused:
        identity.check(found, remembered, "db/app", accepted=accepted)
    assert (refused.value.expected, refused.value.found) == (str(OTHER), str(OURS))
    assert refused.value.what == ("it is empty" if empty else "it holds another archive")
    assert f"TGACTORS_ACCEPT_STORE={OURS}" in str(refused.value)


def test_a_folder_remembers_one_archive(folder: Path) -> None:
    """The last it was told, and nothing half-written is left beside it."""
    assert identity.recall(folder) is None
    for each in (OURS, OURS, OTHER):
        identity.remember(folder, each)
        assert identity.recall(folder) == each
    assert [path.name for path in folder.iterdir()] == [identity.FILE]


@pytest.mark.parametrize("text", ["", "no number", "1234"])
def test_a_broken_memory_is_no_memory_of_another(folder: Path, text: str) -> None:
    """Nothing is taken for granted: it is named, and left as it is."""
    (folder / identity.FILE).write_text(text)
    with pytest.raises(DataFolderUnusable, match="which archive"):
        identity.recall(folder)


async def test_an_archive_keeps_its_number(db: Database, folder: Path) -> None:
    """It is the same at each start; folders that remember it, or none yet, may open it."""
    (folder / "other").mkdir()
    first = await identity.admit(db, folder)
    assert await identity.admit(db, folder) == first == identity.recall(folder)
    assert await identity.admit(db, folder / "other") == first


async def test_archives_have_numbers_of_their_own(empty_dsn: str, db: Database) -> None:
    """A database that is made anew is another one."""
    async with await Database.open(empty_dsn, connections=1) as fresh:
        assert await identity.find(fresh) is None
        await fresh.migrate()
        made, held = await identity.find(fresh), await identity.find(db)
    assert made is not None
    assert held is not None
    assert made.id != held.id
    assert (made.empty, held.empty) == (True, True)


async def test_what_is_refused_is_not_changed(db: Database, folder: Path) -> None:
    """Nor is what the folder remembers, until the other archive is accepted."""
    identity.remember(folder, OTHER)
    await db.execute("INSERT INTO accounts (id, state) VALUES (42, 'READY')")
    await db.execute("DELETE FROM migrations WHERE number = (SELECT max(number) FROM migrations)")
    before = await db.fetch_value("SELECT max(number) FROM migrations")
    with pytest.raises(StoreForeign, match="holds another archive"):
        await identity.admit(db, folder)
    assert identity.recall(folder) == OTHER
    assert await db.fetch_value("SELECT max(number) FROM migrations") == before


async def test_an_accepted_archive_is_remembered(db: Database, folder: Path) -> None:
    """From then on nobody has to say so again."""
    identity.remember(folder, OTHER)
    await db.execute(RENAME, OURS)
    with pytest.raises(StoreForeign, match="it is empty"):
        await identity.admit(db, folder)
    assert await identity.admit(db, folder, accepted=OURS) == OURS
    assert await identity.admit(db, folder) == OURS
