"""Following and unfollowing channels, and how often they are read."""

from __future__ import annotations

import pytest

from sandbox import Channel, Folder, Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused


@pytest.fixture
def strange(telegram: Sandbox) -> Channel:
    """A public channel that the person does not follow."""
    world = telegram.world

    def made() -> Channel:
        channel = world.channel("Strange tales", username="strange_tales")
        for number in range(1, 151):
            world.publish(channel, f"Tale {number}.")
        return channel

    return telegram.run(made)


def titles(line: CommandLine) -> set[str]:
    """The channels that the person follows."""
    found = line.run("channels", PERSON, "--json").facts["channels"]
    return {each["title"] for each in found if each["state"] == "followed"}


def test_a_public_channel_is_followed_and_read(known: CommandLine, strange: Channel) -> None:
    """It is named, its id is told, and the next parse reads it so deep as was wished."""
    done = known.run("follow", PERSON, "@strange_tales", "--depth", 5)
    assert (done.status, done.err) == (0, "")
    assert f"Account {PERSON} follows Strange tales (@strange_tales)." in done.out
    assert f"tgactors parse {PERSON}" in done.out
    assert known.run("parse", PERSON).status == 0
    found = known.run("posts", PERSON, "--channel", strange.id, "--limit", 200, "--json").facts
    assert [post["id"] for post in found["posts"][:5]] == [150, 149, 148, 147, 146]


def test_a_link_to_a_post_follows_its_channel(known: CommandLine, strange: Channel) -> None:
    """With --json a program is told which channel it is."""
    done = known.run("follow", PERSON, "https://t.me/strange_tales/7", "--days", 2, "--json")
    assert done.facts == {
        "account": PERSON,
        "channel": strange.id,
        "title": "Strange tales",
        "username": "strange_tales",
    }


def test_an_invite_can_be_given_where_nobody_sees_it(known: CommandLine, telegram: Sandbox) -> None:
    """It is read from standard input, joined, and shown nowhere."""

    def made() -> str:
        channel = telegram.world.channel("Hidden tales")
        telegram.world.publish(channel, "Psst.")
        return telegram.world.invite(channel).hash

    secret = telegram.run(made)
    done = known.run("follow", PERSON, "-", "-v", typed=f"https://t.me/+{secret}\n")
    assert done.status == 0, done
    assert "follows Hidden tales" in done.out
    assert secret not in done.out + done.err
    refused(known.run("follow", PERSON, "-", "--json"), "NothingToRead", "the channel")


def test_what_cannot_be_followed_is_refused(known: CommandLine) -> None:
    """A name that nobody has, and an account that is not logged in, each with what to do."""
    refused(known.run("follow", PERSON, "@nobody_there", "--json"), "NoSuchChannel", "t.me link")
    refused(known.run("follow", 7, "@nobody_there", "--json"), "LoginRequired", "tgactors login 7")


def test_what_is_unfollowed_is_gone_though_telegram_lists_it(
    known: CommandLine, telegram: Sandbox
) -> None:
    """A channel goes with its posts, stays away at the next parse, and is listed with why."""
    channel = next(each for each in telegram.world.channels.values() if each.username)
    assert known.run("parse", PERSON).status == 0
    done = known.run("unfollow", PERSON, f"https://t.me/{channel.username}/1")
    assert f"does not follow {channel.title} any more" in done.out
    assert known.run("parse", PERSON, "--json").facts["channels"] == 14
    assert channel.title not in titles(known)
    assert f"{channel.title}: you do not want it." in known.run("channels", PERSON).out
    found = known.run("posts", PERSON, "--limit", 100, "--json").facts["posts"]
    assert channel.id not in {post["channel_id"] for post in found}
    again = known.run("unfollow", PERSON, channel.id, "--json")
    refused(again, "NoSuchChannel", f"tgactors channels {PERSON}")


def test_a_channel_that_was_unfollowed_can_be_followed_again(
    known: CommandLine, telegram: Sandbox
) -> None:
    """It is read anew."""
    channel = next(each for each in telegram.world.channels.values() if each.username)
    assert known.run("parse", PERSON).status == 0
    assert known.run("unfollow", PERSON, channel.id).status == 0
    assert known.run("follow", PERSON, f"@{channel.username}").status == 0
    assert known.run("parse", PERSON, "--json").facts["added"] == len(channel.posts)


def test_a_folder_is_followed_and_told(known: CommandLine, telegram: Sandbox) -> None:
    """The list says where each subscription comes from; without the folder all is followed."""
    first, second, *_ = telegram.world.channels.values()

    def made() -> None:
        folder = Folder(id=5, title="Morning", channels=(second.id,))
        telegram.world.folder(telegram.world.find_person(PERSON), folder)

    telegram.run(made)
    assert known.run("parse", PERSON).status == 0
    assert known.run("follow", PERSON, f"@{first.username}").status == 0
    done = known.run("follow", PERSON, "--folder", "morning")
    assert done.out.startswith(f"Account {PERSON} follows the folder Morning: 1 channel.")
    shown = known.run("channels", PERSON)
    assert f"From the folder Morning: {second.title}." in shown.out
    assert f"By name or invite: {first.title}." in shown.out
    assert "it is in none of the folders that you follow" in shown.out
    facts = known.run("channels", PERSON, "--json").facts
    assert facts["folders"] == [{"id": 5, "title": "Morning", "channels": 1, "gone": False}]
    assert titles(known) == {first.title, second.title}
    done = known.run("unfollow", PERSON, "--folder", "Morning")
    assert "From the next parse on it follows its whole list" in done.out
    assert known.run("parse", PERSON, "--json").facts["channels"] == 15


@pytest.mark.parametrize(
    "words",
    [
        ("follow",),
        ("follow", "@a_name", "--folder", "A"),
        ("follow", "--folder", "A", "--depth", 1),
        ("unfollow",),
        ("unfollow", "@a_name", "--folder", "A"),
    ],
)
def test_a_folder_or_a_channel_is_given(known: CommandLine, words: tuple[object, ...]) -> None:
    """Neither, both, or a depth for a folder is no command."""
    done = known.run(words[0], PERSON, *words[1:])
    assert done.status == 2
    assert "--folder" in done.err or "goes with a channel" in done.err


def test_an_interval_pulls_the_next_reading_in(known: CommandLine, telegram: Sandbox) -> None:
    """One channel's own interval counts for it alone; default takes it back."""
    channel = next(iter(telegram.world.channels.values()))
    assert known.run("parse", PERSON).status == 0
    before = due(known)
    done = known.run("every", PERSON, 5, "--channel", channel.id)
    assert done.out.startswith(f"{channel.title}: read every 5 s")
    after = due(known)
    assert after.pop(channel.id) < before.pop(channel.id)
    assert after == before
    done = known.run("every", PERSON, "default", "--channel", channel.id, "--json")
    assert done.facts == {"account": PERSON, "channel": channel.id, "seconds": None}
    refused(known.run("every", PERSON, 5, "--channel", "@none_such", "--json"), "NoSuchChannel")


def due(line: CommandLine) -> dict[int, str]:
    """When each channel is read next, by its id."""
    found = line.run("channels", PERSON, "--json").facts["channels"]
    return {each["id"]: each["due_at"] for each in found}
