"""People, as the bot hears of them and as tests see with their eyes."""

import threading
from concurrent.futures import Future

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    KeyboardButton,
    MessageOriginChannel,
    ReplyKeyboardMarkup,
    Update,
)

from sandbox.botapi import (
    Answer,
    BotApi,
    BotBlocked,
    GroupEmpty,
    NoSuchButton,
    NoSuchMessage,
    NotAMember,
    NothingLikeThat,
    Person,
    Shown,
)
from tests.sandbox.botapi.bots import Clock, Raw, buttons, png

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("api")]


async def _news(bot: Bot) -> list[Update]:
    """What happened since the last time."""
    updates = await bot.get_updates(timeout=0)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return updates


async def test_a_start_is_a_command_with_its_sender(api: BotApi, bot: Bot) -> None:
    """Who, in which language, and with which payload."""
    mia = api.person(42, first_name="Mia", username="mia", language_code="ru")
    mia.start("ref7")
    (update,) = await _news(bot)
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.entities is not None
    assert (message.text, message.chat.id, message.chat.type) == ("/start ref7", 42, "private")
    assert (message.from_user.language_code, message.from_user.username) == ("ru", "mia")
    assert [each.type for each in message.entities] == ["bot_command"]


async def test_all_that_people_send(bot: Bot, mia: Person) -> None:
    """Texts, files, pictures, contacts and forwarded posts, in their order."""
    mia.send("see https://t.me and @durov")
    mia.send_document(b"abc", "a.txt", mime="text/plain", caption="file")
    mia.send_photo(png(4, 3))
    mia.send_contact("+79990000101")
    mia.forward(-1001234, "News", "news", 17, "breaking")
    messages = [update.message for update in (await _news(bot))[1:]]
    text, file, photo, contact, post = (each for each in messages if each is not None)
    assert [each.type for each in text.entities or ()] == ["url", "mention"]
    assert file.document is not None
    assert (file.document.file_name, file.document.mime_type) == ("a.txt", "text/plain")
    assert file.caption == "file"
    downloaded = await bot.download(file.document)
    assert downloaded is not None
    assert downloaded.read() == b"abc"
    assert photo.photo is not None
    assert photo.photo[-1].width == 4
    assert contact.contact is not None
    assert (contact.contact.phone_number, contact.contact.user_id) == ("+79990000101", 42)
    assert isinstance(post.forward_origin, MessageOriginChannel)
    origin = post.forward_origin
    assert (origin.chat.id, origin.chat.username, origin.message_id) == (-1001234, "news", 17)
    assert post.text == "breaking"


async def test_an_edit_is_another_update(bot: Bot, mia: Person) -> None:
    """With the message's own number; nobody edits what another has sent."""
    sent = mia.send("one")
    await _news(bot)
    mia.edit(sent, "two")
    (update,) = await _news(bot)
    assert update.edited_message is not None
    assert (update.edited_message.message_id, update.edited_message.text) == (sent.id, "two")
    own = await bot.send_message(42, "x")
    with pytest.raises(NoSuchMessage):
        mia.edit(own.message_id, "y")


async def test_private_chats_share_their_numbers(api: BotApi, mia: Person) -> None:
    """As Telegram numbers them: no two messages of a bot's private chats have the same."""
    ben = api.person(43)
    numbers = [mia.send("x").id, ben.send("y").id, mia.send("z").id]
    assert numbers == sorted(set(numbers))


async def test_a_press_waits_for_its_answer(bot: Bot, mia: Person) -> None:
    """A button is found by its label or its data; the update has the message."""
    sent = await bot.send_message(42, "choose", reply_markup=buttons("Yes", "No"))
    await _news(bot)
    by_label, by_data = mia.press(mia.inbox[-1], "Yes"), mia.press(sent.message_id, "no")
    first, second = (update.callback_query for update in await _news(bot))
    assert first is not None
    assert second is not None
    assert (first.data, second.data) == ("yes", "no")
    assert first.message is not None
    assert (first.message.message_id, first.from_user.id) == (sent.message_id, 42)
    assert by_label.answer is None
    await bot.answer_callback_query(first.id, text="Saved", show_alert=True)
    assert by_label.answered() == Answer("Saved", is_alert=True)
    assert by_data.answer is None
    await bot.answer_callback_query(second.id)
    assert await by_data.awaited() == Answer()


