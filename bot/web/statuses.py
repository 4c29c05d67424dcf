"""Which HTTP status each refusal of the house has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import actors
from actors import errors as domain
from bot import refusals
from runtime import errors as kernel
from storage import errors as store
from storage import keeping_errors as keeping

WAITED_FOR: Final = frozenset({429, 503})
"""Statuses that say when to come again."""

DEFAULT_WAIT: Final = 2.0
"""Seconds, where nobody knows better."""

_BY_STATUS: Final[Mapping[int, tuple[type[Exception], ...]]] = {
    404: (
        store.UnknownAccount,
        store.UnknownChannel,
        store.UnknownVisitor,
        refusals.NoSuchChannel,
        refusals.NoSuchInvite,
    ),
    # It is what it is until somebody does something else first.
    409: (
        actors.Refusal,
        store.AccountHeld,
        store.NotLoggedIn,
        store.TooManyFollowed,
        store.KeysStillNeeded,
        keeping.RetentionFixed,
        kernel.JobCancelled,
    ),
    # What was sent is understood, and leads nowhere.
    422: (
        domain.NoSuchChannel,
        domain.NotAChannel,
        domain.NoSuchFolder,
        domain.SharedFolder,
        domain.InviteDead,
        domain.WrongPassword,
        domain.WrongCode,
        domain.CodeExpired,
        domain.PhoneRefused,
        domain.SessionFileUnusable,
        domain.WrongAccount,
        domain.BadTelegramAddress,
        store.UnknownTimezone,
        store.InviteUnknown,
        store.InviteUsedUp,
        store.InviteExpired,
    ),
    429: (domain.Flooded,),
    # A fault of this program or of its set-up: nobody who asks can mend it.
    500: (store.StorageError, kernel.ActorError, kernel.AskToSelf, kernel.AskOnLoop),
    # It passes, or the operator mends it: the same may be asked again.
    503: (
        kernel.MailboxFull,
        kernel.ActorStopped,
        kernel.ActorCrashed,
        kernel.NoThread,
        kernel.StartOverdue,
        kernel.StreamOverdue,
        domain.TelegramUnreachable,
        domain.TelegramNotConfigured,
        domain.ApiKeysRefused,
        domain.HouseClosed,
        store.DatabaseBusy,
        keeping.SchemaChanged,
        store.DatabaseUnreachable,
        store.DatabaseClosed,
        store.LeaseLost,
        store.WrongSessionKey,
        store.KeyFileBusy,
    ),
    504: (kernel.AskTimeout,),
    507: (store.DatabaseFull, store.NoSpace),
}

_STATUSES: Final[Mapping[type, int]] = {
    kind: status for status, kinds in _BY_STATUS.items() for kind in kinds
}


def status_of(kind: type[Exception]) -> int:
    """Return a refusal's status: what is not named has that of the nearest kind it is of."""
    return next(_STATUSES[each] for each in kind.__mro__ if each in _STATUSES)
