"""Links by which a person logs in in a browser.

Theory of operation. Whoever may let somebody in makes a link for that account, and hands it over;
whoever shows it first is taken for that person, so it counts once, for ten minutes, and only the
last that was made for an account. What is kept is a hash. A use of an invite is reserved when the
link is made, as what is known of the code then is not kept.
"""

import secrets
from datetime import timedelta

from storage import invites
from storage.database import Connection, Database
from storage.service_queries import service_sql
from storage.service_rows import LoginLink
from storage.tokens import hashed

LIFE = timedelta(minutes=10)
LOGIN = timedelta(minutes=10)
"""How long the login itself may take, for which a use of an invite is reserved too."""
RANDOM = 32  # bytes
LONGEST_TEXT = 200  # of what is looked up: longer than any link's


async def make(
    db: Database, account: int, *, invite: str | None = None, life: timedelta = LIFE
) -> LoginLink:
    """Make an account's link; its text is in what this returns and, but for a hash, nowhere else.

    With a code a use of an invite is reserved. Raises what a claim of an invite does.
    """
    if invite is not None:
        await invites.claim(db, invite, account, (life + LOGIN).total_seconds())
    text = secrets.token_urlsafe(RANDOM)
    expires_at = await db.fetch_value(service_sql.make_login_link, account, hashed(text), life)
    return LoginLink(text=text, expires_at=expires_at)


async def spend(db: Database, text: str) -> int | None:
    """Take a link away, and return whose it was; None if it does not count, or not any more."""
    if not 0 < len(text) <= LONGEST_TEXT:
        return None
    account: int | None = await db.fetch_value(service_sql.spend_login_link, hashed(text))
    return account


async def forget_on(connection: Connection, account: int) -> None:
    """Take an account's link away, in whatever transaction this is."""
    await connection.execute(service_sql.forget_login_link, account)
