"""The operator at the bot: who there is, bans, limits, invites, and how the service is doing."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

import actors
from actors.house import House
from bot.chat.admin_data import Allow, Draft, People, Revoke
from bot.chat.admin_invites import Inviting
from bot.texts.commands import COMMANDS
from sandbox import Sandbox
from sandbox.botapi import BotApi, Person, Shown
from tests.bot.chat.talking import ADMIN, PATIENCE, PERSON, pressed, said, told

pytestmark = pytest.mark.anyio

UNKNOWN = "I did not understand that."
BANNED = "You have been excluded"


@pytest.fixture
def ada(api: BotApi, chat: object) -> Person:
    """The operator."""
    assert chat is not None
    return api.person(ADMIN, first_name="Ada", language_code="en")


async def shown(ada: Person, person: Person) -> Shown:
    """Open a person's page in the operator's chat, by its list."""
    await told(person, "/help", "What I can do")
    home = await told(ada, "/admin", "The service")
    people = await pressed(ada, home, "People", "People: all")
    mia = next(label for row in people.keyboard for label in row if label.endswith("Mia"))
    return await pressed(ada, people, mia, str(PERSON))


def labels(message: Shown) -> list[str]:
    """The labels of a message's buttons."""
    return [label for row in message.keyboard for label in row]


async def test_to_others_there_is_no_such_command(mia: Person) -> None:
    """/admin of a person is answered as any unknown command is, and /help does not list it."""
    await told(mia, "/admin", UNKNOWN)
    listed = await told(mia, "/help", "What I can do")
    assert "/admin" not in listed.text


@pytest.mark.usefixtures("known")
async def test_the_operator_is_shown_how_all_is_doing(ada: Person) -> None:
    """/admin counts accounts by their state, people and channels, and /help lists it."""
    home = await told(ada, "/admin", "Accounts: READY 1.", "have written: 1;")
    assert "Banned: 0." in home.text
    await told(ada, "/help", "/admin")


async def test_a_person_is_found_by_name_and_by_list(known: int, mia: Person, ada: Person) -> None:
    """The list narrows by state and by name; the page tells state and dates, and no posts."""
    await actors.user(known).parse()
    page = await shown(ada, mia)
    assert "READY" in page.text
    assert "Follows 3 channels." in page.text
    assert "new then: 6" in page.text
    assert "rocket" not in page.text
    people = await pressed(ada, page, "‹ Back", "People: all")
    await pressed(ada, people, "EXPIRED", "There is nobody like that.")
    search = ada.press(people, "Search")
    await search.awaited(PATIENCE)
    await said(ada, "Type a part of the name")
    found = await told(ada, "mI", "Only those with “mI”")
    assert found.keyboard[0] == ("✅ Mia",)


async def test_people_and_invites_are_paged(house: House, ada: Person) -> None:
    """Eight stand on a page, each once; the arrows lead to the others and back, and no further."""
    for number in range(10):
        await house.visit(1000 + number, f"Guest {number}", "en")
        await house.invite(uses=number + 1)
    home = await told(ada, "/admin", "The service")
    first = await pressed(ada, home, "People", "People: all")
    assert "‹" not in labels(first)
    rest = await pressed(ada, first, "›", "People: all")
    assert "›" not in labels(rest)
    shown = [each for page in (first, rest) for each in labels(page) if "Guest" in each]
    assert sorted(shown) == [f"▫️ Guest {number}" for number in range(10)]
    first = await pressed(ada, rest, "‹", "People: all")
    home = await pressed(ada, first, "‹ Back", "The service")
    newest = await pressed(ada, home, "Invites", "used 0 of 10,", "used 0 of 3,")
    assert "used 0 of 2," not in newest.text
    oldest = await pressed(ada, newest, "›", "used 0 of 2,", "used 0 of 1,")
    assert "used 0 of 3," not in oldest.text


async def test_a_russian_operator_reads_russian(api: BotApi, chat: object) -> None:
    """The screens and their buttons are in the operator's language."""
    assert chat is not None
    ada = api.person(ADMIN, first_name="Ada", language_code="ru")
    home = await told(ada, "/admin", "Сервис", "Аккаунты: 0.")
    people = await pressed(ada, home, "Люди", "Люди: все.")
    await pressed(ada, people, "забанены", "Таких нет.")


