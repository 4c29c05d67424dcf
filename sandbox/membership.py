"""Who may see which channel of a world."""

import secrets
from datetime import datetime

from sandbox.errors import NaiveDate
from sandbox.events import HistoryHidden, MembershipChanged
from sandbox.ground import Ground
from sandbox.model import Channel, Folder, Invite, Person


class Membership(Ground):
    """A world's followers, invitations and bans."""

    def follow(self, person: Person, channel: Channel) -> None:
        """Make the person a subscriber of the channel."""
        self._check_thread()
        channel.banned.discard(person.id)
        channel.requests.pop(person.id, None)
        person.follows[channel.id] = None
        self._say(MembershipChanged(channel, person))

    def unfollow(self, person: Person, channel: Channel) -> None:
        """End the person's subscription, if there is one."""
        self._check_thread()
        if channel.id in person.follows:
            del person.follows[channel.id]
            person.archived.discard(channel.id)
            if channel.id in person.pinned:
                person.pinned.remove(channel.id)
            self._say(MembershipChanged(channel, person))

    def ban(self, person: Person, channel: Channel) -> None:
        """Throw the person out and keep them out until they are made a follower again."""
        self._check_thread()
        channel.banned.add(person.id)
        person.follows.pop(channel.id, None)
        self._say(MembershipChanged(channel, person))

    def invite(
        self,
        channel: Channel,
        *,
        limit: int | None = None,
        expires: datetime | None = None,
        needs_approval: bool = False,
        hash: str | None = None,  # noqa: A002
    ) -> Invite:
        """Make a link by which people may join the channel."""
        self._check_thread()
        if expires is not None and expires.tzinfo is None:
            raise NaiveDate(expires.isoformat())
        invite = Invite(
            hash or secrets.token_urlsafe(12), channel.id, limit, expires, needs_approval
        )
        self.invites[invite.hash] = invite
        return invite

    def rename(self, channel: Channel, title: str) -> None:
        """Give the channel another title."""
        self._check_thread()
        channel.title = title
        self._say_of(channel)

    def make_private(self, channel: Channel) -> None:
        """Take the channel's username away: only its followers can read it from now on."""
        self._check_thread()
        if channel.username is not None:
            del self.names[channel.username.lower()]
            channel.username = None
            self._say_of(channel)

    def make_public(self, channel: Channel, username: str) -> None:
        """Give the channel a username: anybody can find and read it."""
        self._check_thread()
        self._take_name(username, channel)
        if channel.username is not None:
            del self.names[channel.username.lower()]
        channel.username = username
        self._say_of(channel)

    def close(self, channel: Channel) -> None:
        """Delete a channel: nobody can read it any more."""
        self._check_thread()
        if channel.username is not None:
            del self.names[channel.username.lower()]
            channel.username = None
        channel.deleted = True
        self._say_of(channel)

    def hide_history(self, person: Person, channel: Channel, up_to: int | None = None) -> None:
        """Hide posts up to an id from a person; all there are by default, a cleared history."""
        self._check_thread()
        last = channel.last_id if up_to is None else up_to
        person.hidden_up_to[channel.id] = max(last, person.hidden_up_to.get(channel.id, 0))
        self._say(HistoryHidden(channel, person, person.hidden_up_to[channel.id]))

    def archive(self, person: Person, channel: Channel, *, archived: bool = True) -> None:
        """Move a channel to the person's archive, or back."""
        self._check_thread()
        if archived:
            person.archived.add(channel.id)
        else:
            person.archived.discard(channel.id)

    def folder(self, person: Person, folder: Folder) -> None:
        """Add a folder to the person's list of chats."""
        self._check_thread()
        for channel_id in (*folder.channels, *folder.pinned, *folder.excluded):
            self.find_channel(channel_id)
        person.folders.append(folder)
