"""Two people do at the bot whatever comes to their mind."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest
from aiogram.types import CallbackQuery, InaccessibleMessage, Message
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from PIL import Image

import actors
from actors.house import House
from bot.chat.admin_data import Ban, Draft, Go, People, Revoke, Somebody
from bot.chat.app import Chat
from bot.chat.menu import LOG_IN
from bot.texts.commands import COMMANDS
from sandbox import Channel, Sandbox, World
from sandbox.botapi import BotApi, Person
from sandbox.botapi.pressing import Press
from storage.sessions import new_key
from tests.bot.chat.conftest import serving
from tests.bot.chat.talking import PERSON
from tests.scenarios.reading import admit

PEOPLE = (PERSON, 5551112223)
MARKS = ("quokkamarked", "narwhalmarked")
"""A word of each person's own private channel, which nobody else may ever be shown."""
PATIENCE = 30.0

whose = st.integers(0, 1)
picks = st.integers(0, 10_000)
words = st.one_of(
    st.sampled_from([
        "rocket", "/search rocket", "/ask what about the rocket?", "/search", "/ask", "/nonsense",
        "@channel", "@common", "https://t.me/common/1", "folder:News", "https://t.me/+AbCdEf0123",
        "12345", "code 1-2-3-4-5", "+49 151 2345678", "Europe/Moscow", "Mars/Phobos", "08:30",
        "<b>not closed", "a&b <script>", "x" * 4000, "/start inv_nothing", "/start@reader_bot",
        "[1](tg://user?id=7) _*`", "\u202egnihton", "😀" * 60, "ставка",
    ]),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=60).filter(
        lambda text: bool(text.strip())
    ),
)  # fmt: skip
guesses = st.one_of(
    st.sampled_from([
        *(Go(to=to).pack() for to in ("home", "machine", "unread", "search", "draft")),
        *(Ban(account=PEOPLE[0], what=what).pack() for what in ("ask", "now", "lift")),
        People().pack(), Somebody(account=PEOPLE[1]).pack(), LOG_IN,
        Revoke(invite=1, surely=True).pack(), Draft(key="k", make=True).pack(),
        "", ":", "sp:x:99999999999999999999", "cp|-1|", "co|x|y|z", "dn:100000", "x" * 64,
    ]),
    st.text(st.characters(codec="ascii"), min_size=1, max_size=64),
)  # fmt: skip
"""What no button of theirs says."""


class Faults(logging.Handler):
    """Keeps what is a bug: whatever is logged as an error by the bot, or by who runs it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it, with its trace."""
        self.seen.append(logging.Formatter().format(record))


