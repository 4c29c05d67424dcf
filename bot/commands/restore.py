"""The command that brings a backup back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.backup import key_of
from bot.commands.options import AsJson, Data, Verbose
from bot.wording import counted

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.inspection import Sealed

Source = Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was brought back."""

    archive: str
    accounts: int
    sessions: int
    """Of so many accounts, the newest first and not more than a hundred."""
    opened: int
    """How many of these the key here opens."""


def restore(
    file: Source, *, json: AsJson = False, data: Data = None, verbose: Verbose = False
) -> None:
    """Bring a backup back into an empty archive. It is all there then, or nothing."""
    path = file.expanduser().absolute()
    with door.opened(as_json=json, verbose=verbose) as screen:
        from bot import settings

        found = settings.load(data=data)
        restored = door.run(lambda: _restored(found, path))
        screen.say_whole(f"Archive {restored.archive}: {counted(restored.accounts, 'account')}")
        screen.say(
            "What was indexed is indexed anew while a house is open. Start nothing on the archive "
            "that the backup is of: Telegram ends a session that two programs use."
        )
        if restored.opened < restored.sessions:
            screen.complain(
                f"{counted(restored.sessions - restored.opened, 'session')} of "
                f"{restored.sessions} cannot be opened: bring the key that belongs to the backup "
                f"to {key_of(found)}, or let these accounts log in again."
            )
        screen.answer({"restored": asdict(restored)})


async def _restored(found: Settings, path: Path) -> Restored:
    import asyncio

    from storage.backup import restore
    from storage.identity import remember
    from storage.inspection import inspect
    from storage.reaching import taken

    async with taken(found.data, found.dsn) as dsn:
        archive = await restore(dsn, path)
        await asyncio.to_thread(remember, found.data, archive)
        there = await inspect(dsn)
        opened = await asyncio.to_thread(_opened, found, there.sealed)
    return Restored(
        archive=str(archive),
        accounts=there.accounts,
        sessions=len(there.sealed),
        opened=opened,
    )


def _opened(found: Settings, sealed: tuple[Sealed, ...]) -> int:
    """Count the sessions that open with the keys there are; makes none."""
    from storage.errors import StorageError
    from storage.sessions import Vault

    path = found.data / "session.key"
    if not found.keys and not path.exists():
        return 0
    vault = Vault(found.keys) if found.keys else Vault.from_file(path)
    opened = 0
    for each in sealed:
        try:
            vault.open(each.record, account=each.account)
        except StorageError:
            continue
        opened += 1
    return opened
