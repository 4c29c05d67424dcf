"""The conversation of a login, with a person and a terminal that are played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from actors import (
    CodeNeeded,
    Flooded,
    LoggedIn,
    LoginFailed,
    LoginStep,
    NoCodeWanted,
    NoOtherCode,
    PasswordNeeded,
    Refusal,
    SessionRevoked,
    TelegramUnreachable,
    WrongCode,
)
from actors.entrance import Entrance
from bot.answers import Answers
from bot.conversation import Conversation
from bot.refusals import NothingToRead
from bot.screen import Screen

pytestmark = pytest.mark.anyio

THEN = datetime(2099, 5, 17, 9, 30, tzinfo=UTC)
END = LoggedIn(account=7)


class Typed(Answers):
    """Lines that were typed already, or a person who says nothing."""

    def __init__(self, *lines: str | None, silent: bool = False) -> None:
        super().__init__()
        self.lines = list(lines)
        self.left = asyncio.Event()
        self._silent = silent

    async def line(self, prompt: str) -> str | None:
        """Return the next."""
        assert prompt.endswith(": ")
        if self._silent:
            try:
                await asyncio.Event().wait()
            finally:
                self.left.set()
        return self.lines.pop(0) if self.lines else None


class Played(Entrance):
    """Refuses what it is told to, and goes on when an answer is accepted or at a refusal."""

    def __init__(self, *refusals: Refusal, goes_on: bool = False) -> None:
        self.refusals = list(refusals)
        self.goes_on = goes_on
        self.heard: list[str] = []
        self.accepted = asyncio.Event()

    async def code(self, code: str) -> None:
        """Hear a code."""
        self._hear(code)

    async def resend_code(self) -> None:
        """Hear that another is wanted."""
        self._hear("another")

    async def password(self, password: str) -> None:
        """Hear a password."""
        self._hear(password)

    def _hear(self, word: str) -> None:
        self.heard.append(word)
        if self.goes_on:
            self._accept_after(turns=20)
        elif not self.refusals:
            self.accepted.set()
        if self.refusals:
            raise self.refusals.pop(0)

    def _accept_after(self, turns: int) -> None:
        """Let the login say how it goes on only a while later, in turns of the loop."""
        if turns:
            asyncio.get_running_loop().call_soon(self._accept_after, turns - 1)
        else:
            self.accepted.set()


def needed(*, wait: float = 0, kind: str = "sms", following: str | None = "call") -> CodeNeeded:
    """A code that was sent."""
    return CodeNeeded(
        kind=kind,
        length=5,
        next_kind=following,
        resend_at=datetime.now(UTC) + timedelta(seconds=wait),
        generation=1,
    )


async def steps(
    person: Played, first: LoginStep, end: LoginStep = END
) -> AsyncGenerator[LoginStep, None]:
    """A login of one question, which ends when an answer to it is accepted."""
    yield first
    await person.accepted.wait()
    yield end


async def held(
    capsys: pytest.CaptureFixture[str], person: Played, answers: Answers, first: LoginStep
) -> tuple[LoginStep, str]:
    """Hold the conversation; return its end and what was said."""
    async with asyncio.timeout(10):
        conversation = Conversation(Screen(as_json=False), answers, person)
        end = await conversation.lead(steps(person, first))
    return end, capsys.readouterr().out


async def test_an_empty_line_asks_for_another_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Once its time has come it is asked for, and the login goes on with the step that follows."""
    person = Played()
    end, said = await held(capsys, person, Typed(" "), needed())
    assert (end, person.heard) == (END, ["another"])
    assert "An empty line asks for another one, by a call." in said


async def test_an_empty_line_before_its_time_is_told_the_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Telegram is not bothered; the seconds that are left are said, and a code may follow."""
    person = Played()
    _, said = await held(capsys, person, Typed("", "12345"), needed(wait=60))
    assert person.heard == ["12345"]
    assert "by a call, in 60 s or later." in said
    assert "Another code may be asked for in 60 s." in said


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (NoOtherCode("every way to send one was used"), "Telegram sends no other code now"),
        (TelegramUnreachable("a cut"), "Telegram could not be reached (a cut)."),
        (Flooded(THEN), "Telegram takes no answer before 2099-05-17"),
        (WrongCode(3), "3 tries are left"),
    ],
    ids=lambda given: type(given).__name__,
)
async def test_after_a_refusal_one_is_asked_again(
    capsys: pytest.CaptureFixture[str], refusal: Refusal, words: str
) -> None:
    """What is refused for now is said, and the next answer is taken."""
    person = Played(refusal)
    end, said = await held(capsys, person, Typed("11111", "12345"), needed())
    assert (end, person.heard) == (END, ["11111", "12345"])
    assert words in said


@pytest.mark.parametrize("refusal", [WrongCode(0), NoCodeWanted(), SessionRevoked("it")])
async def test_a_login_that_has_moved_on_is_followed(
    capsys: pytest.CaptureFixture[str], refusal: Refusal
) -> None:
    """Nothing more is asked when its own next step is going to say how it ends."""
    person = Played(refusal, goes_on=True)
    end, _ = await held(capsys, person, Typed("11111", "12345"), needed())
    assert (end, person.heard) == (END, ["11111"])


@pytest.mark.parametrize("first", [needed(), PasswordNeeded(hint="")])
async def test_a_login_that_ends_leaves_the_question(
    capsys: pytest.CaptureFixture[str], first: LoginStep
) -> None:
    """A deadline that passes while somebody is asked is told at once, not after their answer."""
    person, answers = Played(), Typed(silent=True)
    person.accepted.set()
    end, _ = await held(capsys, person, answers, first)
    assert end == END
    assert answers.left.is_set()


@pytest.mark.parametrize(
    ("first", "what"),
    [(needed(), "the login code"), (PasswordNeeded(hint=""), "the password")],
    ids=["code", "password"],
)
async def test_nothing_to_read_is_a_refusal(
    capsys: pytest.CaptureFixture[str], first: LoginStep, what: str
) -> None:
    """It is named what was asked for, and the login's steps are no longer waited for."""
    with pytest.raises(NothingToRead, match=what):
        await held(capsys, Played(), Typed(None), first)


async def test_every_way_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind of delivery has its own sentence, an unknown one too, and none is a name."""
    sentences = set()
    for kind in ("app", "sms", "call", "flash_call", "missed_call", "email", "fragment", "other"):
        person = Played()
        _, said = await held(capsys, person, Typed("1"), needed(kind=kind, following=kind))
        sentences.add(said.splitlines()[0])
        assert "_" not in said
    assert len(sentences) == 8


async def test_a_failure_is_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    """The reason is handed on to whoever leads the login."""
    person = Played()
    failed = LoginFailed(reason="No code came in time.", code="no_code")
    conversation = Conversation(Screen(as_json=False), Typed("1"), person)
    assert await conversation.lead(steps(person, needed(), failed)) is failed
    assert "Telegram has sent a code by SMS." in capsys.readouterr().out
