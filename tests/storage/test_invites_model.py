"""Invites against a model of them."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from storage import invites
from storage.database import Database
from storage.errors import InviteExpired, InviteUnknown, InviteUsedUp, StorageError
from tests.examples import examples

ACCOUNTS = st.integers(1, 4)
LAPSE = "UPDATE invite_claims SET reserved_until = now() - interval '1 second' WHERE account = $1"

_examples = itertools.count(1)


@dataclass(eq=False)
class Known:
    """What the model knows of an invite."""

    id: int
    code: str
    uses: int
    spent: set[int] = field(default_factory=set)
    reserved: set[int] = field(default_factory=set)
    lapsed: set[int] = field(default_factory=set)
    forgotten: int = 0
    expired: bool = False
    revoked: bool = False

    def left(self, account: int) -> int:
        """How many uses the others leave to an account."""
        taken = (self.spent | self.reserved) - {account}
        return self.uses - self.forgotten - len(taken)

    def refusal(self, account: int) -> type[StorageError] | None:
        """Why a claim is refused, if it is."""
        if self.revoked:
            return InviteUnknown
        if account in self.spent:
            return None
        if self.expired:
            return InviteExpired
        return None if self.left(account) > 0 else InviteUsedUp


class InviteMachine(RuleBasedStateMachine):
    """Claim, log in, give up and forget in any order."""

    address: ClassVar[str]
    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        # Each example has accounts of its own, and makes its own invites.
        self.base = next(_examples) * 100
        self.runner = asyncio.Runner()
        self.db = self.runner.run(Database.open(self.address, connections=1))
        self.all: list[Known] = []

    @initialize(target=known)
    def first(self) -> Known:
        """There is an invite for one use."""
        return self.make(1)

    @rule(target=known, uses=st.integers(1, 3))
    def create(self, uses: int) -> Known:
        """Make another."""
        return self.make(uses)

    @rule(invite=known, account=ACCOUNTS)
    def claim(self, invite: Known, account: int) -> None:
        """Show a code: it is refused for the model's reason, or the model's limits come back."""
        refusal = invite.refusal(account)
        claimed = invites.claim(self.db, invite.code, self.base + account, 600)
        if refusal is not None:
            with pytest.raises(refusal):
                self.runner.run(claimed)
            return
        assert self.runner.run(claimed) == {"id": invite.uses}
        self.drop(account)
        if account not in invite.spent:
            invite.reserved.add(account)

    @rule(account=ACCOUNTS)
    def log_in(self, account: int) -> None:
        """Spend what is reserved, or what ran out and is still there; without one it is fine."""
        spends = [
            invite
            for invite in self.all
            if account in invite.reserved | invite.lapsed and invite.left(account) > 0
        ]
        assert self.runner.run(self.spend(self.base + account)) == bool(spends)
        self.drop(account)
        for invite in spends:
            invite.spent.add(account)

    @rule(account=ACCOUNTS)
    def lapse(self, account: int) -> None:
        """Let a reservation run out."""
        self.runner.run(self.db.execute(LAPSE, self.base + account))
        for invite in self.all:
            invite.lapsed |= invite.reserved & {account}
            invite.reserved.discard(account)

    @rule(account=ACCOUNTS)
    def give_back(self, account: int) -> None:
        """Give a login up."""
        self.runner.run(invites.give_back(self.db, self.base + account))
        self.drop(account)

    @rule(account=ACCOUNTS)
    def forget(self, account: int) -> None:
        """Forget an account, whose spent uses stay spent."""
        self.runner.run(self.forget_one(self.base + account))
        self.drop(account)
        for invite in self.all:
            invite.forgotten += account in invite.spent
            invite.spent.discard(account)

    @rule(invite=known)
    def revoke(self, invite: Known) -> None:
        """Take an invite back."""
        assert self.runner.run(invites.revoke(self.db, invite.id)) == (not invite.revoked)
        invite.revoked = True

    @rule(invite=known)
    def expire(self, invite: Known) -> None:
        """Let an invite's time pass."""
        end = "UPDATE invites SET expires_at = now() WHERE id = $1"
        self.runner.run(self.db.execute(end, invite.id))
        invite.expired = True

    @invariant()
    def agrees(self) -> None:
        """The counts are the model's, and no invite is ever used more often than it may."""
        listed = {invite.id: invite for invite in self.runner.run(invites.all(self.db))}
        for invite in self.all:
            found = listed[invite.id]
            assert found.spent == len(invite.spent) + invite.forgotten
            assert found.reserved == len(invite.reserved)
            assert found.spent + found.reserved <= found.uses

    def teardown(self) -> None:
        """Let the example's connection go."""
        self.runner.run(self.db.close())
        self.runner.close()

    def make(self, uses: int) -> Known:
        """Make an invite whose limits tell it from others."""
        made = self.runner.run(invites.create(self.db, uses=uses, limits={"id": uses}))
        known = Known(id=made.id, code=made.code, uses=uses)
        self.all.append(known)
        return known

    def drop(self, account: int) -> None:
        """Forget what the account has reserved."""
        for invite in self.all:
            invite.reserved.discard(account)
            invite.lapsed.discard(account)

    async def spend(self, account: int) -> bool:
        """Let an account in, as far as its invite goes."""
        async with self.db.transaction() as connection:
            return await invites.spend_on(connection, account)

    async def forget_one(self, account: int) -> None:
        """Remove an account's claims."""
        async with self.db.transaction() as connection:
            await invites.forget_on(connection, account)


def test_invites_are_their_model(dsn: str) -> None:
    """Over random claims and logins the invites never differ from sets of accounts."""

    class Machine(InviteMachine):
        address = dsn

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(25),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
