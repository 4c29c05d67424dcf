"""The queue of what is not confirmed."""

import pytest
from aiogram.types import Chat, Message

from sandbox.botapi.updates import Updates
from tests.sandbox.botapi.bots import START


def _message(number: int) -> Message:
    return Message.model_validate(
        {"message_id": number, "date": START, "chat": Chat(id=1, type="private")}
    )


def _filled(count: int, **options: int) -> Updates:
    updates = Updates(**options)
    for number in range(count):
        updates.add("message", _message(number))
    return updates


def _numbers(updates: Updates) -> list[int]:
    return [
        each.message.message_id for each in updates.first(100) or [] if each.message is not None
    ]


def test_an_offset_confirms_what_is_before_it() -> None:
    """The rest comes again until it is confirmed."""
    updates = _filled(3)
    first = (updates.first(1) or [])[0].update_id
    assert _numbers(updates) == _numbers(updates) == [0, 1, 2]
    updates.confirm(first + 1)
    assert _numbers(updates) == [1, 2]
    updates.confirm(first + 100)
    assert updates.first(100) is None


@pytest.mark.parametrize(
    ("offset", "left"), [(-1, [2]), (-2, [1, 2]), (-9, [0, 1, 2]), (0, [0, 1, 2])]
)
def test_a_negative_offset_counts_from_the_end(offset: int, left: list[int]) -> None:
    """All that is older is forgotten."""
    updates = _filled(3)
    updates.confirm(offset)
    assert _numbers(updates) == left


def test_kinds_that_are_not_wanted_are_never_queued() -> None:
    """What was said stays so until something else is; an empty list is the usual kinds."""
    updates = Updates()
    updates.allow(["edited_message"])
    updates.allow(None)
    updates.add("message", _message(1))
    updates.add("edited_message", _message(2))
    assert [each.event_type for each in updates.first(9) or []] == ["edited_message"]
    updates.allow([])
    updates.add("message", _message(3))
    assert len(updates) == 2


def test_some_kinds_come_only_if_they_are_named() -> None:
    """Reactions are not among the usual ones."""
    updates = Updates()
    updates.add("message_reaction", None)
    assert len(updates) == 0
    updates.allow(["message_reaction"])
    updates.add("message_reaction", None)
    assert len(updates) == 1


def test_a_poll_is_current_until_the_next() -> None:
    """Only the newest may be answered."""
    updates = Updates()
    first = updates.begin()
    assert updates.is_current(first)
    second = updates.begin()
    assert (updates.is_current(first), updates.is_current(second)) == (False, True)


def test_the_queue_is_bounded() -> None:
    """Of too many the oldest are lost."""
    assert _numbers(_filled(4, kept=3)) == [1, 2, 3]