class Pair:
    """The bot, and the two people who talk to it."""

    def __init__(
        self,
        portal: BlockingPortal,
        house: House,
        chat: Chat,
        telegram: Sandbox,
        api: BotApi,
        private: list[Channel],
    ) -> None:
        self.portal, self.house, self.chat, self.telegram = portal, house, chat, telegram
        self.private = private
        self.people = [
            api.person(account, first_name=f"P{number}", language_code=language)
            for number, (account, language) in enumerate(zip(PEOPLE, ("en", "ru"), strict=True))
        ]
        self.buttons: list[list[tuple[Message, str]]] = [[], []]
        self.answers: list[list[str]] = [[], []]
        self.faults = Faults()
        self.failures: list[str] = []

    def begin(self) -> None:
        """Have both logged in and all read, and each shown what is theirs."""
        for number, person in enumerate(self.people):
            self.heard(number, person.start)
            self.heard(number, partial(person.send, "/cancel"))
            self.portal.call(self._ready, person.id)
            self.heard(number, partial(person.send, "/channels"))
            assert MARKS[number] in "".join(self.shown(number)).lower()

    async def _ready(self, account: int) -> None:
        user = self.house.user(account)
        if (await user.status()).state != "READY":
            await user.cancel_login()
            await admit(self.house, self.telegram, account)
        await user.parse()

    def heard(self, number: int, act: Callable[[], object]) -> None:
        """Do something, and wait until the bot has said or changed anything."""
        person = self.people[number]
        before = self._said(person)
        act()
        bell = person._account.bell
        changed = bell.wait(lambda: self._said(person) != before or None, PATIENCE)
        assert changed, f"no answer: {[each.text for each in person.inbox[-3:]]}"
        self._look(number)

    def pressed(self, number: int, message: Message | InaccessibleMessage, data: str) -> None:
        """Press a button that may not be there, and wait until the press is answered."""
        person = self.people[number]
        account = person._account
        with account.bell:
            query = account.queries.open(person.id, account.clock())
            happened = CallbackQuery(
                id=query.id,
                from_user=person._figure.user,
                chat_instance=str(person.id),
                message=message,
                data=data,
            )
            account.updates.add("callback_query", happened)
            account.bell.ring()
        answer = Press(account, query).answered(PATIENCE)
        self.answers[number].append(answer.text)
        self._look(number)

    def _said(self, person: Person) -> int:
        shown = [each for each in person.inbox if not each.is_mine]
        return sum(1 + len(each.edits) + each.is_deleted for each in shown)

    def _look(self, number: int) -> None:
        """Keep every button that was ever shown."""
        known = {(message.message_id, data) for message, data in self.buttons[number]}
        for each in self.people[number].inbox:
            self.buttons[number] += [
                (each.message, data) for data in each.data if (each.id, data) not in known
            ]

    def shown(self, number: int) -> Iterator[str]:
        """Whatever a person has been shown by the bot, now or before."""
        yield from self.answers[number]
        for each in self.people[number].inbox:
            if not each.is_mine:
                yield from (
                    each.html,
                    *each.edits,
                    *(label for row in each.keyboard for label in row),
                )
                yield (each.document or b"").decode("utf-8", "ignore")


class Fuzz(RuleBasedStateMachine):
    """Random updates in a random order."""

    pair: ClassVar[Pair]

    @initialize()
    def begin(self) -> None:
        """Let both be logged in."""
        self.pair.begin()

    @rule(who=whose, name=st.sampled_from(sorted(COMMANDS)))
    def command(self, who: int, name: str) -> None:
        """Send a command."""
        self.pair.heard(who, partial(self.pair.people[who].send, f"/{name}"))

    @rule(who=whose, text=words)
    def text(self, who: int, text: str) -> None:
        """Send a text."""
        self.pair.heard(who, partial(self.pair.people[who].send, text))

    @rule(who=whose, pick=picks, times=st.integers(1, 2))
    def press(self, who: int, pick: int, times: int) -> None:
        """Press a button that the person was shown at any time, maybe twice."""
        if seen := self.pair.buttons[who]:
            message, data = seen[-1 - pick % len(seen)]
            for _ in range(times):
                self.pair.pressed(who, message, data)

    @rule(who=whose, pick=picks)
    def forge(self, who: int, pick: int) -> None:
        """Press what only the other person was shown, under a message of one's own."""
        mine, theirs = self.pair.buttons[who], self.pair.buttons[1 - who]
        if mine and theirs:
            _, data = theirs[-1 - pick % len(theirs)]
            self.pair.pressed(who, mine[pick % len(mine)][0], data)

    @rule(who=whose, data=guesses, pick=picks, is_old=st.booleans())
    def guess(self, who: int, data: str, pick: int, is_old: bool) -> None:
        """Press what nobody was shown; of an old message Telegram says no more than its number."""
        if mine := self.pair.buttons[who]:
            message: Message | InaccessibleMessage = mine[pick % len(mine)][0]
            if is_old:
                message = InaccessibleMessage(chat=message.chat, message_id=message.message_id)
            self.pair.pressed(who, message, data)

    @rule(who=whose, pick=picks, text=words)
    def edit(self, who: int, pick: int, text: str) -> None:
        """Edit a plain message of one's own; the bot need not answer that."""
        person = self.pair.people[who]
        sent = [
            each
            for each in person.inbox
            if each.is_mine
            and not each.is_deleted
            and each.message.text is not None
            and each.message.entities is None
        ]
        if sent:
            person.edit(sent[pick % len(sent)], text)

    @rule(who=whose, of=whose)
    def forward(self, who: int, of: int) -> None:
        """Forward a post of a private channel, one's own or not."""
        channel = self.pair.private[of]
        person = self.pair.people[who]
        self.pair.heard(who, lambda: person.forward(channel.id, "A channel", None, 1, "a post"))

    @rule(who=whose, caption=st.one_of(st.none(), words))
    def photo(self, who: int, caption: str | None) -> None:
        """Send a picture."""
        self.pair.heard(who, lambda: self.pair.people[who].send_photo(picture(), caption=caption))

    @rule(who=whose)
    def contact(self, who: int) -> None:
        """Share a phone number."""
        self.pair.heard(who, lambda: self.pair.people[who].send_contact("+15550100"))

    @rule(who=whose)
    def block(self, who: int) -> None:
        """Block the bot, and come back."""
        person = self.pair.people[who]
        person.block()
        self.pair.heard(who, person.start)

    @invariant()
    def nothing_is_a_bug(self) -> None:
        """Nobody has raised what is not a refusal."""
        assert self.pair.faults.seen == []

    def teardown(self) -> None:
        """Nobody was shown what is the other's, and nobody is an operator by a guess."""
        if sys.exc_info()[1] is None:
            try:
                self._apart()
            except AssertionError:
                self.pair.failures.append(traceback.format_exc())
                raise
        else:
            self.pair.failures.append(traceback.format_exc())

    def _apart(self) -> None:
        for number, mark in enumerate(MARKS):
            assert not [text for text in self.pair.shown(1 - number) if mark in text.lower()]
        house = self.pair.house
        assert self.pair.portal.call(house.invites) == ()
        assert not [
            each for each in self.pair.portal.call(house.visitors) if each.banned_at is not None
        ]


