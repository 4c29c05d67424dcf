"""Folders as subscriptions, and how many channels an account may follow."""

from __future__ import annotations

import pytest

from storage import folders, invites, posts
from storage.database import Database
from storage.errors import LeaseLost, TooManyFollowed, UnknownAccount
from storage.rows import Batch, Cleaned, Folder, FollowedFolder, Hold
from storage.subscriptions import clean
from tests.storage.conftest import Own
from tests.storage.found import message, seen
from tests.storage.test_subscriptions import WEEK, stands

pytestmark = pytest.mark.anyio

ALL = (seen(1), seen(2), seen(3, username=None))


def folder(*channels: int, id_: int = 7, title: str = "News") -> Folder:
    """A folder as Telegram lists it."""
    return Folder(id=id_, title=title, channels=channels, complete=True)


@pytest.fixture
async def hold(own: Own) -> Hold:
    """An account."""
    return await own(42)


async def states(db: Database) -> dict[int, str]:
    """How the account stands to its channels."""
    return {channel: state for channel, (state, _) in (await stands(db)).items()}


async def test_a_folder_narrows_the_list_and_is_told(db: Database, hold: Hold) -> None:
    """What is outside is not read and says why; what is in it says where it comes from."""
    await posts.follow(db, hold, ALL)
    await folders.follow(db, hold, 7, "News")
    followed = await posts.follow(db, hold, ALL, folders=[folder(1, 2)])
    assert [each.id for each in followed] == [1, 2]
    views = await posts.channels(db, 42, all_=True)
    assert [(view.id, view.source, view.state) for view in views] == [
        (1, "folder:7", "followed"),
        (2, "folder:7", "followed"),
        (3, "list", "outside"),
    ]
    assert views[2].why == "it is in none of the folders that you follow"
    assert await folders.followed(db, 42) == [
        FollowedFolder(id=7, title="News", channels=2, gone=False)
    ]


async def test_a_folder_is_followed_by_its_number(db: Database, hold: Hold) -> None:
    """It may be renamed; when Telegram has it no more it is told, and nothing else is followed."""
    await folders.follow(db, hold, 7, "News")
    await posts.follow(db, hold, ALL, folders=[folder(1, title="Новости"), folder(2, id_=8)])
    (found,) = await folders.followed(db, 42)
    assert (found.title, found.channels, found.gone) == ("Новости", 1, False)
    assert await posts.follow(db, hold, ALL, folders=[folder(2, id_=8)]) == []
    (found,) = await folders.followed(db, 42)
    assert (found.title, found.channels, found.gone) == ("Новости", 0, True)
    await posts.follow(db, hold, ALL)
    assert (await folders.followed(db, 42))[0].gone, "nobody has looked since"


async def test_unfollowing_the_last_folder_follows_the_list(db: Database, hold: Hold) -> None:
    """The list is due at once, and what was outside is read anew from then on."""
    await folders.follow(db, hold, 7, "News")
    await posts.follow(db, hold, ALL, folders=[folder(1)])
    await db.execute("UPDATE accounts SET confirm_at = now() + interval '1 hour'")
    assert not await folders.unfollow(db, 42, 8)
    assert await db.fetch_value("SELECT confirm_at FROM accounts") is not None
    assert await folders.unfollow(db, 42, 7)
    assert await db.fetch_value("SELECT confirm_at FROM accounts") is None
    assert len(await posts.follow(db, hold, ALL)) == 3
    assert await states(db) == dict.fromkeys((1, 2, 3), "followed")


async def test_folders_are_the_accounts_own(db: Database, own: Own, hold: Hold) -> None:
    """Another account's are not touched; who holds it no more follows nothing for it."""
    await folders.follow(db, hold, 7, "News")
    await posts.follow(db, await own(43), ALL, folders=[])
    (found,) = await folders.followed(db, 42)
    assert not found.gone
    assert await folders.followed(db, 43) == []
    await own(42)
    with pytest.raises(LeaseLost):
        await folders.follow(db, hold, 8, "Work")
    with pytest.raises(UnknownAccount):
        await folders.unfollow(db, 44, 7)


async def test_what_is_outside_is_kept_for_a_while(db: Database, hold: Hold) -> None:
    """Its posts come back with it; after a long time only its name is left, once and for all."""
    await posts.follow(db, hold, ALL)
    batch = Batch(channel_id=1, floor=1, read=(1, 3), posts=(message(1, channel=1),))
    await posts.store(db, hold, batch)
    await folders.follow(db, hold, 7, "News")
    await posts.follow(db, hold, ALL, folders=[folder(2)])
    assert await posts.newest(db, 42, 9) == []
    (back, _) = await posts.follow(db, hold, ALL, folders=[folder(1, 2)])
    assert back.coverage == ((1, 3),)
    await posts.follow(db, hold, ALL, folders=[folder(2)])
    await db.execute("UPDATE subscriptions SET left_at = left_at - interval '8 days'")
    assert await clean(db, WEEK) == Cleaned(channels=1, posts=1)
    assert await clean(db, WEEK) == Cleaned(channels=0, posts=0)
    assert await states(db) == {1: "outside", 2: "followed", 3: "outside"}


async def test_a_list_is_cut_to_what_may_be_followed(db: Database, hold: Hold) -> None:
    """The rest says so, and is followed when there is room."""
    assert [each.id for each in await posts.follow(db, hold, ALL, most=2)] == [1, 2]
    assert await stands(db) == {
        1: ("followed", None),
        2: ("followed", None),
        3: ("over the limit", "you follow as many channels as you may; unfollow one to read it"),
    }
    await posts.unfollow(db, 42, 1)
    await posts.follow(db, hold, ALL, most=2)
    assert await states(db) == {1: "unfollowed", 2: "followed", 3: "followed"}


async def test_naming_one_too_many_is_refused(db: Database, hold: Hold) -> None:
    """What is followed already may be named again; nothing is written of what may not."""
    await posts.follow(db, hold, ALL[:2])
    await posts.follow_one(db, hold, seen(2), 50, "chosen", most=2)
    with pytest.raises(TooManyFollowed, match="tgactors unfollow 42"):
        await posts.follow_one(db, hold, seen(9), None, "chosen", most=2)
    assert await db.fetch_value("SELECT count(*) FROM channels WHERE id = 9") == 0
    with pytest.raises(TooManyFollowed):
        await posts.have_room(db, 42, most=2)
    await posts.have_room(db, 42, most=3)
    await posts.have_room(db, 42, most=None)


@pytest.mark.parametrize(("limits", "most"), [({"channels": 1}, 3), ({"channels": 3}, 1)])
async def test_an_invite_says_how_many(
    db: Database, hold: Hold, limits: dict[str, int], most: int
) -> None:
    """Its own number counts instead of the one for everybody, once it is spent."""
    invite = await invites.create(db, limits=limits)
    await invites.claim(db, invite.code, 42, 60)
    assert len(await posts.follow(db, hold, ALL, most=2)) == 2
    async with db.transaction() as connection:
        await invites.spend_on(connection, 42)
    assert len(await posts.follow(db, hold, ALL, most=most)) == limits["channels"]


async def test_an_invite_without_a_number_limits_nothing(db: Database, hold: Hold) -> None:
    """Its other limits, or what is no number, leave the one for everybody."""
    invite = await invites.create(db, limits={"words": 5})
    await db.execute("""UPDATE invites SET limits = '{"channels": "many"}'""")
    await invites.claim(db, invite.code, 42, 60)
    async with db.transaction() as connection:
        await invites.spend_on(connection, 42)
    assert len(await posts.follow(db, hold, ALL, most=2)) == 2
