"""The accounts of a house: who there is, who may come, and what has to be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from actors.messages import (
    ListAccounts,
    ListInvites,
    ListNotices,
    MakeInvite,
    MarkDelivered,
    RevokeInvite,
    WasAdmitted,
)
from actors.ports import Asks
from actors.values import Invite, InviteRow, Notice, Status

MOST_NOTICES = 1000


class Registry:
    """What a house's database alone knows. Every method may be called from any thread."""

    def _stores(self) -> Asks:
        """Whoever keeps the database."""
        raise NotImplementedError

    def _is_open(self) -> bool:
        """Whether anybody may come."""
        raise NotImplementedError

    async def notices(self, *, account: int | None = None, limit: int = 100) -> tuple[Notice, ...]:
        """What was not told yet to those whom it concerns, oldest first."""
        if not 1 <= limit <= MOST_NOTICES:
            raise ValueError(f"limit must be from 1 to {MOST_NOTICES}, not {limit}")
        return await self._stores().ask(ListNotices(account=account, limit=limit))

    async def delivered(self, notice: int) -> bool:
        """Keep in mind that a notice has reached whom it concerns; False if there is none."""
        return await self._stores().ask(MarkDelivered(notice=notice))

    async def invite(
        self,
        *,
        uses: int = 1,
        expires_at: datetime | None = None,
        limits: Mapping[str, int] | None = None,
        note: str = "",
    ) -> Invite:
        """Make an invite; its code is told this once, and kept as a hash."""
        request = MakeInvite(uses=uses, expires_at=expires_at, limits=limits or {}, note=note)
        return await self._stores().ask(request)

    async def needs_invite(self, account: int) -> bool:
        """Whether somebody who comes by himself needs an invite to log in.

        Who was ever logged in here does not, and nobody does while registration is open. Bot and
        HTTP ask this; the embedded API and the command line let in whom their user lets in.
        """
        if self._is_open():
            return False
        return not await self._stores().ask(WasAdmitted(account=account))

    async def invites(self) -> tuple[InviteRow, ...]:
        """Every invite, with how many of its uses are spent or reserved."""
        return await self._stores().ask(ListInvites())

    async def revoke_invite(self, invite: int) -> bool:
        """Let nobody use an invite any more; False if there is none."""
        return await self._stores().ask(RevokeInvite(invite=invite))

    async def accounts(self) -> tuple[Status, ...]:
        """How every known account is doing."""
        rows = await self._stores().ask(ListAccounts())
        return tuple(
            Status(
                account=row.id,
                state=row.state,
                reason=row.reason,
                since=row.changed_at,
                parsing=False,
                flood_until=None,
                last_report=None,
            )
            for row in rows
        )
