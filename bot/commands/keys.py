"""The commands for the keys that seal sessions."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot import door
from bot.commands.options import AsJson, Data, Verbose
from bot.wording import counted

if TYPE_CHECKING:
    from bot.screen import Screen
    from bot.settings import Settings
    from storage.rows import Rotated
    from storage.vault import Vault

app = typer.Typer(
    help="Make and rotate the keys that seal sessions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rotation did."""

    rotated: Rotated
    file: Path | None
    """The key file; None for keys from the environment."""
    others: int
    """Keys besides the newest that are still there."""


@app.command("new")
def new(*, json: AsJson = False, verbose: Verbose = False) -> None:
    """Print a new key on standard output, and nothing else there."""
    from storage.sessions import new_key

    with door.opened(as_json=json, verbose=verbose) as screen:
        key = new_key()
        if not json:
            typer.echo(key)
        screen.answer({"key": key})
        screen.note(
            "Put it into TGACTORS_SESSION_KEYS, before the keys that are there already, and keep "
            "a copy apart from the database: sessions cannot be opened without it. Then reseal "
            "what other keys have sealed: tgactors keys rotate"
        )


@app.command("rotate")
def rotate(*, json: AsJson = False, data: Data = None, verbose: Verbose = False) -> None:
    """Seal all sessions with the newest key; a house may run meanwhile.

    A key file gets a new key first, and loses the old ones when no session needs them any more.
    """
    from bot import settings

    with door.opened(as_json=json, verbose=verbose) as screen:
        found = settings.load(data=data)
        outcome = _from_environment(found) if found.keys else _in_file(found)
        _tell(screen, outcome)
        screen.answer(
            {
                "resealed": outcome.rotated.resealed,
                "already": outcome.rotated.already,
                "unopened": outcome.rotated.failed,
                "other_keys": outcome.others,
            }
        )
        if outcome.rotated.failed:
            raise typer.Exit(door.REFUSED)


def _from_environment(found: Settings) -> Outcome:
    from storage.sessions import Vault

    return Outcome(_rotated(found, Vault(found.keys)), None, len(found.keys) - 1)


def _in_file(found: Settings) -> Outcome:
    from storage import keys
    from storage.sessions import Vault

    file = found.data / "session.key"
    keys.add_key_to_file(file)  # a rotation that was cut off left one there, which does no harm
    rotated = _rotated(found, Vault.from_file(file))
    if not rotated.failed:
        keys.drop_old_keys(file, rotated)
    return Outcome(rotated, file, len(keys.read(file)[0]) - 1)


def _rotated(found: Settings, vault: Vault) -> Rotated:
    """Reseal everything, beside whoever uses the database."""
    from storage import sessions
    from storage.database import Database
    from storage.embedded import Postgres

    async def all_(dsn: str) -> Rotated:
        async with await Database.open(dsn, connections=1) as db:
            await db.migrate()
            return await sessions.rotate(db, vault)

    with ExitStack() as joined:
        dsn = found.dsn or joined.enter_context(Postgres.start(found.data)).dsn
        return door.run(lambda: all_(dsn))


def _tell(screen: Screen, outcome: Outcome) -> None:
    rotated = outcome.rotated
    screen.say(
        f"{counted(rotated.resealed, 'session')} resealed; {rotated.already} had the newest key."
    )
    for account in rotated.failed:
        screen.say(
            f"No key opens a session of account {account}, which is left as it is. Add the key it "
            f"was sealed with, or let it log in again: tgactors login {account}"
        )
    if rotated.failed:
        screen.say("The other keys stay until then. Rotate once more after that.")
    elif outcome.file is not None:
        screen.say(f"The newest key is the only one in {outcome.file} now. Back it up.")
    elif outcome.others:
        screen.say("Take every key but the first out of TGACTORS_SESSION_KEYS, everywhere.")
    else:
        screen.say("For another key: put what `tgactors keys new` prints before this one.")
