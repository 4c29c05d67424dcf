"""Groups that the bot is in."""

from collections.abc import Sequence
from typing import Self

from sandbox.botapi.account import Account
from sandbox.botapi.membership import tell_change
from sandbox.botapi.people import Person, room_of
from sandbox.botapi.rooms import Room
from sandbox.botapi.waiting import Seen


class Group(Seen):
    """A supergroup; every verb from any thread."""

    @classmethod
    def founded(
        cls, account: Account, room: Room, members: Sequence[Person], *, is_administrator: bool
    ) -> Self:
        """A group to which its first member, the owner, adds the bot."""
        group = cls(account, room)
        for member in members:
            group.add(member)
        owner = account.rooms.people[members[0].id]
        room.owner, room.is_administrator = owner.user.id, is_administrator
        status = "administrator" if is_administrator else "member"
        tell_change(account, room, owner.user, "left", status)
        return group

    @property
    def id(self) -> int:
        """The id of the chat."""
        return self._room.id

    def add(self, person: Person) -> None:
        """Let somebody be in the group."""
        with self._account.bell:
            self._room.members[person.id] = self._account.rooms.people[person.id]

    def remove(self, person: Person) -> None:
        """Let somebody be in the group no more."""
        with self._account.bell:
            self._room.members.pop(person.id, None)

    def remove_bot(self, by: Person) -> None:
        """Throw the bot out, which is told."""
        with self._account.bell:
            was = "administrator" if self._room.is_administrator else "member"
            self._room.is_kicked = True
            figure = room_of(by).members[by.id]
            tell_change(self._account, self._room, figure.user, was, "kicked")
