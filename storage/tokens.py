"""Tokens, by which programs speak for the operator or for one account."""

import hashlib
import secrets

from storage.database import Database
from storage.errors import UnknownAccount
from storage.service_queries import service_sql
from storage.service_rows import Token, TokenRow
from storage.text import storable

PREFIX = "tga_"
RANDOM = 32  # bytes
LONGEST_NAME = 100
LONGEST_TEXT = 200  # of what is looked up: longer than any token
MOST = 1000


async def issue(db: Database, *, name: str, account: int | None = None) -> Token:
    """Make a token; its text is in what this returns and, but for a hash, nowhere else.

    Raises `UnknownAccount` for one that is not registered.
    """
    told = storable(name).strip()
    if not 0 < len(told) <= LONGEST_NAME:
        msg = f"a token's name has from 1 to {LONGEST_NAME} characters, not {len(told)}"
        raise ValueError(msg)
    text = PREFIX + secrets.token_urlsafe(RANDOM)
    row = await db.fetch_row(service_sql.issue_token, hashed(text), told, account)
    if row is None:
        raise UnknownAccount(account or 0)
    return Token(**row, name=told, account=account, text=text)


async def all(db: Database) -> list[TokenRow]:  # noqa: A001  read as tokens.all
    """Return the tokens there are and those that were revoked, the newest first."""
    return [TokenRow(**row) for row in await db.fetch(service_sql.tokens, MOST)]


async def revoke(db: Database, id: int) -> bool:  # noqa: A002  read as revoke(db, id)
    """Let nobody in by a token any more; False if it was revoked already, or is unknown."""
    return await db.fetch_value(service_sql.revoke_token, id) is not None


async def find(db: Database, text: str) -> TokenRow | None:
    """Return the token that counts and has this text, and note that it was used.

    That of an account that is banned counts as little as one that was revoked.
    """
    if not text.startswith(PREFIX) or len(text) > LONGEST_TEXT:
        return None
    row = await db.fetch_row(service_sql.token_of, hashed(text))
    return None if row is None else TokenRow(**row)


def hashed(text: str) -> bytes:
    """Return what is kept of a text that must not be kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
