"""Invites: codes that let so many accounts in."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from storage.database import Connection, Database, Row
from storage.errors import InviteExpired, InviteUnknown, InviteUsedUp
from storage.queries import sql
from storage.rows import Invite, InviteRow
from storage.text import json_text, storable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O or U
PREFIX = "tg"
GROUPS, GROUP = 3, 4
SHOWN = 2  # every character of a label is five bits that need not be guessed any more
MISREAD = str.maketrans("OIL", "011")


async def create(
    db: Database,
    *,
    uses: int = 1,
    expires_at: datetime | None = None,
    limits: Mapping[str, int] | None = None,
    note: str = "",
) -> Invite:
    """Make an invite; its code is in what this returns and, but for a hash, nowhere else."""
    if uses < 1:
        msg = f"an invite is for at least one use, not {uses}"
        raise ValueError(msg)
    if expires_at is not None and expires_at.tzinfo is None:
        msg = "expires_at must have an offset"
        raise ValueError(msg)
    code = new_code()
    label = code[: len(PREFIX) + 1 + SHOWN]
    values = (uses, expires_at, json_text(limits or {}), storable(note))
    row = await db.fetch_row(sql.create_invite, _hash(code), label, *values)
    assert row is not None, "an insert returns its row"  # noqa: S101
    return Invite(**row, code=code)


async def all(db: Database) -> list[InviteRow]:  # noqa: A001  read as invites.all
    """Return every invite with how often it is spent and reserved, oldest first."""
    return [_invite(row) for row in await db.fetch(sql.invites)]


async def revoke(db: Database, id: int) -> bool:  # noqa: A002  read as revoke(db, id)
    """Let nobody else in by an invite; False if it was revoked already, or is unknown."""
    return await db.fetch_value(sql.revoke_invite, id) is not None


async def claim(db: Database, code: str, account: int, within: float) -> Mapping[str, int]:
    """Reserve a use for an account that logs in within so many seconds; return the limits.

    Again by the same account, this prolongs the reservation; by another code it moves there. An
    account that has spent a use of this invite needs no other.
    """
    if within <= 0:
        msg = f"within must be more than 0 seconds, not {within}"
        raise ValueError(msg)
    async with db.transaction() as connection:
        invite = await connection.fetchrow(sql.lock_invite, _hash(code))
        if invite is None:
            raise InviteUnknown
        # A statement of its own: only one that begins after the lock sees what others reserved.
        found = await connection.fetchrow(sql.invite_left, invite["id"], account)
        assert found is not None, "a locked row is there"  # noqa: S101
        if found["spent"]:
            await connection.execute(sql.give_back_invite, account)
        elif found["expired"]:
            raise InviteExpired(invite["label"], invite["expires_at"])
        elif found["left"] < 1:
            raise InviteUsedUp(invite["label"])
        else:
            until = timedelta(seconds=within)
            await connection.execute(sql.reserve_invite, invite["id"], account, until)
    limits: dict[str, int] = json.loads(invite["limits"])
    return limits


async def spend_on(connection: Connection, account: int) -> bool:
    """Spend what the account has reserved, in the transaction that lets it in.

    A reservation that ran out spends a use if one is left. If none is, the account is let in all
    the same: Telegram has logged it in, and the use went to somebody else while it was at it.
    """
    invite = await connection.fetchval(sql.lock_reserved_invite, account)
    if invite is None:
        return False
    spent = await connection.fetchval(sql.spend_invite, invite, account) is not None
    await connection.execute(sql.give_back_invite, account)
    return spent


async def give_back(db: Database, account: int) -> None:
    """Free what the account has reserved and not spent."""
    await db.execute(sql.give_back_invite, account)


async def forget_on(connection: Connection, account: int) -> None:
    """Remove the account's claims; a use that it spent stays spent, by nobody."""
    await connection.execute(sql.lock_claimed_invites, account)
    await connection.execute(sql.forget_claims, account)


def new_code() -> str:
    """Make a code of 60 random bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join((PREFIX, *groups))


def _hash(code: str) -> bytes:
    """Hash a code as it was typed: case, dashes, blanks and letters like digits do not matter."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    if len(typed) > GROUPS * GROUP:
        typed = typed.removeprefix(PREFIX.upper())
    return hashlib.sha256(typed.translate(MISREAD).encode()).digest()


def _invite(row: Row) -> InviteRow:
    return InviteRow(**{**row, "limits": json.loads(row["limits"])})