def picture() -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def world() -> World:
    """A world with both people in it."""
    made = World()
    for number, account in enumerate(PEOPLE):
        made.person(account, first_name=f"P{number}")
    return made


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """A private channel of each, and a public one that both follow."""
    common = world.channel("Common", username="common")
    private = [world.channel(f"{mark.title()} club") for mark in MARKS]
    for number, account in enumerate(PEOPLE):
        world.follow(world.people[account], common)
        world.follow(world.people[account], private[number])
        for post in range(3):
            world.publish(private[number], f"The {MARKS[number]} rocket, part {post}.")
    world.publish(common, "A rocket for all.")
    return private


@pytest.fixture
def pair(
    telegram: Sandbox, channels: list[Channel], api: BotApi, dsn: str, folder: Path
) -> Iterator[Pair]:
    """The bot on a loop of its own, beside which the test may wait."""
    opened = actors.open(
        data=folder,
        telegram=telegram.address,
        database_url=dsn,
        session_keys=new_key(),
        workers=False,
    )
    with (
        start_blocking_portal("asyncio") as portal,
        portal.wrap_async_context_manager(opened) as house,
        portal.wrap_async_context_manager(serving(house, api)) as chat,
    ):
        made = Pair(portal, house, chat, telegram, api, channels)
        listened = [logging.getLogger(name) for name in ("tgactors.bot", "aiogram", "asyncio")]
        for logger in listened:
            logger.addHandler(made.faults)
        yield made
        for logger in listened:
            logger.removeHandler(made.faults)


def run(pair: Pair, *, examples: int, steps: int) -> None:
    """Play so many examples, each of at most so many steps."""
    played = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # one house has seen it all: nothing can be played again
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(type("Fuzz", (Fuzz,), {"pair": pair}), settings=played)
    except Flaky:
        pytest.fail(pair.failures[0])


@pytest.mark.timeout(300)
def test_the_bot_answers_whatever_two_people_do(pair: Pair) -> None:
    """Nothing is a bug, everything is answered, and nobody is shown what is another's."""
    run(pair, examples=5, steps=30)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_bot_answers_for_long(pair: Pair) -> None:
    """The same, for long."""
    run(pair, examples=200, steps=50)
