"""What a house keeps for whoever serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.keeping_messages import (
    FindToken,
    IssueToken,
    ListTokens,
    MakeLoginLink,
    RevokeToken,
    SpendLoginLink,
)

if TYPE_CHECKING:
    from actors.messages import StoreMessage
    from runtime import ActorRef
    from storage.service_rows import LoginLink, Token, TokenRow


class Keeping:
    """Keeps tokens and links. Every method may be called from any thread."""

    @property
    def store(self) -> ActorRef[StoreMessage]:
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


def _check_account(account: int) -> None:
    if type(account) is not int or not 0 < account < 2**63:
        raise ValueError(f"an account is a Telegram user id, a positive number, not {account!r}")
