"""The command that writes a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.backup import Backup

Target = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")]


def backup(
    file: Target, *, json: AsJson = False, data: Data = None, verbose: Verbose = False
) -> None:
    """Write the archive into one file, also while it is served. The key is not in it."""
    path = file.expanduser().absolute()
    with door.opened(as_json=json, verbose=verbose) as screen:
        from bot import settings

        found = settings.load(data=data)
        made = door.run(lambda: _made(found, path))
        key = key_of(found)
        screen.say_whole(f"{path}: {made.bytes / 1e6:.1f} MB, archive {made.archive}")
        screen.say(
            f"The key is not in it: keep {key} apart from it, for without that key its sessions "
            "open for nobody. Vectors are not in it either: they are made anew."
        )
        screen.say_whole(f"To bring it back: tgactors restore {path}")
        facts = {"path": str(path), "bytes": made.bytes, "archive": str(made.archive)}
        screen.answer({"backup": {**facts, "key": key}})


def key_of(found: Settings) -> str:
    """Say where the key is that opens the sessions."""
    return "TGACTORS_SESSION_KEYS" if found.keys else str(found.data.absolute() / "session.key")


async def _made(found: Settings, path: Path) -> Backup:
    from storage.backup import write
    from storage.reaching import reached

    async with reached(found.data, found.dsn) as dsn:
        return await write(dsn, path)
