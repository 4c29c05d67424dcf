"""Channels in the chat: what is followed, what is held, and how one comes to it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import actors
from bot.chat.channel_pages import Page, Wish, shortened
from sandbox import Channel, Folder, Sandbox, World
from sandbox.botapi import Person
from tests.bot.chat.talking import PATIENCE, pressed, said, told

pytestmark = pytest.mark.anyio


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """Ten channels that the person follows, and two more that they do not, one of them private."""
    person = next(iter(world.people.values()))
    made = [world.channel(f"Channel {n}", username=f"channel{n}") for n in range(10)]
    made += [world.channel("Away & <afar>", username="faraway"), world.channel("Hidden")]
    for channel in made[:10]:
        world.follow(person, channel)
    for channel in made:
        world.publish(channel, "first")
    return made


async def followed(account: int) -> set[str]:
    """Return the titles of what the account follows."""
    return {each.title for each in await actors.user(account).channels()}


@given(st.text(), st.integers(1, 2**63 - 1), st.integers(0, 9999))
@example("ж" * 40, 2**63 - 1, 9999)
def test_every_word_fits_a_button(word: str, channel: int, page: int) -> None:
    """A button takes 64 bytes: whatever was searched for, the longest fits, and is read back."""
    short = shortened(word)
    wish = Wish(channel=channel, follow=True, listed=True, page=page, word=short)
    assert len(wish.pack().encode()) <= 64
    assert Wish.unpack(wish.pack()) == wish
    assert shortened(short) == short


async def test_the_list_has_checkmarks_and_pages(known: int, mia: Person) -> None:
    """Eight channels a page, each with its mark; the second page has the rest."""
    await actors.user(known).parse()
    first = await told(mia, "/channels", "10 followed, 10 known")
    assert [row[0] for row in first.keyboard[:8]] == [f"✅ Channel {n}" for n in range(8)]
    assert first.keyboard[8] == ("‹", "1/2", "›")
    second = await pressed(mia, first, "›", "10 followed")
    assert [row[0] for row in second.keyboard[:2]] == ["✅ Channel 8", "✅ Channel 9"]


async def test_a_tap_unfollows_and_another_follows(known: int, mia: Person) -> None:
    """A tap takes the mark away and the channel with it; a second brings both back."""
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    press = mia.press(shown, "✅ Channel 3")
    assert "Not followed any more" in (await press.awaited(PATIENCE)).text
    shown = await said(mia, "9 followed")
    assert shown.keyboard[3][0] == "▫️ Channel 3"
    assert "Channel 3" not in await followed(known)
    await pressed(mia, shown, "▫️ Channel 3", "10 followed")
    assert "Channel 3" in await followed(known)


async def test_a_double_tap_is_one(known: int, mia: Person) -> None:
    """Two taps on one mark before the list has changed unfollow once, and do not follow again."""
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    presses = [mia.press(shown, "✅ Channel 3") for _ in range(2)]
    for press in presses:
        await press.awaited(PATIENCE)
    await said(mia, "9 followed")
    assert len(await followed(known)) == 9


async def test_a_word_finds_channels(known: int, mia: Person) -> None:
    """Search asks for a word and shows what has it; its buttons keep the word."""
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    await mia.press(shown, "Search").awaited(PATIENCE)
    await said(mia, "Type a part")
    found = await told(mia, "channel7", "Only those with “channel7”")
    assert [row[0] for row in found.keyboard[:-2]] == ["✅ Channel 7"]
    assert [Page.unpack(data).word for data in found.data if data.startswith("cp")] == [""]
    await pressed(mia, found, "✅ Channel 7", "9 followed", "Only those with “channel7”")
    nothing = mia.press(shown, "Search")
    await nothing.awaited(PATIENCE)
    await told(mia, "<b>nowhere", "No channel has “<b>nowhere”")


async def test_a_channel_tells_what_is_held_of_it(known: int, mia: Person) -> None:
    """… shows a channel's state, its posts and its share; Remove and Follow work there, too."""
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    await mia.press(shown, shown.data[1]).awaited(PATIENCE)
    one = await said(mia, "Channel 0", "✅ followed", "100 %", "1 post.")
    assert 'href="https://t.me/channel0"' in one.html
    one = await pressed(mia, one, "Remove", "you do not follow it here")
    one = await pressed(mia, one, "Follow", "✅ followed")
    back = await pressed(mia, one, "‹ Back", "10 followed")
    assert back.keyboard == shown.keyboard


