"""What is held of channels, drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actors import Channel
from bot.coverage_bar import HELD, HIDDEN, HOLE, OLDER, PARTLY, bar, newest_id, percent
from sandbox import Sandbox
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.terminals import terminal


def view(**values: Any) -> Channel:
    """A channel of which nothing was read, but for what is given."""
    nothing: dict[str, Any] = {
        "id": 1,
        "title": "News",
        "username": None,
        "posts": 0,
        "newest_at": None,
        "coverage": (),
        "floor": None,
        "source": "list",
        "state": "followed",
        "why": None,
        "visible_from": 0,
        "share": 0.0,
        "holes": (),
        "read_at": None,
        "due_at": None,
        "protected": False,
    }
    return Channel(**nothing | values)


def test_a_bar_tells_held_from_holes_and_from_what_is_older() -> None:
    """Ten cells for ids 1 to 100: two older, a hole of two and a half, all else held."""
    channel = view(coverage=((21, 41), (66, 101)), floor=21, holes=((41, 66),))
    assert bar(channel, 10) == OLDER * 2 + HELD * 2 + HOLE * 2 + PARTLY + HELD * 3
    assert newest_id(channel) == 100


def test_a_short_channel_fills_its_bar() -> None:
    """Each of two messages has half of the cells."""
    channel = view(coverage=((1, 2),), floor=1, holes=((2, 3),))
    assert bar(channel, 8) == HELD * 4 + HOLE * 4


def test_what_is_hidden_is_neither_older_nor_a_hole() -> None:
    """Ids that the account may not see are drawn so, whoever has read them; a cell that it sees
    in part shows that part.
    """  # noqa: D205
    channel = view(coverage=((21, 101),), floor=1, holes=((1, 21),), visible_from=35)
    assert bar(channel, 10) == HIDDEN * 3 + HELD * 7
    assert bar(view(coverage=((35, 41),), holes=((41, 51),), visible_from=50), 5) == HIDDEN * 5


def test_of_nothing_nothing_is_held() -> None:
    """A channel that was never read has an empty bar."""
    assert bar(view(), 5) == OLDER * 5


@given(cuts=st.sets(st.integers(1, 3000), min_size=2, max_size=20), cells=st.integers(1, 80))
def test_a_bar_never_claims_too_much(cuts: set[int], cells: int) -> None:
    """A cell is full only if all its ids were read, and all is full only if all was read."""
    ends = sorted(cuts)
    spans = tuple(zip(ends[::2], ends[1::2], strict=False))
    top = spans[-1][1]
    channel = view(coverage=spans, floor=1, holes=((top, top + 1),))
    drawn = bar(channel, cells)
    assert len(drawn) == cells
    assert drawn[-1] != HELD
    read = {number for first, end in spans for number in range(first, end)}
    for cell, mark in enumerate(drawn):
        ids = set(range(1 + cell * top // cells, 1 + (cell + 1) * top // cells))
        assert mark != HELD or ids <= read


def test_a_share_is_never_rounded_up() -> None:
    """All is 100 %; almost all is not, and a little is more than nothing."""
    shares = (0.0, 0.0001, 0.01, 0.5, 0.9999, 1.0)
    assert [*map(percent, shares)] == ["0 %", "<1 %", "1 %", "50 %", "99 %", "100 %"]


def test_coverage_of_all_channels(known: CommandLine, telegram: Sandbox) -> None:
    """After a shallow parse only the newest post of each is held, and the rest is older."""
    known.run("parse", PERSON, "--depth", 1)
    shown, facts = known.run("coverage", PERSON), known.run("coverage", PERSON, "--json").facts
    for channel in facts["channels"]:
        total = len(telegram.world.channels[channel["id"]].posts)
        assert (channel["newest_id"], channel["missing"]) == (total, 0)
        assert 0.99 / total < channel["share"] <= 1
        (row,) = [line for line in shown.out.splitlines() if f" {channel['title']} " in line]
        assert OLDER * (20 - 20 // total - 1) in row
        assert row.count(HELD) >= 20 // total
    assert "still to be read" in shown.out
    assert "\x1b" not in shown.out


def test_coverage_of_one_channel_names_its_holes(known: CommandLine, telegram: Sandbox) -> None:
    """What came and could not be read is a hole, which the next parse fills."""
    channel = next(each for each in telegram.world.channels.values() if each.username)
    known.run("parse", PERSON)
    held = len(channel.posts)
    telegram.publish_many(channel.id, ["More."] * 3)
    telegram.faults.error("messages.getHistory", "CHANNEL_PRIVATE", times=1)
    known.run("parse", PERSON)
    shown = known.run("coverage", PERSON, f"@{channel.username}")
    assert shown.status == 0, shown
    assert HELD in shown.out
    assert f"Read: 1 to {held}." in shown.out
    assert f"Still to be read: {held + 1} to {held + 3}." in shown.out
    known.run("parse", PERSON)
    assert "Still to be read: nothing." in known.run("coverage", PERSON, channel.id).out


def test_coverage_tells_what_telegram_hides(known: CommandLine, telegram: Sandbox) -> None:
    """A history that begins late for the account is hidden before, and all of the rest is held."""
    channel = next(each for each in telegram.world.channels.values() if each.username)
    telegram.publish_many(channel.id, ["More."] * 30)
    person = telegram.world.find_person(PERSON)
    telegram.run(lambda: telegram.world.hide_history(person, channel, channel.last_id // 2))
    known.run("parse", PERSON)
    shown = known.run("coverage", PERSON, channel.id)
    assert HIDDEN + HELD in shown.out
    assert OLDER not in shown.out.splitlines()[1]
    assert f"hides messages up to {channel.last_id // 2} from this account" in shown.out
    (facts,) = known.run("coverage", PERSON, channel.id, "--json").facts["channels"]
    assert (facts["visible_from"], facts["share"]) == (channel.last_id // 2, 1.0)


def test_coverage_of_a_channel_nobody_knows(known: CommandLine) -> None:
    """It is refused with the command that lists the known ones."""
    refused(known.run("coverage", PERSON, "@none_such", "--json"), "NoSuchChannel", "channels")


def test_the_bars_fit_a_narrow_terminal(known: CommandLine) -> None:
    """At 60 columns titles are cut, and bars are not."""
    known.run("parse", PERSON)
    with terminal(known, "coverage", PERSON, columns=60) as shown:
        assert shown.read_all() == 0
    rows = [line for line in shown.text.splitlines() if HELD * 20 in line]
    assert len(rows) == 15
