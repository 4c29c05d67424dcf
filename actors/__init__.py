"""The embedded API: a Telegram reader inside your own program.

    async with actors.open(data="./data", telegram="sandbox://127.0.0.1:4430"):
        report = await actors.user(8124731874).parse()

Importing it loads neither Telethon nor a database driver: they load when a house opens what needs
them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import actors._neighbours  # noqa: F401  first of all: are runtime and storage ours?
from actors.errors import (
    AlreadyLoggedIn,
    ApiKeysRefused,
    AuthorisationKept,
    BadSettings,
    BadTelegramAddress,
    CodeExpired,
    Flooded,
    HouseClosed,
    HouseOpen,
    Interrupted,
    InviteDead,
    JoinPending,
    LoginRequired,
    MixedTelegrams,
    NoCodeWanted,
    NoOtherCode,
    NoPasswordWanted,
    NoSuchChannel,
    NoSuchFolder,
    NotAChannel,
    PhoneRefused,
    SessionFileUnusable,
    SessionRevoked,
    SharedFolder,
    TelegramNotConfigured,
    TelegramUnreachable,
    TooManyChannels,
    WrongAccount,
    WrongCode,
    WrongPassword,
)
from actors.search_values import (
    Answer,
    Digest,
    DigestLine,
    DigestTopic,
    Found,
    Hit,
    Snippet,
    Source,
    Trouble,
)
from actors.values import (
    Authorisation,
    Channel,
    CodeNeeded,
    FollowedFolder,
    Forgotten,
    Invite,
    InviteRow,
    LoggedIn,
    LoginFailed,
    LoginStep,
    Notice,
    ParseProgress,
    ParseReport,
    PasswordNeeded,
    Post,
    QrCode,
    Status,
    Unread,
)
from actors.whole import whole
from runtime import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AskOnLoop,
    AskTimeout,
    MailboxFull,
    Refusal,
)
from storage.errors import (
    AccountHeld,
    LeaseLost,
    StorageError,
    TooManyFollowed,
    UnknownTimezone,
    UnknownVisitor,
)
from storage.meaning_rows import Meaning, Waiting
from storage.vectors.errors import (
    VectorsClosed,
    VectorsDenied,
    VectorsError,
    VectorsFailing,
    VectorsFull,
    VectorsUnreachable,
    VectorsUnusable,
)

if TYPE_CHECKING:
    from actors.house import House
    from actors.people import User

_house: House | None = None  # the process's one open house: threads do not share context variables
_opening = threading.Lock()


class open:  # noqa: A001, N801  read as actors.open
    """Open the house on a data folder, for the length of an `async with` block.

    Whatever is not given comes from the environment (TGACTORS_DATA, ...) or `.env`, and then from
    the embedded defaults. Opening and closing are done whole: a cancellation is felt after them.

    With `schedule` the channels are read every 30 minutes while the house is open; with `live` as
    well, as soon as something is published in them. What was read is tagged and indexed while it is
    open, unless `workers` is False.

    Every other setting of `.env.example` can be given by its name in small letters, without
    TGACTORS_: `openrouter_key="…"`.

    `on_lease_lost` is called, on a thread of its own, each time this process was silent for so long
    that others may have taken its accounts: a program of its own goes on, and a service may end.

    Raises `HouseOpen` if this process has one open, `BadSettings` with every problem named,
    `StorageError` if the data folder or the database refuses.
    """

    def __init__(
        self,
        *,
        data: str | Path | None = None,
        telegram: str | None = None,
        api_id: int | None = None,
        api_hash: str | None = None,
        database_url: str | None = None,
        session_keys: str | None = None,
        idle: float | None = None,
        schedule: bool = False,
        live: bool | None = None,
        workers: bool | None = None,
        on_lease_lost: Callable[[], None] | None = None,
        **others: object,
    ) -> None:
        self._schedule = schedule
        self._on_lease_lost = on_lease_lost
        self._given = {
            "data": data,
            "telegram": telegram,
            "api_id": api_id,
            "api_hash": api_hash,
            "database_url": database_url,
            "session_keys": session_keys,
            "idle": idle,
            "live": live,
            "workers": workers,
            **others,
        }
        self._opened: House | None = None

    async def __aenter__(self) -> House:
        """Open it, and make it the one `actors.user` means."""
        global _house  # noqa: PLW0603  documented: one open house per process
        from actors import settings  # noqa: PLC0415  pydantic loads when it is needed
        from actors.house import House  # noqa: PLC0415

        house = House(
            settings.load(**self._given),
            schedule=self._schedule,
            on_lease_lost=self._on_lease_lost,
        )
        with _opening:
            if _house is not None:
                raise HouseOpen
            _house = house
        try:
            await whole(house.start())
        except BaseException:
            try:
                await whole(house.stop())
            finally:
                _house = None
            raise
        self._opened = house
        return house

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it: everything it started has ended when this returns."""
        global _house  # noqa: PLW0603
        house, self._opened = self._opened, None
        if house is None:
            return  # this one was refused: the house that is open is another's
        try:
            await whole(house.stop())
        finally:
            _house = None  # only now: until then its folder is taken


def user(account: int) -> User:
    """Return whatever can be done for a person, by Telegram user id. From any thread.

    Raises `HouseClosed` if no house is open in this process.
    """
    house = _house
    if house is None:
        raise HouseClosed
    return house.user(account)


__all__ = [
    "AccountHeld",
    "ActorCrashed",
    "ActorError",
    "ActorStopped",
    "AlreadyLoggedIn",
    "Answer",
    "ApiKeysRefused",
    "AskOnLoop",
    "AskTimeout",
    "Authorisation",
    "AuthorisationKept",
    "BadSettings",
    "BadTelegramAddress",
    "Channel",
    "CodeExpired",
    "CodeNeeded",
    "Digest",
    "DigestLine",
    "DigestTopic",
    "Flooded",
    "FollowedFolder",
    "Forgotten",
    "Found",
    "Hit",
    "HouseClosed",
    "HouseOpen",
    "Interrupted",
    "Invite",
    "InviteDead",
    "InviteRow",
    "JoinPending",
    "LeaseLost",
    "LoggedIn",
    "LoginFailed",
    "LoginRequired",
    "LoginStep",
    "MailboxFull",
    "Meaning",
    "MixedTelegrams",
    "NoCodeWanted",
    "NoOtherCode",
    "NoPasswordWanted",
    "NoSuchChannel",
    "NoSuchFolder",
    "NotAChannel",
    "Notice",
    "ParseProgress",
    "ParseReport",
    "PasswordNeeded",
    "PhoneRefused",
    "Post",
    "QrCode",
    "Refusal",
    "SessionFileUnusable",
    "SessionRevoked",
    "SharedFolder",
    "Snippet",
    "Source",
    "Status",
    "StorageError",
    "TelegramNotConfigured",
    "TelegramUnreachable",
    "TooManyChannels",
    "TooManyFollowed",
    "Trouble",
    "UnknownTimezone",
    "UnknownVisitor",
    "Unread",
    "VectorsClosed",
    "VectorsDenied",
    "VectorsError",
    "VectorsFailing",
    "VectorsFull",
    "VectorsUnreachable",
    "VectorsUnusable",
    "Waiting",
    "WrongAccount",
    "WrongCode",
    "WrongPassword",
    "open",
    "user",
]