@pytest.mark.usefixtures("known")
async def test_a_ban_is_felt_at_once_and_only_the_operator_lifts_it(
    house: House, mia: Person, ada: Person
) -> None:
    """D9: with its reason on her page, whatever the banned person sends is answered the same."""
    page = await shown(ada, mia)
    asked = await pressed(ada, page, "Ban", "Why is Mia banned?")
    assert asked.keyboard[0] == ("Without a reason",)
    page = await told(ada, "Spam & <more>", "Banned", "Reason: Spam & <more>")
    for name in COMMANDS:
        await told(mia, f"/{name}", BANNED)
    await told(mia, "let me in", BANNED)
    visitor = await house.visitor(PERSON)
    assert visitor is not None
    assert visitor.banned_at is not None
    page = await pressed(ada, page, "Lift the ban", str(PERSON))
    assert "Banned" not in page.text
    await told(mia, "/help", "What I can do")


async def test_a_ban_that_was_thought_better_of_waits_for_no_reason(
    house: House, mia: Person, ada: Person
) -> None:
    """After a step back or a command, what the operator writes bans nobody."""
    page = await shown(ada, mia)
    for away in ("‹ Back", "/help"):
        asked = await pressed(ada, page, "Ban", "Why is Mia banned?")
        if away == "/help":
            await told(ada, away, "What I can do")
        else:
            page = await pressed(ada, asked, away, str(PERSON))
        await told(ada, "good morning", UNKNOWN)
    assert await house.visitors(state="banned") == ()


async def test_a_ban_ends_what_runs_in_the_chat(
    known: int, telegram: Sandbox, mia: Person, ada: Person
) -> None:
    """A reading that goes on when its person is banned says that it was stopped."""
    page = await shown(ada, mia)
    with telegram.faults.hold("messages.getHistory", user=known):
        await told(mia, "/parse", "Reading: channel")
        asked = await pressed(ada, page, "Ban", "Why is Mia banned?")
        await pressed(ada, asked, "Without a reason", "Banned")
        await said(mia, "Stopped")


async def test_an_operator_does_not_ban_himself(ada: Person) -> None:
    """The button on his own page says so, and he is served as before."""
    home = await told(ada, "/admin", "The service")
    people = await pressed(ada, home, "People", "People: all")
    page = await pressed(ada, people, people.keyboard[0][0], str(ADMIN))
    answer = await ada.press(page, "Ban").awaited(PATIENCE)
    assert (answer.text, answer.is_alert) == ("You cannot ban yourself.", True)
    await told(ada, "/admin", "The service")


async def test_an_id_that_never_wrote_can_be_banned(house: House, api: BotApi, ada: Person) -> None:
    """Searched by its number, it has a page; once banned, it is let in by nothing."""
    home = await told(ada, "/admin", "The service")
    people = await pressed(ada, home, "People", "People: all")
    await ada.press(people, "Search").awaited(PATIENCE)
    await said(ada, "Type a part of the name")
    page = await told(ada, "12345678901", "Has never written to the bot.")
    asked = await pressed(ada, page, "Ban", "Why is 12345678901 banned?")
    await pressed(ada, asked, "Without a reason", "Banned")
    stranger = api.person(12345678901, first_name="Sam", language_code="en")
    await told(stranger, "/start", BANNED)
    (row,) = await house.visitors(state="banned")
    assert row.account == 12345678901


async def test_limits_are_set_one_by_one(
    known: int, house: House, mia: Person, ada: Person
) -> None:
    """A tap sets one and leaves the other; "as invited" takes it back; a double tap is one tap."""
    page = await shown(ada, mia)
    page = await pressed(ada, page, "50 channels", "May follow 50 channels")
    page = await pressed(ada, page, "20 a day", "ask 20 questions a day")
    page = await pressed(ada, page, "✓ 20 a day", "ask 20 questions a day")
    limits = await house.user(known).limits()
    assert (limits.channels, limits.questions_per_day) == (50, 20)
    assert page.keyboard[1] == ("10 channels", "✓ 50 channels", "200 channels", "as invited")
    await pressed(ada, page, "as invited", "May follow any number of channels")
    limits = await house.user(known).limits()
    assert (limits.channels, limits.questions_per_day) == (None, 20)


