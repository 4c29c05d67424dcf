"""Searching in the chat: hits with their words in bold, page by page."""

from __future__ import annotations

import pytest

from actors.house import House
from bot.chat.kept import Kept
from sandbox import Channel, World
from sandbox.botapi import BotApi, Person
from sandbox.providers import Providers
from tests.bot.chat.conftest import serving
from tests.bot.chat.talking import PATIENCE, pressed, told

pytestmark = pytest.mark.anyio


@pytest.fixture
def workers(providers: Providers) -> bool:
    """Posts are indexed, by providers of the sandbox."""
    return providers is not None


@pytest.fixture
def channels(world: World) -> list[Channel]:
    """One channel with seven posts of rockets, one of which tries to be markup."""
    person = next(iter(world.people.values()))
    made = world.channel("Space <b>", username="space")
    world.follow(person, made)
    for number in range(6):
        world.publish(made, f"rocket number{number} & its launch")
    world.publish(made, "a rocket </a><script> of </b> evil")
    return [made]


def test_what_is_kept_is_the_persons_own_and_bounded() -> None:
    """A kept text is given to whom it is of, and the oldest make room for new ones."""
    kept = Kept(most=2)
    first = kept.keep(1, "first")
    assert kept.of(1, first) == "first"
    assert kept.of(2, first) is None
    others = [kept.keep(1, text) for text in ("second", "third")]
    assert [kept.of(1, each) for each in (first, *others)] == [None, "second", "third"]


@pytest.mark.usefixtures("read")
async def test_hits_have_links_bold_words_and_pages(mia: Person) -> None:
    """/search QUERY shows five hits with links, the words in bold; a button shows the others."""
    first = await told(mia, "/search rocket", "Found for rocket", "\n1. ", "\n5. ")
    assert "\n6. " not in first.text
    assert first.html.count("<b>rocket</b>") >= 5
    assert 'href="https://t.me/space/' in first.html
    assert first.keyboard == (("‹", "1/2", "›"),)
    second = await pressed(mia, first, "›", "\n6. ", "\n7. ")
    assert "\n1. " not in second.text
    shown = first.html + second.html
    assert "&lt;/a&gt;&lt;script&gt;" in shown, "what posts say is no markup"
    assert "Space &lt;b&gt;" in shown


@pytest.mark.usefixtures("read")
async def test_a_bare_command_asks_for_the_query(mia: Person) -> None:
    """/search alone asks, and the next text is searched for; markup in it is shown as it is."""
    await told(mia, "/search", "What are you looking for?")
    found = await told(mia, "number3 <i>", "number3 <i>")
    assert "rocket number3" in found.text
    await told(mia, "number4", "did not understand")


@pytest.mark.usefixtures("read")
async def test_a_misspelt_query_is_corrected_and_said(mia: Person) -> None:
    """A word that occurs nowhere is taken for the nearest, and the answer says so."""
    await told(mia, "/search rokcet", "Nothing has rokcet", "this is for rocket")


@pytest.mark.usefixtures("known")
async def test_nothing_is_said_to_be_nothing(mia: Person) -> None:
    """Where nothing is read yet nothing is found, and a query that is too long is told so."""
    await told(mia, "/search rocket", "Nothing was found")
    await told(mia, "/search " + "rocket " * 200, "1000 at most")


@pytest.mark.usefixtures("read")
async def test_trouble_is_told(providers: Providers, mia: Person) -> None:
    """Where embeddings are down, words are searched for, and the answer says what was not."""
    with providers.openai.down():
        await told(mia, "/search rocket", "Found for rocket", "only words were searched for")


async def test_a_button_from_before_a_restart_says_so(read: int, house: House, api: BotApi) -> None:
    """A page button whose query is forgotten explains itself, and changes nothing."""
    async with serving(house, api):
        mia = api.person(read, language_code="en")
        first = await told(mia, "/search rocket", "Found for rocket")
    async with serving(house, api):
        answer = await mia.press(first, "›").awaited(PATIENCE)
        assert answer.is_alert
        assert "list is old" in answer.text
    assert mia.message(first.id) == first
