"""An account's persisted state, changed by several at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actors.account import Account
from actors.login import State
from actors.term import Term
from storage.rows import AccountRow
from tests.actors.models import THEN, ModelLease, ModelStore

pytestmark = pytest.mark.anyio

ANNA = 7


class Slow(ModelStore):
    """Answers a little later than it is asked, as the real one does."""

    async def ask(self, request: Any, *, timeout: float = 30.0) -> Any:
        for _ in range(5):
            await asyncio.sleep(0)
        return await super().ask(request, timeout=timeout)


@pytest.mark.parametrize("state", [State.QR_WAIT, State.CODE_WAIT, State.PASSWORD_WAIT])
async def test_a_login_that_several_give_up_at_once_is_given_up_once(state: State) -> None:
    """Whoever looks at the account while its login ends meets the end of it, and no fault."""
    store, term = Slow(), Term()
    store.accounts[ANNA] = AccountRow(id=ANNA, state=State.NEW, reason=None, changed_at=THEN)
    term.began("model", float("inf"))
    account = Account(ANNA, store=store, lease=ModelLease(store), term=term)
    await account.own()
    account.state = state
    await asyncio.gather(*(account.give_up(f"for reason {number}") for number in range(3)))
    assert store.moves == [State.NEW]
    assert (account.state, account.reason) == (State.NEW, "for reason 0")
