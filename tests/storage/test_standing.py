"""How an account stands to its channels, decided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.rows import Folder
from storage.standing import IN_FOLDER, LISTED, NAMED, Listed, Standing, decide


def folder(id_: int, *channels: int, complete: bool = True) -> Folder:
    """A folder as Telegram lists it."""
    return Folder(id=id_, title=f"folder {id_}", channels=channels, complete=complete)


def listed(*channels: int, complete: bool = True, chosen: tuple[int, ...] = ()) -> Listed:
    """A list that was made without a look at folders."""
    return Listed(channels=channels, complete=complete, chosen=chosen)


def in_folders(*folders: Folder, channels: tuple[int, ...] = (1, 2, 3)) -> Listed:
    """A list with the folders there are, of which 7 and 8 are followed."""
    return Listed(channels=channels, complete=True, chosen=(7, 8), folders=folders)


def stood(*standings: Standing) -> dict[int, Standing]:
    """What was decided before."""
    return {each.channel: each for each in standings}


def whys(found: dict[int, Standing]) -> dict[int, str | None]:
    """Why each channel is not followed."""
    return {each.channel: each.why for each in found.values()}


def test_the_whole_list_is_followed_in_its_order() -> None:
    """Without a followed folder every channel is, from the list."""
    found = decide({}, listed(3, 1))
    assert [(each.channel, each.source, each.position) for each in found.values()] == [
        (3, LISTED, 1),
        (1, LISTED, 2),
    ]
    assert whys(found) == {3: None, 1: None}


def test_of_the_list_only_followed_folders_are_followed() -> None:
    """The first folder that holds a channel is where it comes from; the rest is outside."""
    found = decide({}, in_folders(folder(8, 1), folder(7, 1, 2, 99), folder(9, 3)))
    assert whys(found) == {1: None, 2: None, 3: "outside"}
    assert [found[each].source for each in (1, 2, 3)] == ["folder:7", "folder:7", LISTED]


def test_what_leaves_a_folder_is_followed_no_more_and_comes_back() -> None:
    """A folder is followed as it changes, also when it is empty or gone at Telegram."""
    first = decide({}, in_folders(folder(7, 1, 2)))
    second = decide(first, in_folders(folder(7, 2, 3)))
    assert whys(second) == {1: "outside", 2: None, 3: None}
    gone = decide(second, in_folders())
    assert set(whys(gone).values()) == {"outside"}
    assert whys(decide(gone, in_folders(folder(7, 1)))) == {1: None, 2: "outside", 3: "outside"}


def test_what_was_named_or_is_not_wanted_stays_so() -> None:
    """No folder decides about a channel that the person named, and none brings back another."""
    before = stood(
        Standing(channel=1, source=NAMED),
        Standing(channel=2, wanted=False),
        Standing(channel=5, source=NAMED),
    )
    found = decide(before, in_folders(folder(7, 2)))
    assert (found[1].source, found[1].why) == (NAMED, None)
    assert not found[2].wanted
    assert found[5].why is None


def test_a_folder_that_was_not_seen_whole_ends_nothing() -> None:
    """What is followed goes on while it is not known to have left; what is new has to wait."""
    before = decide({}, in_folders(folder(7, 1)))
    looks = (
        in_folders(folder(7, complete=False)),
        Listed(channels=(1, 2), complete=True, chosen=(7,)),
    )
    for look in looks:
        found = decide(before, look)
        assert (found[1].source, found[1].why) == ("folder:7", None)
        assert found[2].why == "outside"


def test_without_folders_the_list_is_followed_again() -> None:
    """With the last folder unfollowed, what was outside comes back from the list."""
    found = decide(decide({}, in_folders(folder(7, 1))), listed(1, 2, 3))
    assert {each.source for each in found.values()} == {LISTED}
    assert set(whys(found).values()) == {None}


def test_a_whole_list_tells_what_was_left() -> None:
    """A channel that is missing was left, followed or not; a public one that was named was not."""
    before = stood(
        Standing(channel=1),
        Standing(channel=2, why="outside"),
        Standing(channel=3, why="over the limit"),
        Standing(channel=4, why="banned"),
        Standing(channel=5, source=NAMED),
        Standing(channel=6, source=NAMED, private=True),
        Standing(channel=7, source="folder:7"),
    )
    left = whys(decide(before, listed()))
    assert left == {1: "left", 2: "left", 3: "left", 4: "banned", 5: None, 6: "left", 7: "left"}
    kept = whys(decide(before, listed(complete=False)))
    assert kept == {**dict.fromkeys((1, 3, 5, 6, 7)), 2: "outside", 4: "banned"}


def test_no_more_are_followed_than_may_be() -> None:
    """The first of the list are; what is followed stays when the order of the list changes."""
    first = decide({}, listed(1, 2, 3), 2)
    assert whys(first) == {1: None, 2: None, 3: "over the limit"}
    turned = decide(first, listed(3, 4, 2, 1), 2)
    assert whys(turned) == {1: None, 2: None, 3: "over the limit", 4: "over the limit"}
    assert whys(decide(turned, listed(3, 4, 2), 2)) == {
        **dict.fromkeys((2, 3)),
        4: "over the limit",
        1: "left",
    }
    assert set(whys(decide(turned, listed(1, 2, 3, 4))).values()) == {None}


def test_what_was_named_takes_a_place_and_keeps_it() -> None:
    """A lower limit ends what is followed from the list first; the unwanted takes no place."""
    before = stood(
        Standing(channel=1, position=1),
        Standing(channel=2, wanted=False),
        Standing(channel=9, source=NAMED, position=9),
    )
    assert whys(decide(before, listed(1, 2), 1)) == {1: "over the limit", 2: None, 9: None}


CHANNELS = st.lists(st.integers(1, 6), unique=True, max_size=6).map(tuple)
LISTS = st.builds(
    Listed,
    channels=CHANNELS,
    complete=st.booleans(),
    chosen=st.sampled_from([(), (7,), (7, 8)]),
    folders=st.none()
    | st.tuples(
        st.builds(folder, st.just(7), st.integers(1, 6), complete=st.booleans()),
        st.builds(folder, st.just(8), st.integers(1, 6), complete=st.booleans()),
    ),
)


@given(lists=st.lists(LISTS, min_size=1, max_size=5), most=st.none() | st.integers(0, 3))
def test_a_list_that_is_seen_again_changes_nothing(lists: list[Listed], most: int | None) -> None:
    """Whatever came before, the limit holds, a folder's channel is in it, and looking twice is
    as looking once.
    """  # noqa: D205
    found: dict[int, Standing] = {}
    for each in lists:
        found = decide(found, each, most)
        followed = [one for one in found.values() if one.why is None]
        assert most is None or len(followed) <= most
        if each.is_sure and each.chosen:
            for one in followed:
                if one.channel in each.channels:
                    assert one.source.startswith(IN_FOLDER)
        assert decide(found, each, most) == found
