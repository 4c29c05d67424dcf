"""Questions in the chat: the answer as it comes, its sources, its limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest
from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

import actors
from actors.house import House
from actors.search_values import Trouble
from bot import texts
from bot.chat.answer_words import answer_html
from bot.chat.asking import answered
from bot.chat.found_words import cited
from bot.chat.tasks import Tasks
from bot.chat.visit import Visit
from sandbox import Channel, World
from sandbox.botapi import Person
from sandbox.providers import Providers, Says
from storage.rows import PostView
from tests.bot.chat.talking import said, told

pytestmark = pytest.mark.anyio

QUESTION = "when does the rocket launch?"


@pytest.fixture
def workers(providers: Providers) -> bool:
    """Posts are indexed, and questions answered, by providers of the sandbox."""
    return providers is not None


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """One channel with a post about rockets."""
    person = next(iter(world.people.values()))
    made = world.channel("Space <b>", username="space")
    world.follow(person, made)
    world.publish(made, "The rocket & its launch are planned for Monday at noon.")
    return [made]


def source(number: int) -> actors.Source:
    """Return a source whose link would break out of an attribute."""
    post = PostView(
        channel_id=1,
        channel_title="A & B",
        id=number,
        published_at=datetime(2026, 5, 1, tzinfo=UTC),
        edited_at=None,
        text="",
        permalink=f'https://t.me/c/1/{number}"><b>',
        html="",
        author=None,
        reply_to=None,
        media=(),
        forward=None,
        links=(),
        views=None,
        forwards=None,
        reactions=(),
        comments=None,
        protected=False,
        parts=(),
    )
    return actors.Source(number=number, post=post, cited=True)


def test_citations_lead_to_their_posts_and_nothing_else_does() -> None:
    """A cited number is a link, one of no source is text, and markup of a model is text."""
    html = cited("<i>Monday</i> [1][2].", {1: source(1).post})
    link = '<a href="https://t.me/c/1/1&quot;&gt;&lt;b&gt;">[1]</a>'
    assert html == f"&lt;i&gt;Monday&lt;/i&gt; {link}[2]."


def test_an_extract_does_not_pass_for_a_models_answer() -> None:
    """What no model has said is told to be sentences of posts, with the reason."""
    answer = actors.Answer(
        question="?", text="It is. [1]", sources=(source(1),), manner="extract", model=None,
        trouble="gigachat: down", troubles=(Trouble(code="no_model", text="gigachat: down"),),
    )  # fmt: skip
    html = answer_html(answer, texts.EN, "Europe/Moscow")
    assert "No model has answered" in html
    assert texts.EN.reasons.troubles["no_model"] in html
    assert "01.05.2026 03:00" in html


@pytest.mark.usefixtures("read")
async def test_an_answer_grows_in_its_message_and_ends_with_its_sources(
    providers: Providers, mia: Person
) -> None:
    """What a model has said so far shows; at the end citations and sources are links."""
    with providers.gigachat.hold(of="chat", text_contains=QUESTION, midway=True):
        growing = await told(mia, f"/ask {QUESTION}", "…")
        growing = await mia.awaited(
            lambda shown: shown.id == growing.id and "Looking" not in shown.text, within=20
        )
        assert growing.text.endswith("…")
    answer = await said(mia, "Sources", "Answered by GigaChat")
    assert answer.id == growing.id
    assert answer.html.count('href="https://t.me/space/') == 2
    assert "[1] Space <b>" in answer.text


@pytest.mark.usefixtures("read")
async def test_a_bare_command_asks_and_long_answers_are_split(
    providers: Providers, mia: Person
) -> None:
    """/ask alone asks for the question; an answer of 9,000 characters comes in three messages."""
    providers.gigachat.always(Says("<b>Long</b> story. " * 500 + "[1]"), of="chat")
    await told(mia, "/ask", "What would you like to know?")
    last = await told(mia, QUESTION, "Answered by")
    others = [each for each in mia.inbox if "<b>Long</b> story" in each.text]
    assert len(others) == 3
    assert last.id == others[-1].id
    assert sum(each.text.count("story") for each in others) == 500


@pytest.mark.usefixtures("read")
async def test_without_a_model_the_posts_own_words_answer(
    providers: Providers, mia: Person
) -> None:
    """Where no provider answers, sentences of the posts do, and it is said that they are."""
    with providers.gigachat.down(), providers.openrouter.down():
        answer = await told(mia, f"/ask {QUESTION}", "No model has answered", "Monday at noon")
    assert "⚠️" in answer.text


async def test_the_days_questions_end(house: House, read: int, mia: Person) -> None:
    """Whoever has asked as often as they may is told when they may again, and nothing is asked."""
    await house.set_limits(read, questions_per_day=1)
    await told(mia, f"/ask {QUESTION}", "Sources")
    await told(mia, f"/ask {QUESTION}", "as many questions as you may", "00:00")


async def test_cancel_ends_an_answer(read: int, providers: Providers, mia: Person) -> None:
    """/cancel while an answer is awaited: its message says that it was stopped."""
    assert read
    with providers.gigachat.hold(of="chat", text_contains=QUESTION):
        thinking = await told(mia, f"/ask {QUESTION}", "Looking through")
        await told(mia, f"/ask {QUESTION}", "already runs")
        await told(mia, "/cancel", "Cancelled")
    assert mia.message(thinking.id).text == "Stopped."


async def test_who_is_not_registered_is_shown_the_way(mia: Person) -> None:
    """Who asks or searches and never logged in is answered with the button to log in."""
    answer = await told(mia, f"/ask {QUESTION}", "Log in first")
    assert answer.keyboard == (("Log in",),)
    await told(mia, "/parse", "Log in, please")  # from now on there is an account, and no login
    for command in (f"/ask {QUESTION}", f"/search {QUESTION}"):
        answer = await told(mia, command, "Log in first")
        assert answer.keyboard == (("Log in",),)


class Counted:
    """Somebody whose questions are counted, in a chat that keeps what is answered."""

    def __init__(self) -> None:
        self.id, self.user, self.texts = 1, self, texts.EN
        self.text = QUESTION
        self.taken = 0
        self.said: list[str] = []

    async def clear(self) -> None:
        """Nothing is waited for any more."""

    async def take_question(self) -> None:
        self.taken += 1

    async def answer(self, text: str) -> None:
        self.said.append(text)


async def test_a_question_that_is_not_asked_does_not_count() -> None:
    """Where too much runs already the person is told so, and has as many left as before."""
    mia, full = Counted(), Tasks(most=0)
    message, visit = cast("Message", mia), cast("Visit", mia)
    await answered(message, visit, cast("FSMContext", mia), full, cast("Bot", None))
    assert (mia.taken, mia.said) == (0, [texts.EN.general.busy])
