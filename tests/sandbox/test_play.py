"""The page's server: what it tells, what it does, what it refuses."""

import json
import re
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from sandbox import Channel, Person, World
from sandbox.play import Page, Stage
from sandbox.play.actions import ACTIONS
from sandbox.play.feed import News
from tests.sandbox.botapi.bots import png
from tests.sandbox.playing import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
def stage(world: World, anna: Person, boris: Person) -> Iterator[Stage]:
    """Two people and a channel, which Anna follows."""
    channel = world.channel("News", username="news", id=1_000_000_001)
    world.follow(anna, channel)
    world.publish(channel, "first")
    assert boris.id != anna.id
    with Stage(world) as running:
        yield running
        assert running.telegram.mistakes == running.api.mistakes == ()


@pytest.fixture
def news(stage: Stage) -> Channel:
    """That channel."""
    return stage.telegram.world.channels[1_000_000_001]


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    """The page, served."""
    async with Page(stage) as serving:
        yield serving


@pytest.fixture
async def visitor(page: Page) -> AsyncIterator[Visitor]:
    """Somebody who has opened it."""
    async with Visitor(page) as made:
        yield made


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    """A bot without a program: what it says, the tests say."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(stage.api.url))
    made = Bot(stage.api.token, session=session)
    yield made
    if session._session is not None:
        await session._session.close()


async def test_a_page_is_told_everything_and_then_what_changes(
    visitor: Visitor, bot: Bot, anna: Person
) -> None:
    """The chat so far; then a message with its entities, its edit in place, and its deletion."""
    await visitor.do("start", person=anna.id)
    async with await visitor.opened(anna.id) as told:
        (begun,) = (await told.next("all"))["chat"]["messages"]
        assert (begun["text"], begun["mine"]) == ("/start", True)
        sent = await bot.send_message(anna.id, "<b>bold</b> &lt;i&gt;", parse_mode="HTML")
        shown = (await told.message(sent.message_id))["message"]
        assert (shown["text"], shown["mine"]) == ("bold <i>", False)
        assert shown["entities"] == [{"type": "bold", "offset": 0, "length": 4}]
        await bot.edit_message_text("other", chat_id=anna.id, message_id=sent.message_id)
        edited = (await told.message(sent.message_id))["message"]
        assert (edited["id"], edited["text"], edited["edits"]) == (sent.message_id, "other", 1)
        await bot.delete_message(anna.id, sent.message_id)
        gone = (await told.message(sent.message_id))["message"]
        assert gone == {"id": sent.message_id, "deleted": True}


async def test_who_names_nobody_is_the_worlds_first(visitor: Visitor, anna: Person) -> None:
    """A page that is opened for the first time knows no id yet."""
    async with await visitor.opened(0) as told:
        assert (await told.next("all"))["state"]["person"]["id"] == anna.id


async def test_nobody_is_told_of_somebody_elses_chat(
    visitor: Visitor, anna: Person, boris: Person
) -> None:
    """A page for one person hears of that person's messages only."""
    async with await visitor.opened(anna.id) as told:
        await told.next("all")
        await visitor.do("send", person=boris.id, text="mine")
        await visitor.do("send", person=anna.id, text="hers")
        assert (await told.next("message"))["message"]["text"] == "hers"


async def test_a_press_brings_the_bots_answer(visitor: Visitor, bot: Bot, anna: Person) -> None:
    """A button is found by its data; the notice is what the bot answers to that very press."""
    await visitor.do("start", person=anna.id)
    button = InlineKeyboardButton(text="Tap", callback_data="tap")
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    sent = await bot.send_message(anna.id, "a button", reply_markup=markup)
    stage_press = visitor.do("press", person=anna.id, message=sent.message_id, button="tap")

    async def answer() -> None:
        while True:
            for update in await bot.get_updates(timeout=5):
                if update.callback_query is not None:
                    await bot.answer_callback_query(update.callback_query.id, "heard")
                    return

    async with anyio.create_task_group() as group:
        group.start_soon(answer)
        assert await stage_press == {"said": "", "notice": "heard", "alert": False, "url": None}


async def test_a_reply_keyboard_is_told_and_shares_the_phone(
    visitor: Visitor, bot: Bot, anna: Person
) -> None:
    """It is there until it was used, if it is for once; a contact has the person's number."""
    await visitor.do("start", person=anna.id)
    key = KeyboardButton(text="Share", request_contact=True)
    markup = ReplyKeyboardMarkup(keyboard=[[key]], one_time_keyboard=True)
    async with await visitor.opened(anna.id) as told:
        await told.next("all")
        sent = await bot.send_message(anna.id, "your number?", reply_markup=markup)
        keyboard = (await told.message(sent.message_id))["keyboard"]
        assert keyboard == {
            "message": sent.message_id,
            "rows": [[{"text": "Share", "contact": True}]],
        }
        await visitor.do("contact", person=anna.id)
        shared = await told.message(sent.message_id + 1)
        assert (shared["message"]["contact"], shared["keyboard"]) == (anna.phone, None)