@pytest.mark.parametrize("what", ["@faraway", "https://t.me/faraway/1", " t.me/faraway "])
async def test_a_name_or_link_adds_a_channel(known: int, mia: Person, what: str) -> None:
    """A public channel is followed by its name or a link to it, without a question before."""
    await told(mia, what, "Away & <afar> is followed")
    assert await followed(known) == {"Away & <afar>"}


async def test_a_forwarded_post_adds_its_channel(
    known: int, channels: list[Channel], telegram: Sandbox, mia: Person
) -> None:
    """A forward names its channel: a public one by its name, a private one by its number.

    The private one is found if the account is in it.
    """
    public, hidden = channels[-2:]
    mia.forward(-1000000000000 - public.id, public.title, public.username, 1, "first")
    await said(mia, "Away & <afar> is followed")
    post = mia.forward(-1000000000000 - hidden.id, hidden.title, None, 1, "first")
    await said(mia, "no such channel", after=post.id)
    telegram.follow(known, hidden.id)
    await actors.user(known).parse()
    await actors.user(known).unfollow(hidden.id)
    post = mia.forward(-1000000000000 - hidden.id, hidden.title, None, 1, "first")
    await said(mia, "Hidden is followed", after=post.id)


async def test_a_forwarded_album_is_answered_once(
    known: int, channels: list[Channel], mia: Person
) -> None:
    """It comes as a message for each picture, of which one adds the channel."""
    public = channels[-2]
    for part in range(3):
        mia.forward(
            -1000000000000 - public.id, public.title, public.username, part, "first", album="1"
        )
    await said(mia, "Away & <afar> is followed")
    await told(mia, "/help", "What I can do")
    assert len([each for each in mia.inbox if not each.is_mine]) == 2
    assert await followed(known) == {"Away & <afar>"}


async def test_an_invite_and_a_folder_are_taken_and_nonsense_is_not(
    known: int, channels: list[Channel], telegram: Sandbox, mia: Person
) -> None:
    """After Add, an invite link and a folder's name are followed; what is neither is explained."""
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    invite = telegram.invite(channels[-1].id)
    await mia.press(shown, "Add").awaited(PATIENCE)
    await told(mia, "not a channel, surely", "did not recognise")
    await mia.press(shown, "Add").awaited(PATIENCE)
    await told(mia, invite.url, "Hidden is followed")
    await mia.press(shown, "Add").awaited(PATIENCE)
    await told(mia, "folder:Nowhere", "no folder of that name. There are: –")


async def test_a_folder_is_followed_and_left(
    known: int, world: World, channels: list[Channel], telegram: Sandbox, mia: Person
) -> None:
    """A folder's name narrows the list to it; its button ends that, and all is there again."""
    folder = Folder(id=7, title="News", channels=(channels[0].id, channels[1].id))
    telegram.run(lambda: world.folder(world.people[known], folder))
    await actors.user(known).parse()
    shown = await told(mia, "/channels", "10 followed")
    await mia.press(shown, "Add").awaited(PATIENCE)
    await told(mia, "папка: News", "The folder is followed")
    await actors.user(known).parse()
    assert await followed(known) == {"Channel 0", "Channel 1"}
    press = mia.press(shown, "Add")
    await press.awaited(PATIENCE)
    menu = await said(mia, "Folders you follow: News")
    await pressed(mia, menu, "Not “News” any more", "not followed any more")
    await actors.user(known).parse()
    assert len(await followed(known)) == 10


async def test_one_too_many_is_refused_in_words(known: int, mia: Person) -> None:
    """Whoever may follow one channel is told so when they name a second."""
    house = actors._house
    assert house is not None
    await house.set_limits(known, channels=1)
    await told(mia, "@faraway", "is followed")
    await told(mia, "@channel1", "Remove one first")
    await told(mia, "/channels", "You may follow 1 channel.")