async def test_a_press_grows_old(api: BotApi, bot: Bot, mia: Person, clock: Clock) -> None:
    """After its time, after `expire_presses`, and when it never was."""
    sent = await bot.send_message(42, "choose", reply_markup=buttons("Yes"))
    await _news(bot)
    for expire in (api.expire_presses, lambda: setattr(clock, "now", clock.now + 31)):
        mia.press(sent.message_id, "Yes")
        (update,) = await _news(bot)
        assert update.callback_query is not None
        expire()
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout"):
            await bot.answer_callback_query(update.callback_query.id)
    with pytest.raises(TelegramBadRequest, match="query ID is invalid"):
        await bot.answer_callback_query("1")


async def test_buttons_that_are_not_there(bot: Bot, mia: Person) -> None:
    """The failure names those that are; a deleted message has none."""
    sent = await bot.send_message(42, "choose", reply_markup=buttons("Yes"))
    with pytest.raises(NoSuchButton, match="'Yes'"):
        mia.press(sent.message_id, "Maybe")
    await bot.delete_message(42, sent.message_id)
    with pytest.raises(NoSuchMessage):
        mia.press(sent.message_id, "Yes")


async def test_buttons_of_a_reply_keyboard_send_their_text(bot: Bot, mia: Person) -> None:
    """As if it had been typed."""
    rows = [[KeyboardButton(text="Yes")]]
    sent = await bot.send_message(42, "?", reply_markup=ReplyKeyboardMarkup(keyboard=rows))
    assert mia.press(sent.message_id, "Yes").answered() == Answer()
    assert mia.inbox[-1].text == "Yes"
    assert mia.inbox[-1].is_mine
    with pytest.raises(NoSuchButton):
        mia.press(sent.message_id, "No")


def test_a_link_is_opened(raw: Raw, mia: Person) -> None:
    """The bot hears nothing of that."""
    button = {"text": "Open", "url": "http://127.0.0.1:8080/login"}
    page = {"text": "Page", "web_app": {"url": "https://127.0.0.1/app"}}
    sent = raw.send(reply_markup={"inline_keyboard": [[button, page]]})
    pending = raw.call("getWebhookInfo")[1]["pending_update_count"]
    assert mia.press(sent["message_id"], "Open").url == "http://127.0.0.1:8080/login"
    assert mia.press(sent["message_id"], "Page").url == "https://127.0.0.1/app"
    assert raw.call("getWebhookInfo")[1]["pending_update_count"] == pending


async def test_blocking_is_told_once(bot: Bot, mia: Person) -> None:
    """As a change of the bot's own membership; who has blocked it says nothing."""
    await _news(bot)
    mia.block()
    mia.block()
    (update,) = await _news(bot)
    change = update.my_chat_member
    assert change is not None
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(BotBlocked):
        mia.send("x")
    mia.start()
    back, started = await _news(bot)
    assert back.my_chat_member is not None
    assert back.my_chat_member.new_chat_member.status == "member"
    assert started.message is not None


async def test_waiting_finds_what_comes(bot: Bot, mia: Person) -> None:
    """Also what an edit makes of a message; one's own messages and deleted ones do not count."""
    mia.send("status")
    with pytest.raises(NothingLikeThat):
        mia.wait(lambda message: "status" in message.text, within=0)
    sent = await bot.send_message(42, "thinking")
    await bot.edit_message_text("status: fine", chat_id=42, message_id=sent.message_id)
    assert mia.wait(lambda message: "status" in message.text).id == sent.message_id
    await bot.delete_message(42, sent.message_id)
    assert (await mia.awaited_gone(mia.message(sent.message_id))).is_deleted
    with pytest.raises(NothingLikeThat):
        await mia.awaited(lambda message: "status" in message.text, within=0)


