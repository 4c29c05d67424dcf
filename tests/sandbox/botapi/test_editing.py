"""Messages that bots change and delete."""

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BufferedInputFile,
    InputMediaPhoto,
    Message,
    ReplyKeyboardRemove,
)

from sandbox.botapi import BotApi, Person
from tests.sandbox.botapi.bots import Clock, Raw, buttons, png

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("api", "mia")]

HOUR = 3600.0
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


async def test_a_text_is_edited(bot: Bot, mia: Person, clock: Clock) -> None:
    """The keyboard that is not sent again goes away; what was there before is remembered."""
    sent = await bot.send_message(42, "<b>one</b>", parse_mode="HTML", reply_markup=buttons("Go"))
    clock.now += 5
    edited = await bot.edit_message_text("two", chat_id=42, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup, edited.edit_date) == ("two", None, int(clock.now))
    assert edited.date == sent.date
    seen = mia.message(sent.message_id)
    assert (seen.text, seen.keyboard, seen.edits) == ("two", (), ("<b>one</b>",))


@pytest.mark.parametrize("markup", [None, buttons("Go")])
async def test_an_edit_that_changes_nothing_is_refused(
    bot: Bot, mia: Person, markup: object
) -> None:
    """With or without buttons; other formatting or another button is a change."""
    sent = await bot.send_message(42, "<b>x</b>", parse_mode="HTML", reply_markup=markup)  # type: ignore[arg-type]
    place = {"chat_id": 42, "message_id": sent.message_id, "reply_markup": markup}
    with pytest.raises(TelegramBadRequest) as caught:
        await bot.edit_message_text(" <b>x</b>", parse_mode="HTML", **place)  # type: ignore[arg-type]
    assert caught.value.message == NOT_MODIFIED
    await bot.edit_message_text("x", **place)  # type: ignore[arg-type]
    await bot.edit_message_reply_markup(**place | {"reply_markup": buttons("No")})  # type: ignore[arg-type]
    assert len(mia.message(sent.message_id).edits) == 2


async def test_buttons_alone_are_edited(bot: Bot, mia: Person) -> None:
    """To others, to none, and not to the same."""
    sent = await bot.send_message(42, "x", reply_markup=buttons("One"))
    place = {"chat_id": 42, "message_id": sent.message_id}
    await bot.edit_message_reply_markup(**place, reply_markup=buttons("Two"))  # type: ignore[arg-type]
    assert mia.message(sent.message_id).keyboard == (("Two",),)
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(**place, reply_markup=buttons("Two"))  # type: ignore[arg-type]
    await bot.edit_message_reply_markup(**place)  # type: ignore[arg-type]
    assert mia.message(sent.message_id).keyboard == ()


def test_what_cannot_be_edited(raw: Raw, mia: Person) -> None:
    """Each in the Bot API's words."""
    own, asked = raw.send()["message_id"], mia.send("question").id

    def refusal(method: str, **arguments: object) -> str:
        return raw.refusal(method, chat_id=42, **arguments).removeprefix("Bad Request: ")

    text = "editMessageText"
    assert refusal(text, text="x") == "message identifier is not specified"
    assert refusal(text, message_id=999, text="x") == "message to edit not found"
    assert refusal(text, message_id=asked, text="x") == "message can't be edited"
    assert refusal(text, message_id=own, text="") == "message text is empty"
    assert refusal(text, message_id=own, text="x" * 4097) == "message is too long"
    assert refusal(text, message_id=own, text="<b", parse_mode="HTML") == (
        "can't parse entities: Unclosed start tag at byte offset 0"
    )
    assert refusal(text, message_id=own, text="x", reply_markup={"force_reply": True}) == (
        "inline keyboard expected"
    )
    assert refusal("editMessageCaption", message_id=own, caption="x") == (
        "there is no caption in the message to edit"
    )


