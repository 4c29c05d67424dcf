"""The states of an account, as a table of what may follow what.

The table is the specification: a pair that is not in it cannot happen, and `after` says so.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What an account's login has come to."""

    NEW = "NEW"
    QR_WAIT = "QR_WAIT"
    CODE_WAIT = "CODE_WAIT"
    PASSWORD_WAIT = "PASSWORD_WAIT"  # noqa: S105  the name of a state
    READY = "READY"
    EXPIRED = "EXPIRED"
    LOGGED_OUT = "LOGGED_OUT"


class Event(StrEnum):
    """What happened to a login, or to a session."""

    QR_SHOWN = "QR_SHOWN"
    CODE_SENT = "CODE_SENT"
    PASSWORD_ASKED = "PASSWORD_ASKED"  # noqa: S105  the name of an event
    AUTHORISED = "AUTHORISED"
    ADOPTED = "ADOPTED"
    GIVEN_UP = "GIVEN_UP"
    REVOKED = "REVOKED"
    LEFT = "LEFT"


WAITING = frozenset({State.QR_WAIT, State.CODE_WAIT, State.PASSWORD_WAIT})
"""States that live in a client's memory only: a process that starts in one has lost it."""

_DOORS = {Event.QR_SHOWN: State.QR_WAIT, Event.CODE_SENT: State.CODE_WAIT}

TABLE: dict[tuple[State, Event], State] = {
    **{(state, event): to for state in (State.NEW, State.EXPIRED, State.LOGGED_OUT)
       for event, to in _DOORS.items()},
    # A code is renewed, and a person may change from one way to the other.
    **{(state, event): to for state in WAITING for event, to in _DOORS.items()},
    **{(state, Event.AUTHORISED): State.READY for state in WAITING},
    # A session that was made elsewhere is taken over.
    (State.NEW, Event.ADOPTED): State.READY,
    (State.EXPIRED, Event.ADOPTED): State.READY,
    (State.LOGGED_OUT, Event.ADOPTED): State.READY,
    **{(state, Event.GIVEN_UP): State.NEW for state in WAITING},
    (State.QR_WAIT, Event.PASSWORD_ASKED): State.PASSWORD_WAIT,
    (State.CODE_WAIT, Event.PASSWORD_ASKED): State.PASSWORD_WAIT,
    (State.PASSWORD_WAIT, Event.PASSWORD_ASKED): State.PASSWORD_WAIT,
    (State.READY, Event.REVOKED): State.EXPIRED,
    (State.READY, Event.LEFT): State.LOGGED_OUT,
    (State.EXPIRED, Event.LEFT): State.LOGGED_OUT,
}  # fmt: skip


def after(state: State, event: Event) -> State:
    """Return the state that follows, or raise `ValueError` for what cannot happen."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise ValueError(f"{event} cannot happen to an account that is {state}") from None
