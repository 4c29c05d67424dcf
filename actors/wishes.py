"""What a person wants to be read, and how often."""

from __future__ import annotations

from datetime import timedelta

from actors.entrance import ANSWER_SECONDS
from actors.errors import SharedFolder
from actors.folders import chosen, folder_name
from actors.links import Shared, link
from actors.messages import FollowFolderRequest, FollowRequest
from actors.ports import Asks
from actors.store_messages import ListFolders, SetEvery, Unfollow, UnfollowFolder
from actors.values import FollowedFolder

LIST_SECONDS = 600.0


class Wishes:
    """What one account follows beside its list, or of it."""

    id: int

    def _door(self) -> Asks:
        """Whoever speaks with Telegram."""
        raise NotImplementedError

    def _stores(self) -> Asks:
        """Whoever keeps what is wanted."""
        raise NotImplementedError

    async def follow(self, what: str, *, depth: int | timedelta | None = None) -> int:
        """Follow a channel by @name, t.me link, invite link, or a link to one of its posts.

        Returns its id; it is read with the next parse, `depth` posts deep, or so far back. An
        invite is joined at Telegram. Raises `NoSuchChannel`, `NotAChannel`, `InviteDead`,
        `JoinPending`, `TooManyChannels`, `TooManyFollowed`, or `Flooded` when the account has to
        wait.

        With `folder:NAME` one of the account's folders is followed, as it changes, and its number
        returned. Of the account's list nothing else is followed from then on, only what is in such
        folders or was named; with the last of them unfollowed, all of it is again. Raises
        `NoSuchFolder`.
        """
        folder = folder_name(what)
        if folder is None:
            if isinstance(link(what), Shared):
                raise SharedFolder(what)
            request = FollowRequest(what=what, depth=depth)
            return await self._door().ask(request, timeout=ANSWER_SECONDS)
        if depth is not None:
            raise ValueError("a depth is a channel's: a folder is followed without one")
        return await self._door().ask(FollowFolderRequest(named=folder), timeout=LIST_SECONDS)

    async def unfollow(self, what: int | str) -> bool:
        """Follow a channel no more, though Telegram may list it; False if it was not followed.

        What nobody else follows is removed with its posts. With `folder:NAME` a folder is followed
        no more, which is felt with the next parse; raises `NoSuchFolder`, naming those that are.
        """
        if isinstance(what, int):
            return await self._stores().ask(Unfollow(account=self.id, channel=what))
        named = folder_name(what)
        if named is None:
            raise ValueError(f"unfollow takes a channel's id or folder:NAME, not {what!r}")
        folder = chosen(await self.folders(), named)
        return await self._stores().ask(UnfollowFolder(account=self.id, folder=folder.id))

    async def folders(self) -> tuple[FollowedFolder, ...]:
        """Return the folders the account follows; none: it follows its whole list."""
        return await self._stores().ask(ListFolders(account=self.id))

    async def read_every(self, seconds: float | None, *, channel: int | None = None) -> None:
        """Have the account's channels read so often, or one of them; None: the default.

        The schedule of a house that is open with `schedule` feels it within seconds.
        """
        request = SetEvery(account=self.id, seconds=seconds, channel=channel)
        await self._stores().ask(request)
