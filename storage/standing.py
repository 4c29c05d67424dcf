"""The decision how an account stands to the channels that a list has, and to those it has not.

Theory of operation. What a person named stays followed, whatever lists say. Of the rest the list is
followed, or only the folders that the person chose. If that is more than the account may follow,
what is followed goes on, and the places that are left go to the first in the list's order: lists
change their order with every post, and what is read must not change with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage.rows import Folder

LISTED = "list"
IN_FOLDER = "folder:"
NAMED = "chosen"
"""Where a subscription comes from: the account's list, one of its folders, or a name."""

LEFT, OUTSIDE, OVER = "left", "outside", "over the limit"
"""Why a channel is not followed, as far as lists decide that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands to a channel."""

    channel: int
    source: str = LISTED
    why: str | None = None
    """Why it is not followed; None: it is, if it is wanted."""
    wanted: bool = True
    private: bool = False
    position: int = 0

    @property
    def is_named(self) -> bool:
        """Whether the person named it, and no list decides about it."""
        return self.source != LISTED and not self.source.startswith(IN_FOLDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What Telegram lists for an account, and what of it the account has chosen."""

    channels: Sequence[int]
    complete: bool
    """Whether a channel that is not among them was left."""
    chosen: Sequence[int] = ()
    """The folders that are followed; none: the whole list is."""
    folders: Sequence[Folder] | None = None
    """The folders there are; None: nobody has looked."""

    @property
    def is_sure(self) -> bool:
        """Whether what is in no folder here is in none."""
        if not self.chosen:
            return True
        found = [each for each in self.folders or () if each.id in self.chosen]
        return self.folders is not None and all(each.complete for each in found)

    def source(self, channel: int) -> str | None:
        """Where a channel's subscription comes from; None for what is in no followed folder."""
        if not self.chosen:
            return LISTED
        holding = {each.id for each in self.folders or () if channel in each.channels}
        return next((f"{IN_FOLDER}{each}" for each in self.chosen if each in holding), None)


def decide(
    before: Mapping[int, Standing], listed: Listed, most: int | None = None
) -> dict[int, Standing]:
    """Return how the account stands from now on to all that it stood to, or that is listed.

    `most` is how many channels it may follow, None: any number.
    """
    known = dict(before)
    for place, channel in enumerate(listed.channels, 1):
        known[channel] = _seen(before.get(channel), channel, place, listed)
    for channel in known.keys() - set(listed.channels):
        known[channel] = _unseen(known[channel], is_complete=listed.complete)
    return _limited(known, before, most)


def _seen(before: Standing | None, channel: int, place: int, listed: Listed) -> Standing:
    source = listed.source(channel)
    why = None
    if before is not None and before.is_named:
        source = before.source
    elif source is None and not listed.is_sure and before is not None and before.why is None:
        source = before.source  # it may be in a folder that was not seen whole
    elif source is None:
        source, why = LISTED, OUTSIDE
    wanted = before is None or before.wanted
    private = before is not None and before.private
    return Standing(
        channel=channel, source=source, why=why, wanted=wanted, private=private, position=place
    )


def _unseen(before: Standing, *, is_complete: bool) -> Standing:
    is_member = before.why in {None, OUTSIDE, OVER}
    if is_complete and is_member and (before.private or not before.is_named):
        return replace(before, why=LEFT)
    return before


def _limited(
    known: dict[int, Standing], before: Mapping[int, Standing], most: int | None
) -> dict[int, Standing]:
    def place(each: Standing) -> tuple[bool, bool, int]:
        was = before.get(each.channel)
        return not each.is_named, was is None or was.why is not None, each.position

    wanting = [each for each in known.values() if each.wanted and each.why in {None, OVER}]
    for number, each in enumerate(sorted(wanting, key=place)):
        is_over = most is not None and number >= most
        known[each.channel] = replace(each, why=OVER if is_over else None)
    return known