async def test_an_invite_is_drafted_made_once_and_revoked(house: House, ada: Person) -> None:
    """Its code is shown once and lets in as many as was chosen; a second tap makes no other."""
    home = await told(ada, "/admin", "The service")
    listed = await pressed(ada, home, "Invites", "There are no invites yet.")
    draft = await pressed(ada, listed, "New invite", "For how many people: 1. Good for days: 7.")
    draft = await pressed(ada, draft, "5 👤", "For how many people: 5.")
    draft = await pressed(ada, draft, "10 channels", "Each may follow channels: 10;")
    first, second = ada.press(draft, "Make it"), ada.press(draft, "Make it")
    await first.awaited(PATIENCE)
    assert (await second.awaited(PATIENCE)).text == "This one is made already."
    made = await said(ada, "shown this once")
    (row,) = await house.invites()
    assert (row.uses, row.limits) == (5, {"channels": 10})
    code = re.search(r"start=inv_(\S+)", made.text)
    assert code is not None
    assert code.group(1).startswith(row.label)
    listed = await pressed(ada, made, "‹ Back", "used 0 of 5")
    assert code.group(1) not in listed.text
    asked = await pressed(ada, listed, f"Revoke № {row.id}", "Surely")
    listed = await pressed(ada, asked, "Yes, do it", "revoked")
    assert listed.keyboard == (("New invite",), ("‹ Back",))
    (row,) = await house.invites()
    assert row.revoked_at is not None


class Refusing:
    """A house that makes no invites, and what else the making of one needs."""

    def __init__(self) -> None:
        self.tries = 0
        self.text: str | None = None

    async def invite(self, **_: object) -> None:
        self.tries += 1
        raise actors.StorageError


async def test_an_invite_that_could_not_be_made_may_be_made_again() -> None:
    """A second tap tries anew: nothing says that there is one."""
    all_ = cast("Any", Refusing())
    inviting, draft = Inviting(), Draft(key="f" * 8, make=True)
    for _ in range(2):
        with pytest.raises(actors.StorageError):
            await inviting.draft(all_, draft, all_, all_, all_, all_)
    assert (all_.tries, all_.text) == (2, None)


@pytest.mark.usefixtures("read")
async def test_queues_and_providers_are_told(ada: Person) -> None:
    """What waits to be tagged is counted, and each provider says whether it is asked."""
    home = await told(ada, "/admin", "The service")
    page = await pressed(ada, home, "Queues and providers", "tags: due 6, waiting 0, given up 0.")
    assert "Nothing is tagged or indexed by this process." in page.text
    assert re.search(r"^local \(.*\): is asked\.", page.text, re.MULTILINE)


async def test_floods_are_told_with_their_end(known: int, telegram: Sandbox, ada: Person) -> None:
    """Whom Telegram lets wait is named, with what, and until when."""
    telegram.faults.error("messages.getHistory", "FLOOD_WAIT_3600", user=known, times=100)
    await actors.user(known).parse()
    home = await told(ada, "/admin", "The service")
    page = await pressed(ada, home, "Unread and waits", "No channel is unread")
    assert re.search(rf"{PERSON} with history until \d\d\.\d\d\.\d{{4}}", page.text)


def test_the_longest_buttons_are_short_enough() -> None:
    """Telegram takes 64 bytes of data, whatever a person, an invite or a word is."""
    most = 2**63 - 1
    longest = (
        People(page=9999, kind=5, word="я" * 12),
        Allow(account=most, what="questions", number=200),
        Draft(uses=10**6, days=36500, channels=10**6, questions=10**6, key="f" * 8, make=True),
        Revoke(invite=most, surely=False),
    )
    assert max(len(each.pack().encode()) for each in longest) <= 64
