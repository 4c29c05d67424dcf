"""What a house keeps for whoever serves it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from actors.keeping_messages import (
    DescribeRetention,
    FindToken,
    Identify,
    IssueToken,
    KeepFor,
    ListDoomed,
    ListTokens,
    MakeLoginLink,
    PagePosts,
    Retain,
    RevokeToken,
    SpendLoginLink,
    WantedFor,
    WantFor,
)
from storage.cursors import Cursor

if TYPE_CHECKING:
    from uuid import UUID

    from actors.ports import Asks
    from storage.service_rows import Doomed, LoginLink, PostsPage, Retention, Token, TokenRow

MOST_POSTS = 1000
MOST_DAYS = 36500
RETAIN_SECONDS = 900.0


class Keeping:
    """Keeps tokens and links. Every method may be called from any thread."""

    @property
    def store(self) -> Asks:
        """The actor that owns the database."""
        raise NotImplementedError

    async def issue_token(self, *, name: str, account: int | None = None) -> Token:
        """Make a token for the operator's programs, or for one account's; its text is told once.

        Raises `UnknownAccount` for one that is not registered. An account's tokens go with it.
        """
        if account is not None:
            _check_account(account)
        return await self.store.ask(IssueToken(name=name, account=account))

    async def tokens(self) -> tuple[TokenRow, ...]:
        """Every token, also those that were revoked, the newest first."""
        return await self.store.ask(ListTokens())

    async def revoke_token(self, token: int) -> bool:
        """Let nobody in by a token any more; False if there is none."""
        return await self.store.ask(RevokeToken(token=token))

    async def token_of(self, text: str) -> TokenRow | None:
        """Whose token somebody shows; None if it does not count, as that of a banned account."""
        return await self.store.ask(FindToken(text=text))

    async def login_link(self, account: int, *, invite: str | None = None) -> LoginLink:
        """Make what lets a person log in in a browser, as one account, once, within 10 minutes.

        The one before counts no more. Whoever calls this has seen to it that the person may log in;
        with an `invite` a use of it is reserved. Raises `InviteUnknown`, `InviteUsedUp` or
        `InviteExpired`.
        """
        _check_account(account)
        return await self.store.ask(MakeLoginLink(account=account, invite=invite))

    async def spend_login_link(self, text: str) -> int | None:
        """As whom the bearer of a link may log in; None if it does not count, or not any more."""
        return await self.store.ask(SpendLoginLink(text=text))

    async def identity(self) -> UUID:
        """Which archive this is: the number goes with its backups."""
        return await self.store.ask(Identify())

    async def retention(self) -> Retention:
        """For how many days posts are kept here, and seen by accounts that want fewer."""
        return await self.store.ask(DescribeRetention())

    async def set_retention(self, days: int | None) -> None:
        """Keep posts for so many days, None: for ever; nobody sees older ones from now on.

        They are deleted by the hour where the schedule runs, and by `retain`. Raises
        `RetentionFixed` where TGACTORS_RETENTION_DAYS says it.
        """
        check_days(days)
        await self.store.ask(KeepFor(days=days))

    async def doomed(self, *, days: int | None = None) -> tuple[Doomed, ...]:
        """Which posts `retain` would delete now, by channels; or, if they were kept so long."""
        check_days(days)
        return await self.store.ask(ListDoomed(days=days), timeout=RETAIN_SECONDS)

    async def retain(self) -> int:
        """Delete the posts that no follower of their channel wants any longer; count them.

        What is deleted is deleted for good, though posts be kept for longer one day: it counts as
        read.
        """
        removed, done = 0, False
        while not done:
            some = await self.store.ask(Retain(), timeout=RETAIN_SECONDS)
            removed, done = removed + some.removed, some.done
        return removed


class Kept:
    """What is kept for one account."""

    id: int

    def _stores(self) -> Asks:
        """Whoever keeps it."""
        raise NotImplementedError

    async def posts_page(
        self,
        *,
        before: str | None = None,
        limit: int = 50,
        channel: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tags: Iterable[str] = (),
    ) -> PostsPage:
        """Return posts of the person's channels, or of one, newest first, page by page.

        `before` is the `next` of the page before, with which the same must be asked for. Of a
        period come those from `since` on and before `until`, with `tags` what has one of them.
        Times carry an offset. What is published meanwhile moves nothing.
        """
        if not 1 <= limit <= MOST_POSTS:
            raise ValueError(f"limit must be from 1 to {MOST_POSTS}, not {limit}")
        if isinstance(tags, str):
            raise TypeError("give several tags as a list, and one as a list of one")
        for moment in (since, until):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"{moment} has no offset: a time without one is many times")
        if before is not None:
            Cursor.read(before)
        request = PagePosts(
            account=self.id,
            before=before,
            limit=limit,
            channel=channel,
            since=since,
            until=until,
            tags=tuple(tag for each in tags if (tag := each.strip().casefold())),
        )
        return await self._stores().ask(request)

    async def retention(self) -> int | None:
        """For how many days the person sees posts; None: as long as there are any."""
        return await self._stores().ask(WantedFor(account=self.id))

    async def set_retention(self, days: int | None) -> int | None:
        """See posts for so many days, None: for as long as they are kept; return for how many.

        That is never longer than the house keeps posts. A post is deleted when none of those who
        follow its channel sees it any longer. Raises `UnknownAccount`.
        """
        check_days(days)
        return await self._stores().ask(WantFor(account=self.id, days=days))


def check_days(days: int | None) -> None:
    """Refuse what is no number of days."""
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise ValueError(f"days must be from 1 to {MOST_DAYS}, or None for ever, not {days}")


def _check_account(account: int) -> None:
    if type(account) is not int or not 0 < account < 2**63:
        raise ValueError(f"an account is a Telegram user id, a positive number, not {account!r}")
