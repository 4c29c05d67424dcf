"""Which topics a period had, and what belongs to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from actors.searching.words import akin, folded, words

MOST = 8
"""Topics that are found by themselves."""
FEWEST = 2
"""Stories that make a topic."""


def found(tags: Sequence[Sequence[str]], most: int = MOST) -> list[tuple[str, tuple[int, ...]]]:
    """Return topics with the indices of the stories in each, given each story's tags.

    The tag with the most stories takes them all, and so on with the rest; a story is in one topic.
    """
    left = {index: {folded(tag): tag for tag in each} for index, each in enumerate(tags)}
    topics: list[tuple[str, tuple[int, ...]]] = []
    while len(topics) < most:
        counts = Counter(tag for each in left.values() for tag in each)
        tag, stories = max(counts.items(), key=lambda each: (each[1], each[0]), default=("", 0))
        if stories < FEWEST:
            break
        members = tuple(index for index, each in left.items() if tag in each)
        topics.append((left[members[0]][tag], members))
        for index in members:
            del left[index]
    return topics


def asked(
    topics: Sequence[str], tags: Sequence[Sequence[str]], texts: Sequence[str]
) -> list[tuple[str, tuple[int, ...]]]:
    """Return the topics asked for with the indices of the stories in each.

    A story belongs to the first topic of whose words each is in its tags or its text.
    """
    said = [
        {word for _, _, word in words(" ".join([*tag, text]))}
        for tag, text in zip(tags, texts, strict=True)
    ]
    taken: set[int] = set()
    result = []
    for topic in topics:
        wanted = [word for _, _, word in words(topic)]
        members = tuple(
            index
            for index, story in enumerate(said)
            if wanted and index not in taken and all(_speaks(story, word) for word in wanted)
        )
        taken.update(members)
        result.append((topic, members))
    return result


def _speaks(said: set[str], word: str) -> bool:
    return word in said or any(akin(other, word) for other in said)