async def test_pictures_and_files_are_served(visitor: Visitor, bot: Bot, anna: Person) -> None:
    """A photo is shown as what it is; a document is only ever saved, whatever it is called."""
    await visitor.do("start", person=anna.id)
    photo = await bot.send_photo(anna.id, BufferedInputFile(png(300, 300), "a.png"))
    page = BufferedInputFile(b"<script>alert(1)</script>", "a.html")
    document = await bot.send_document(anna.id, page)
    for kind, number, wanted in (
        ("photo", photo.message_id, "image/png"),
        ("document", document.message_id, "application/octet-stream"),
    ):
        async with visitor.http.get(f"{visitor.base}/{kind}/{anna.id}/{number}") as answer:
            assert (answer.status, answer.content_type) == (200, wanted)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    status, said = await visitor.get(f"/photo/{anna.id}/{document.message_id}")
    assert (status, "reload the page" in said) == (409, True)


async def test_channels_are_published_in_and_told_of(
    visitor: Visitor, anna: Person, news: Channel
) -> None:
    """A post, an album, an edit and a deletion are in the list; the state has the new count."""
    async with await visitor.opened(anna.id) as told:
        await told.next("all")
        post = (await visitor.do("publish", channel=news.id, text="second"))["post"]
        assert (await told.next("state"))["channels"][0]["posts"] == 2
        await visitor.do("album", channel=news.id, pictures=3, text="three")
        await visitor.do("edit", channel=news.id, post=post, text="changed")
        await visitor.do("delete", channel=news.id, post=1)
    _, said = await visitor.get(f"/posts/{news.id}")
    posts = json.loads(said)["posts"]
    assert [(each["id"], each["text"], each["media"]) for each in posts] == [
        (5, "", "photo"),
        (4, "", "photo"),
        (3, "three", "photo"),
        (post, "changed", None),
    ]
    assert [each["album"] for each in posts] == [True, True, True, False]


async def test_a_post_is_forwarded_to_the_bot(
    visitor: Visitor, bot: Bot, anna: Person, news: Channel
) -> None:
    """The bot sees which channel's post it is, by the id that bots know channels by."""
    await visitor.do("forward", person=anna.id, channel=news.id, post=1)
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    origin = update.message.forward_origin
    assert origin is not None
    assert origin.model_dump(include={"message_id"}) == {"message_id": 1}
    assert origin.chat.id == -1_000_000_000_000 - news.id  # type: ignore[union-attr]


async def test_following_is_told(visitor: Visitor, anna: Person, news: Channel) -> None:
    """Left and joined again, as the state says."""
    async with await visitor.opened(anna.id) as told:
        assert (await told.next("all"))["state"]["channels"][0]["followed"] is True
        await visitor.do("unfollow", person=anna.id, channel=news.id)
        assert (await told.next("state"))["channels"][0]["followed"] is False
        await visitor.do("follow", person=anna.id, channel=news.id)
        assert (await told.next("state"))["channels"][0]["followed"] is True


async def test_sessions_are_listed_and_ended(
    visitor: Visitor, stage: Stage, anna: Person, boris: Person
) -> None:
    """One, then all others; nobody ends somebody else's."""
    for _ in range(3):
        stage.telegram.mint(anna.id)
    async with await visitor.opened(anna.id) as told:
        sessions = (await told.next("all"))["state"]["sessions"]
        assert len(sessions) == 3
        first = sessions[0]["id"]
        said = await visitor.refused("end_session", person=boris.id, session=first)
        assert said.startswith("NoSuchSession: ")
        await visitor.do("end_session", person=anna.id, session=first)
        left = (await told.next("state"))["sessions"]
        assert [each["id"] for each in left] == [each["id"] for each in sessions[1:]]
        await visitor.do("end_sessions", person=anna.id)
        assert (await told.next("state"))["sessions"] == []


async def test_a_password_is_set_and_taken_away(visitor: Visitor, anna: Person) -> None:
    """The state has its hint, and never the password."""
    async with await visitor.opened(anna.id) as told:
        await told.next("all")
        await visitor.do("password", person=anna.id, password="tabby", hint="cat")
        state = await told.next("state")
        assert state["password"] == {"hint": "cat"}
        assert "tabby" not in str(state)
        await visitor.do("password", person=anna.id, password="", hint="")
        assert (await told.next("state"))["password"] is None


async def test_a_code_is_scanned_only_where_one_is_shown(visitor: Visitor, anna: Person) -> None:
    """Without a picture in the chat the phone has nothing to scan, and says what to do."""
    assert "write /login to the bot" in await visitor.refused("scan", person=anna.id)
    invalid = await visitor.refused("approve", person=anna.id, url="tg://login?token=eA")
    assert invalid.startswith("TokenInvalid: ")