def test_waiting_wakes_in_another_thread(raw: Raw, mia: Person) -> None:
    """What is sent while somebody waits is found, and so is a deletion."""
    came, gone = Future[Shown](), Future[Shown]()

    def watch() -> None:
        came.set_result(mia.wait(lambda message: message.text == "now", within=10))
        gone.set_result(mia.wait_gone(came.result(), within=10))

    thread = threading.Thread(target=watch)
    thread.start()
    raw.send("before")
    sent = raw.send("now")
    assert came.result(10).id == sent["message_id"]
    raw.call("deleteMessage", chat_id=42, message_id=sent["message_id"])
    assert gone.result(10).is_deleted
    thread.join(10)


def test_a_failed_wait_tells_what_was_said(raw: Raw, mia: Person) -> None:
    """The newest five of the bot's messages; `after` leaves older ones out."""
    numbers = [raw.send(f"no {number}")["message_id"] for number in range(6)]
    with pytest.raises(NothingLikeThat) as caught:
        mia.wait(lambda message: bool(message.text), within=0, after=numbers[-1])
    assert caught.value.said == tuple(f"no {number}" for number in range(1, 6))
    assert mia.wait(lambda message: bool(message.text), after=numbers[-2]).id == numbers[-1]


async def test_a_bot_with_privacy_hears_what_is_meant_for_it(
    api: BotApi, bot: Bot, mia: Person
) -> None:
    """Commands, replies to it, and its name; the rest only as an administrator."""
    group = api.group(-1001, "Team", members=[mia])
    own = await bot.send_message(group.id, "hello")
    await _news(bot)
    mia.send("secret", chat=group)
    mia.send("/status@other_bot", chat=group)
    mia.send("/status", chat=group)
    mia.send("/status@Reader_bot now", chat=group)
    mia.send("hey @reader_bot", chat=group)
    mia.send("thanks", chat=group, reply_to=own.message_id)
    heard = [update.message.text for update in await _news(bot) if update.message]
    assert heard == ["/status", "/status@Reader_bot now", "hey @reader_bot", "thanks"]
    ruled = api.group(-1002, "Ruled", members=[mia], is_administrator=True)
    await _news(bot)
    sent = mia.send("all is heard", chat=ruled)
    assert [update.message.text for update in await _news(bot) if update.message] == [sent.text]


async def test_a_group_adds_and_removes_the_bot(api: BotApi, bot: Bot, mia: Person) -> None:
    """It is told of both, and hears nothing afterwards."""
    await _news(bot)
    group = api.group(-1001, "Team", members=[mia])
    group.remove_bot(mia)
    mia.send("/status", chat=group)
    changes = [update.my_chat_member for update in await _news(bot)]
    assert len(changes) == 2
    assert [change.new_chat_member.status for change in changes if change] == ["member", "kicked"]
    assert [change.from_user.id for change in changes if change] == [42, 42]


async def test_deleting_others_messages_takes_a_right(api: BotApi, bot: Bot, mia: Person) -> None:
    """In a group, the bot's own may always go."""
    plain = api.group(-1001, "Team", members=[mia])
    ruled = api.group(-1002, "Ruled", members=[mia], is_administrator=True)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(plain.id, mia.send("/x", chat=plain).id)
    await bot.delete_message(ruled.id, mia.send("/x", chat=ruled).id)
    assert ruled.inbox[-1].is_deleted
    own = await bot.send_message(plain.id, "x")
    await bot.delete_message(plain.id, own.message_id)
    assert plain.message(own.message_id).is_deleted


def test_only_members_speak_in_a_group(api: BotApi, mia: Person) -> None:
    """Others are refused, also those who were removed; and somebody must add the bot."""
    with pytest.raises(GroupEmpty):
        api.group(-1000, "Empty", members=[])
    ben = api.person(43)
    group = api.group(-1001, "Team", members=[mia])
    with pytest.raises(NotAMember):
        ben.send("x", chat=group)
    group.add(ben)
    ben.send("x", chat=group)
    group.remove(ben)
    with pytest.raises(NotAMember):
        ben.send("x", chat=group)


def test_a_person_can_be_renamed(api: BotApi, mia: Person) -> None:
    """The chat stays, with all that was said."""
    before = mia.inbox
    again = api.person(42, first_name="Maria")
    assert [each.id for each in again.inbox] == [each.id for each in before]
    assert again.send("x").message.chat.first_name == "Maria"
