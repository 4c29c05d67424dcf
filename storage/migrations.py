"""The schema's steps, forward only."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.errors import DatabaseNewer, MigrationChanged

FOLDER = Path(__file__).with_name("schema")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """What the text must still be once it was applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read(folder: Path) -> tuple[Migration, ...]:
    """Read the migrations in order."""
    return tuple(_read(path) for path in sorted(folder.glob("*.sql")))


def pending(migrations: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """Choose the steps to take, given the checksums of those taken."""
    newest = max(applied, default=0)
    if newest > len(migrations):
        raise DatabaseNewer(newest, len(migrations))
    for migration in migrations:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise MigrationChanged(migration.number, migration.name)
    return [migration for migration in migrations if migration.number not in applied]


def _read(path: Path) -> Migration:
    number, _, name = path.stem.partition("_")
    return Migration(int(number), name, path.read_text(encoding="utf-8"))


KNOWN = read(FOLDER)