async def test_faults_are_ordered_and_shown(visitor: Visitor, stage: Stage, anna: Person) -> None:
    """Each place and model is what it was put to; `clear` mends all of it."""
    wanted = {"telegram": "down", "botapi": "down", "gigachat": "busy", "openrouter": "refusal"}
    for name, mode in wanted.items():
        await visitor.do("put", name=name, mode=mode)
    await visitor.do("hold", person=anna.id)
    assert stage.troubles.facts() == {"modes": wanted, "held": True}
    await visitor.do("flood", person=anna.id, seconds=30)
    assert "FLOOD_WAIT_30" in repr(stage.telegram.faults)
    await visitor.do("cut", person=anna.id)
    await visitor.do("clear")
    assert stage.troubles.facts() == {"modes": dict.fromkeys(wanted, "well"), "held": False}
    assert repr(stage.telegram.faults) == "<Faults: []>"


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("dance", {}, "NoSuchAction: "),
        ("send", {"person": 101, "text": "  "}, "it is empty: write something"),
        ("send", {"person": 101}, "it must be a text"),
        ("send", {"person": True, "text": "x"}, "it must be a whole number"),
        ("send", {"person": 999, "text": "x"}, "UnknownPerson: "),
        ("press", {"person": 101, "message": 77, "button": "x"}, "NoSuchMessage: "),
        ("put", {"name": "telegram", "mode": "busy"}, "it must be one of well, down"),
        ("flood", {"person": 101, "seconds": 0}, "from 1 to 86400"),
        ("delete", {"channel": 1_000_000_001, "post": 99}, "UnknownPost: "),
        ("forward", {"person": 101, "channel": 5, "post": 1}, "UnknownChannel: "),
        ("language", {"person": 101, "language": "xx"}, "it must be one of en, ru"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(
    visitor: Visitor, action: str, fields: dict[str, object], said: str
) -> None:
    """The name of the refusal, and a text that ends with what to do."""
    assert said in await visitor.refused(action, **fields)


async def test_every_action_refuses_fields_that_are_missing(visitor: Visitor) -> None:
    """None of them fails in another way, and none happens, but for the two that need no field."""
    for action in sorted(ACTIONS.keys() - {"clear", "release"}):
        assert (await visitor.refused(action)).startswith("GivenInvalid: "), action


async def test_only_json_is_an_action(visitor: Visitor) -> None:
    """What a form of another page can send, and what is no object, is refused."""
    for body, kind in (
        (b'{"person": 101}', "text/plain"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
    ):
        url, headers = f"{visitor.base}/do/start", {"Content-Type": kind}
        async with visitor.http.post(url, data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (409, "GivenInvalid")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/", {"Host": "evil.example"}, 403),
        ("/", {"Origin": "https://evil.example"}, 403),
        ("/posts/1000000001", {"Authorization": ""}, 401),
        ("/posts/1000000001", {"Authorization": "Bearer x"}, 401),
        ("/posts/1000000001", {"Host": "evil.example"}, 403),
        ("/posts/1000000001", {"Origin": "null"}, 403),
        ("/posts/1000000001", {}, 200),
    ],
)
async def test_only_the_page_itself_is_let_in(
    visitor: Visitor, path: str, headers: dict[str, str], status: int
) -> None:
    """Another name, another page and another program are refused; the bare page has no secret."""
    found, text = await visitor.get(path, **headers)
    assert found == status
    assert visitor.token not in text


async def test_the_page_runs_nothing_foreign(visitor: Visitor) -> None:
    """Each of its files comes with a policy that lets in only files of its own, and has no other.

    No file names an address.
    """
    _, index = await visitor.get("/")
    names = re.findall(r'(?:src|href)="/([^"]+)"', index)
    assert {"style.css", "app.js"} <= set(names)
    for name in ("", *names, "wire.js", "chat.js", "prose.js"):
        async with visitor.http.get(f"{visitor.base}/{name}") as answer:
            assert answer.status == 200, name
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert re.findall(r"//[\w-]+\.", await answer.text()) == []


async def test_a_page_that_falls_behind_is_cut_off(page: Page, visitor: Visitor) -> None:
    """Its queue has a bound; beyond it the page is told nothing, and begins anew."""
    with page._feed.subscribed(101) as told:
        for number in range(600):
            told.put(News("typing", number))
        first = await told.next(1)
        assert first is not None
        assert first.kind is None
    assert visitor.base


async def test_the_end_of_the_server_ends_its_pages(stage: Stage, anna: Person) -> None:
    """A page that is open does not keep the server from closing."""
    async with Page(stage) as page:
        visitor = Visitor(page)
        told = await visitor.opened(anna.id)
        await told.next("all")
    await told.ended()
    await visitor.http.close()


async def test_so_many_pages_are_told_and_no_more(visitor: Visitor, anna: Person) -> None:
    """The twenty-first is refused with what to do."""
    opened = [await visitor.opened(anna.id) for _ in range(20)]
    for each in opened:
        await each.next("all")
    status, said = await visitor.get(f"/events/{anna.id}")
    assert (status, "close some of them" in said) == (409, True)
    for each in opened:
        async with each:
            pass


def test_a_stage_ends_with_everything_down(anna: Person, world: World) -> None:
    """What is out of order when it ends neither raises nor keeps it from ending."""
    with Stage(world) as stage:
        stage.troubles.hold(anna.id)
        for name in stage.troubles.facts()["modes"]:
            stage.troubles.put(name, "down")
    assert set(stage.troubles.facts()["modes"].values()) == {"well"}