async def test_a_picture_is_changed(bot: Bot, mia: Person) -> None:
    """Picture and caption together, or the caption alone; a text of it cannot be."""
    first, second = png(2, 2), png(3, 3)
    sent = await bot.send_photo(42, BufferedInputFile(first, "x.png"), caption="one")
    place = {"chat_id": 42, "message_id": sent.message_id}
    media = InputMediaPhoto(media=BufferedInputFile(second, "y.png"), caption="two")
    edited = await bot.edit_message_media(media, **place)  # type: ignore[arg-type]
    assert isinstance(edited, Message)
    assert edited.photo is not None
    seen = mia.message(sent.message_id)
    assert (seen.photo, seen.text, seen.edits) == (second, "two", ("one",))
    same = InputMediaPhoto(media=edited.photo[-1].file_id, caption="two")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_media(same, **place)  # type: ignore[arg-type]
    await bot.edit_message_caption(caption="three", **place)  # type: ignore[arg-type]
    assert mia.message(sent.message_id).text == "three"
    with pytest.raises(TelegramBadRequest, match="there is no text in the message to edit"):
        await bot.edit_message_text("x", **place)  # type: ignore[arg-type]


async def test_a_text_becomes_a_picture(bot: Bot, mia: Person) -> None:
    """The text is its caption's no more."""
    sent = await bot.send_message(42, "wait")
    media = InputMediaPhoto(media=BufferedInputFile(png(), "x.png"))
    await bot.edit_message_media(media, chat_id=42, message_id=sent.message_id)
    seen = mia.message(sent.message_id)
    assert (seen.photo, seen.text) == (png(), "")


async def test_a_message_is_deleted_once(bot: Bot, mia: Person) -> None:
    """For the person too; after that it is not found, to be edited neither."""
    sent, asked = await bot.send_message(42, "x"), mia.send("12345")
    await bot.delete_message(42, sent.message_id)
    await bot.delete_message(42, asked.id)
    assert mia.message(sent.message_id).is_deleted
    assert mia.message(asked.id).is_deleted
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(42, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("y", chat_id=42, message_id=sent.message_id)


async def test_old_messages_stay(bot: Bot, mia: Person, clock: Clock) -> None:
    """A bot may delete for 48 hours; several at once leave those out."""
    old = await bot.send_message(42, "old")
    clock.now += 48 * HOUR
    new = await bot.send_message(42, "new")
    clock.now += 1
    with pytest.raises(TelegramBadRequest, match="message can't be deleted for everyone"):
        await bot.delete_message(42, old.message_id)
    assert await bot.delete_messages(42, [old.message_id, new.message_id, 999])
    assert [seen.is_deleted for seen in mia.inbox[-2:]] == [False, True]


def test_how_many_are_deleted_at_once(raw: Raw) -> None:
    """One to a hundred."""
    assert raw.refusal("deleteMessages", chat_id=42, message_ids=[]) == (
        "Bad Request: message identifiers are not specified"
    )
    assert raw.refusal("deleteMessages", chat_id=42, message_ids=list(range(101))) == (
        "Bad Request: too many message identifiers specified"
    )


async def test_a_message_is_pinned_until_it_goes(bot: Bot) -> None:
    """The chat tells which it is."""
    sent = await bot.send_message(42, "x")
    await bot.pin_chat_message(42, sent.message_id)
    pinned = (await bot.get_chat(42)).pinned_message
    assert isinstance(pinned, Message)
    assert pinned.message_id == sent.message_id
    await bot.unpin_chat_message(42)
    assert (await bot.get_chat(42)).pinned_message is None
    await bot.pin_chat_message(42, sent.message_id)
    await bot.delete_message(42, sent.message_id)
    assert (await bot.get_chat(42)).pinned_message is None
    with pytest.raises(TelegramBadRequest, match="message to unpin not found"):
        await bot.unpin_chat_message(42)
    with pytest.raises(TelegramBadRequest, match="message to pin not found"):
        await bot.pin_chat_message(42, sent.message_id)


async def test_other_keyboards_are_no_part_of_a_message(api: BotApi, bot: Bot) -> None:
    """They are sent, and the answer does not have them."""
    sent = await bot.send_message(42, "x", reply_markup=ReplyKeyboardRemove())
    assert sent.reply_markup is None
    assert api.calls[-1].status == 200
