"""The table of account states."""

from __future__ import annotations

from itertools import product

import pytest

from actors.login import TABLE, WAITING, Event, State, after
from storage.accounts import STATES

DOORS = {Event.QR_SHOWN: State.QR_WAIT, Event.CODE_SENT: State.CODE_WAIT}


def expected(state: State, event: Event) -> State | None:
    """Say in prose what the table says in rows; None for what cannot happen."""
    waiting = state in WAITING
    match event:
        case Event.QR_SHOWN | Event.CODE_SENT:
            return None if state is State.READY else DOORS[event]
        case Event.PASSWORD_ASKED:
            return State.PASSWORD_WAIT if waiting else None
        case Event.AUTHORISED:
            return State.READY if waiting else None
        case Event.ADOPTED:
            return None if waiting or state is State.READY else State.READY
        case Event.GIVEN_UP:
            return State.NEW if waiting else None
        case Event.REVOKED:
            return State.EXPIRED if state is State.READY else None
        case Event.LEFT:
            return State.LOGGED_OUT if state in {State.READY, State.EXPIRED} else None


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_state_and_event(state: State, event: Event) -> None:
    """Each pair leads where it should, or is refused as impossible."""
    to = expected(state, event)
    if to is None:
        with pytest.raises(ValueError, match="cannot happen"):
            after(state, event)
    else:
        assert after(state, event) is to


def test_no_state_is_a_dead_end_and_each_can_be_reached() -> None:
    """From NEW every state can be reached, and from every state READY can."""
    graph = {state: {to for (at, _), to in TABLE.items() if at is state} for state in State}

    def reachable(start: State) -> set[State]:
        seen, todo = {start}, [start]
        while todo:
            for to in graph[todo.pop()] - seen:
                seen.add(to)
                todo.append(to)
        return seen

    assert reachable(State.NEW) == set(State)
    assert all(State.READY in reachable(state) for state in State)


def test_the_database_knows_the_same_states() -> None:
    """The names the domain persists are those the schema accepts."""
    assert set(State) == STATES
