"""A Bot API as tests and demos use it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from aiogram.types import User

from sandbox.botapi.account import Account
from sandbox.botapi.asked import Asked, Record
from sandbox.botapi.desk import Desk
from sandbox.botapi.errors import GroupEmpty
from sandbox.botapi.faults import Faults
from sandbox.botapi.groups import Group
from sandbox.botapi.host import Host
from sandbox.botapi.pace import Limits
from sandbox.botapi.people import Person
from sandbox.botapi.watching import Watcher

TOKEN: Final = "123456789:AAF-a_token_of_the_sandbox_for_nothing"  # noqa: S105  # opens nothing else
_LIMITS: Final = Limits()


class BotApi:
    """A Bot API for one bot, on the loopback interface while its block runs.

    Its people and groups may be used from any thread, and on any loop. Entered again, it has the
    same port and remembers everything. `clock` is in seconds since the epoch; a button's press may
    be answered for `callback_life` seconds; with `has_privacy` the bot sees in groups only what is
    meant for it, unless it is an administrator.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "reader_bot",
        first_name: str = "Reader",
        limits: Limits = _LIMITS,
        has_privacy: bool = True,
        callback_life: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token = token
        self.faults = Faults()
        me = User(
            id=int(token.partition(":")[0]),
            is_bot=True,
            first_name=first_name,
            username=username,
            can_join_groups=True,
            can_read_all_group_messages=not has_privacy,
            supports_inline_queries=False,
        )
        self._account = Account(
            me, limits=limits, has_privacy=has_privacy, callback_life=callback_life, clock=clock
        )
        self._record = Record()
        desk = Desk(token, self._account, self.faults, self._record)
        self._host = Host(desk.answer)

    def __repr__(self) -> str:
        return f"<BotApi of @{self._account.me.username}, {len(self.calls)} calls>"

    def __enter__(self) -> Self:
        self._host.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._host.stop()

    @property
    def url(self) -> str:
        """Where it listens, for TelegramAPIServer.from_base."""
        return self._host.url

    @property
    def calls(self) -> tuple[Asked, ...]:
        """The newest 10,000 calls that are over, newest last."""
        return self._record.calls

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What no correct bot and no correct sandbox does; empty at the end of a good test."""
        return self._account.mistakes

    def person(
        self,
        person_id: int,
        *,
        first_name: str = "Mia",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
    ) -> Person:
        """Somebody the bot knows, who has not written to it; an id that is there is renamed."""
        user = User(
            id=person_id,
            is_bot=False,
            first_name=first_name,
            last_name=last_name,
            username=username,
            language_code=language_code,
        )
        with self._account.bell:
            return Person(self._account, self._account.rooms.add_person(user))

    def group(
        self,
        group_id: int,
        title: str,
        *,
        members: Iterable[Person],
        is_administrator: bool = False,
    ) -> Group:
        """A supergroup, to which the first of its members adds the bot."""
        people = tuple(members)
        if not people:
            raise GroupEmpty(group_id)
        with self._account.bell:
            room = self._account.rooms.add_group(group_id, title)
            return Group.founded(self._account, room, people, is_administrator=is_administrator)

    def watch(self, *, bound: int = 1000, within: float = 5.0) -> Watcher:
        """A feed of what happens from now on; see Watcher."""
        watcher = Watcher(self._account.bell, bound=bound, within=within)
        with self._account.bell:
            self._account.watchers.append(watcher)
        return watcher

    def expire_presses(self) -> None:
        """Let every button pressed until now be too old to be answered."""
        with self._account.bell:
            self._account.queries.expire()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse every connection during the block, and break those there are."""
        with self._host.down():
            yield
