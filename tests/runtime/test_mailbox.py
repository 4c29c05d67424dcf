"""The mailbox against a deque: every message accepted is taken once, in order."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runtime.errors import ActorStopped, MailboxFull
from runtime.mailbox import PARKED, URGENT_BOUND, Envelope, Mailbox
from runtime.messages import Message, Urgent, message
from runtime.replies import Reply
from tests.examples import examples

BOUND = 3


@message
class Numbered(Message):
    number: int


@message
class Pressing(Urgent):
    number: int


class Kept(Reply):
    """A reply that keeps what it is told."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        super().__init__("kept")
        self.told: list[object] = []

    def answer(self, value: Any) -> None:
        self.told.append(value)

    def refuse(self, error: BaseException) -> None:
        self.told.append(error)


def envelope(content: Message, reply: Reply | None = None) -> Envelope:
    return Envelope(content, contextvars.Context(), reply)


def box(summons: list[int] | None = None, bound: int = BOUND) -> Mailbox:
    counted = [] if summons is None else summons
    return Mailbox("box", bound, lambda: counted.append(1))


class MailboxAgainstDeque(RuleBasedStateMachine):
    """One mailbox, used as its actor's threads do; a deque and a counter say what is right."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.summons: list[int] = []
        self.mailbox = box(self.summons)
        self.accepted: deque[Message] = deque()
        self.urgent: deque[Message] = deque()
        self.parked: deque[tuple[Message, Kept]] = deque()
        self.refused: list[Kept] = []
        self.attended = False
        self.closed = self.sealed = False
        self.count = 0
        self.summoned = 0

    def teardown(self) -> None:
        self.loop.close()

    def _summon(self) -> None:
        if not self.attended:
            self.summoned += 1
            self.attended = True

    @rule(may_park=st.booleans())
    def put(self, may_park: bool) -> None:
        self.count += 1
        content, reply = Numbered(number=self.count), Kept()
        if self.closed:
            with pytest.raises(ActorStopped, match="the test closed it"):
                self.mailbox.put(envelope(content, reply), park=may_park)
        elif len(self.accepted) < BOUND:
            assert self.mailbox.put(envelope(content, reply), park=may_park)
            self.accepted.append(content)
            self._summon()
        elif may_park:
            assert not self.mailbox.put(envelope(content, reply), park=True)
            self.parked.append((content, reply))
        else:
            with pytest.raises(MailboxFull):
                self.mailbox.put(envelope(content, reply))

    @rule()
    def put_urgent(self) -> None:
        self.count += 1
        content = Pressing(number=self.count)
        if self.sealed:
            with pytest.raises(ActorStopped):
                self.mailbox.put(envelope(content))
        elif len(self.urgent) < URGENT_BOUND:
            assert self.mailbox.put(envelope(content))
            self.urgent.append(content)
            self._summon()

    @precondition(lambda self: self.parked)
    @rule(data=st.data())
    def a_parked_caller_leaves(self, data: st.DataObject) -> None:
        leaver = data.draw(st.sampled_from(sorted(range(len(self.parked)))))
        self.parked[leaver][1].give_up()
        del self.parked[leaver]

    @precondition(lambda self: self.accepted or self.closed)
    @rule()
    def take(self) -> None:
        taken = self.loop.run_until_complete(
            asyncio.wait_for(self.mailbox.take(self.mailbox.work), 5.0)
        )
        if not self.accepted:
            assert taken is None
            return
        assert taken is not None
        assert taken.message == self.accepted.popleft()
        if self.parked:
            content, reply = self.parked.popleft()
            self.accepted.append(content)
            assert not reply.parked

    @precondition(lambda self: self.urgent)
    @rule()
    def take_urgent(self) -> None:
        taken = self.loop.run_until_complete(
            asyncio.wait_for(self.mailbox.take(self.mailbox.urgent), 5.0)
        )
        assert taken is not None
        assert taken.message == self.urgent.popleft()

    @precondition(lambda self: self.attended)
    @rule()
    def leave(self) -> None:
        may = not self.closed and not self.accepted and not self.urgent
        assert self.mailbox.leave() is may
        self.attended = not may

    @precondition(lambda self: self.count > 12)
    @rule(seal=st.booleans())
    def close(self, seal: bool) -> None:
        if seal:
            self.mailbox.seal("the test closed it")
        else:
            assert self.mailbox.close("the test closed it") is self.attended
        self.closed, self.sealed = True, self.sealed or seal
        for _, reply in self.parked:
            assert [type(each) for each in reply.told] == [ActorStopped]
        self.parked.clear()

    @invariant()
    def it_agrees(self) -> None:
        assert self.mailbox.work.depth == len(self.accepted)
        assert self.mailbox.depth == len(self.accepted) + len(self.urgent)
        assert len(self.summons) == self.summoned
        assert not self.parked or len(self.accepted) == BOUND
        assert not [reply for _, reply in self.parked if reply.told]


TestMailboxAgainstDeque = MailboxAgainstDeque.TestCase
TestMailboxAgainstDeque.settings = settings(
    max_examples=examples(60), stateful_step_count=60, deadline=None
)


def test_a_mailbox_needs_room() -> None:
    """A bound of less than one message is refused when the mailbox is made."""
    with pytest.raises(ValueError, match="room for at least one message, not 0"):
        box(bound=0)


def test_parking_has_a_bound_of_its_own() -> None:
    """Callers are parked up to a limit and then refused; those who left do not count."""
    mailbox = box(bound=1)
    mailbox.put(envelope(Numbered(number=0)))
    replies = [Kept() for _ in range(PARKED)]
    for reply in replies:
        assert not mailbox.put(envelope(Numbered(number=1), reply), park=True)
    with pytest.raises(MailboxFull):
        mailbox.put(envelope(Numbered(number=2), Kept()), park=True)
    replies[PARKED // 2].give_up()
    assert not mailbox.put(envelope(Numbered(number=2), Kept()), park=True)
    assert mailbox.work.parked == PARKED
    assert "depth=1/1 parked=10000" in repr(mailbox)


def test_parked_callers_are_admitted_in_order() -> None:
    """Each message taken admits the first of those who still wait for room; a close refuses all."""
    mailbox = box(bound=1)
    assert mailbox.put(envelope(Numbered(number=0)))
    replies = [Kept() for _ in range(4)]
    for number, reply in enumerate(replies, start=1):
        assert not mailbox.put(envelope(Numbered(number=number), reply), park=True)
    replies[1].give_up()

    async def take() -> int:
        taken = await asyncio.wait_for(mailbox.take(mailbox.work), 5.0)
        assert taken is not None
        assert isinstance(taken.message, Numbered)
        return taken.message.number

    assert [asyncio.run(take()) for _ in range(2)] == [0, 1]
    assert [reply.parked for reply in replies] == [False, True, False, True]
    assert not mailbox.leave()
    assert mailbox.close("the test closed it")
    assert [len(reply.told) for reply in replies] == [0, 0, 0, 1]
    assert asyncio.run(take()) == 3
    assert mailbox.depth == 0


def test_what_nobody_took_is_handed_over_once() -> None:
    """Leftovers are all that was accepted, urgent first; a second look finds none."""
    mailbox = box()
    for number in range(2):
        mailbox.put(envelope(Numbered(number=number)))
    mailbox.put(envelope(Pressing(number=9)))
    mailbox.seal("over")
    left = [each.message for each in mailbox.take_all()]
    assert left == [Pressing(number=9), Numbered(number=0), Numbered(number=1)]
    assert mailbox.take_all() == []
    assert mailbox.close("again")
    with pytest.raises(ActorStopped, match=r"box has stopped \(over\)"):
        mailbox.put(envelope(Pressing(number=1)))


def test_a_long_burst_lets_the_loop_breathe() -> None:
    """While a thousand messages are taken, other tasks on the loop run every 128 at least."""

    async def main() -> tuple[int, int]:
        mailbox, between, longest = box(bound=1000), 0, 0
        for number in range(1000):
            mailbox.put(envelope(Numbered(number=number)))
        done = False

        async def other() -> None:
            nonlocal between, longest
            while not done:
                longest, between = max(longest, between), 0
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        for _ in range(1000):
            await mailbox.take(mailbox.work)
            between += 1
        done = True
        await task
        return longest, between

    longest, _ = asyncio.run(main())
    assert 0 < longest <= 130


def test_a_halted_consumer_leaves_what_was_accepted() -> None:
    """`halt` ends a wait even when a message has just come for it; the next consumer takes it."""

    async def main() -> tuple[Envelope | None, Envelope | None]:
        mailbox = box()
        assert mailbox.attend()
        waiting = asyncio.create_task(mailbox.take(mailbox.work))
        await asyncio.sleep(0)
        mailbox.put(envelope(Numbered(number=1)))
        mailbox.halt()
        halted = await waiting
        assert not mailbox.leave()
        mailbox.resume()
        return halted, await mailbox.take(mailbox.work)

    halted, taken = asyncio.run(asyncio.wait_for(main(), 5.0))
    assert halted is None
    assert taken is not None
    assert taken.message == Numbered(number=1)


def test_the_oldest_message_shows_its_age() -> None:
    """The age of the oldest accepted message is that of the next one to be taken."""
    mailbox = box()
    assert mailbox.oldest(0.0) == 0.0
    first, second = envelope(Numbered(number=1)), envelope(Numbered(number=2))
    mailbox.put(first)
    mailbox.put(second)
    assert mailbox.oldest(first.sent + 5.0) == 5.0
