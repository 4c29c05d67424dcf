"""Near-duplicates as one, and topics."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.searching.folding import folded
from actors.searching.topics import asked, found

STORY = "Центральный банк повысил ключевую ставку до семнадцати процентов годовых"


def test_nearly_the_same_is_one_story() -> None:
    """A copy with another ending is folded; the same words about something else are not."""
    texts = [
        STORY,
        f"⚡ {STORY}!",
        f"{STORY}, сообщили в пятницу",
        "Банк закрыл отделение в городе",
    ]
    assert folded(texts) == [(0, 1, 2), (3,)]


def test_short_texts_are_one_only_if_equal() -> None:
    """«Да.» and «Да!» are the same, «Нет» is not; what has no words is on its own."""
    assert folded(["Да.", "Нет", "да!", "", "…"]) == [(0, 2), (1,), (3,), (4,)]


@given(st.lists(st.text(alphabet="abc ", max_size=30), max_size=20))
def test_every_text_is_in_one_group(texts: list[str]) -> None:
    """The groups are a partition, ordered by their first."""
    groups = folded(texts)
    assert sorted(index for group in groups for index in group) == list(range(len(texts)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)


def test_the_biggest_topic_comes_first() -> None:
    """A story is in the biggest topic of its tags, and single stories are in none."""
    tags = [["Банки", "рубль"], ["банки"], ["рубль"], ["рубль", "банки"], ["спорт"]]
    assert found(tags) == [("рубль", (0, 2, 3))]
    assert found([["one"], ["two"]]) == []


def test_topics_asked_for_are_found_in_tags_and_texts() -> None:
    """All words of a topic, in any form; a story is in the first topic that takes it."""
    stories = [["ставка"], [], ["футбол"]]
    texts = ["", "Ставки растут, банки рады", "Матч"]
    assert asked(["ставки", "банк", "хоккей"], stories, texts) == [
        ("ставки", (0, 1)),
        ("банк", ()),
        ("хоккей", ()),
    ]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3), max_size=12))
def test_no_story_is_in_two_topics(tags: list[list[str]]) -> None:
    """Topics share no story, each has two at least, and each of them has the tag."""
    topics = found(tags)
    members = [index for _, each in topics for index in each]
    assert len(members) == len(set(members))
    for tag, each in topics:
        assert len(each) >= 2
        assert all(tag in tags[index] for index in each)
