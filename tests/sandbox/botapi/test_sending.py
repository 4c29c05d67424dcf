"""Messages that bots send."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.types import (
    BufferedInputFile,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    MediaUnion,
    MessageEntity,
    MessageOriginUser,
    ReplyParameters,
)

from sandbox.botapi import BotApi, Flood, Limits, Person, Rate
from tests.sandbox.botapi.bots import Clock, Raw, buttons, png

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("api", "mia")]

BEGINNING = "entity beginning at UTF-16 offset 0"


def _bold(text: str, offset: int, length: int) -> dict[str, object]:
    entity = {"type": "bold", "offset": offset, "length": length}
    return {"text": text, "entities": [entity]}


async def test_a_text_arrives_with_its_formatting(api: BotApi, bot: Bot, mia: Person) -> None:
    """The answer is the message that the person sees."""
    sent = await bot.send_message(
        mia.id,
        " <b>Hi</b> &amp; /help ",
        parse_mode="HTML",
        reply_markup=buttons("Yes", "No"),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert (sent.text, sent.html_text) == ("Hi & /help", "<b>Hi</b> &amp; /help")
    assert [each.type for each in sent.entities or ()] == ["bold", "bot_command"]
    assert sent.link_preview_options is not None
    assert sent.link_preview_options.is_disabled
    seen = mia.inbox[-1]
    assert (seen.id, seen.text, seen.html) == (sent.message_id, sent.text, sent.html_text)
    assert (seen.keyboard, seen.data) == ((("Yes", "No"),), ("yes", "no"))
    assert sent.from_user is not None
    assert (sent.from_user.is_bot, seen.is_mine, seen.is_deleted) == (True, False, False)
    assert api.calls[-1].method == "sendMessage"


async def test_entities_can_be_given(bot: Bot, mia: Person) -> None:
    """Instead of HTML; their places are units of UTF-16."""
    bold = MessageEntity(type="bold", offset=3, length=3)
    sent = await bot.send_message(mia.id, "a😀<b>", entities=[bold])
    assert sent.html_text == "a😀<b>&lt;b&gt;</b>"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n"}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        (
            {"text": "я <b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {"text": "я<br>", "parse_mode": "html"},
            'can\'t parse entities: Unsupported start tag "br" at byte offset 2',
        ),
        ({"text": "x", "parse_mode": "bbcode"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": []}, "object expected as reply markup"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "chat_id": 7}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "chat_id": None}, "chat_id is empty"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": "nobody"}, "chat not found"),
        (
            {"text": "x", "entities": [{"type": "bald", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            {"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {
                "text": "x",
                "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "y"}],
            },
            "entity URL 'y' is invalid: Wrong HTTP URL",
        ),
        (_bold("x", -1, 1), "receive an entity with incorrect offset -1"),
        ({"text": "x", "entities": 5}, "invalid entities specified"),
        (_bold("😀", 1, 1), "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        (
            _bold("x😀", 0, 2),
            f"{BEGINNING} ends in a middle of a UTF-16 symbol at byte offset 5",
        ),
        (_bold("я", 2, 1), "entity begins after the end of the text at UTF-16 offset 2"),
        (
            _bold("я", 0, 2),
            f"{BEGINNING} ends after the end of the text at UTF-16 offset 2",
        ),
        ({"text": "x", "entities": "[5"}, "can't parse entities JSON object"),
    ],
)
def test_what_a_text_must_not_be(
    raw: Raw, mia: Person, arguments: dict[str, object], refusal: str
) -> None:
    """It is refused in the Bot API's words, and nobody sees anything."""
    before = mia.inbox
    assert raw.refusal("sendMessage", **{"chat_id": 42} | arguments) == f"Bad Request: {refusal}"
    assert mia.inbox == before


def test_the_longest_text_is_counted_without_its_tags(raw: Raw, mia: Person) -> None:
    """4096 units of UTF-16, after the entities are parsed."""
    raw.send("<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    assert len(mia.inbox[-1].text) == 2048


async def test_a_reply_has_what_it_answers(bot: Bot, mia: Person) -> None:
    """A missing one may be left out, if the bot says so."""
    asked = mia.send("question")
    sent = await bot.send_message(42, "x", reply_parameters=ReplyParameters(message_id=asked.id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "question"
    lenient = ReplyParameters(message_id=999, allow_sending_without_reply=True)
    assert (await bot.send_message(42, "x", reply_parameters=lenient)).reply_to_message is None


async def test_a_picture_arrives(bot: Bot, mia: Person) -> None:
    """Its bytes, its size, and an id by which it can be sent again."""
    data = png(30, 20)
    sent = await bot.send_photo(42, BufferedInputFile(data, "qr.png"), caption="scan me")
    assert sent.photo is not None
    (size,) = sent.photo
    assert (size.width, size.height, sent.caption) == (30, 20, "scan me")
    again = await bot.send_photo(42, size.file_id)
    assert [seen.photo for seen in mia.inbox[-2:]] == [data, data]
    assert again.caption is None


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "IMAGE_PROCESS_FAILED"),
        (png(1, 21), "PHOTO_INVALID_DIMENSIONS"),
        (png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
def test_what_is_no_picture(raw: Raw, data: bytes, refusal: str) -> None:
    """Telegram looks at what it is sent."""
    answer = raw.client.post(
        f"{raw.url}/sendPhoto", data={"chat_id": 42}, files={"photo": ("x.png", data)}
    )
    assert answer.json()["description"] == f"Bad Request: {refusal}"


async def test_a_document_arrives_and_can_be_downloaded(bot: Bot, mia: Person) -> None:
    """By aiogram's own download, from the path that getFile names."""
    sent = await bot.send_document(42, BufferedInputFile(b"\0\1\2", "export.json"))
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("export.json", 3)
    assert mia.inbox[-1].document == b"\0\1\2"
    found = await bot.get_file(sent.document.file_id)
    assert found.file_path is not None
    content = await bot.download_file(found.file_path)
    assert content is not None
    assert content.read() == b"\0\1\2"


async def test_files_that_are_not_there(bot: Bot) -> None:
    """Unknown ids, and addresses: nothing here leaves this machine."""
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await bot.send_document(42, "nonsense")
    with pytest.raises(TelegramBadRequest, match="failed to get HTTP URL content"):
        await bot.send_photo(42, "https://example.org/x.png")
    with pytest.raises(TelegramBadRequest, match="wrong file_id"):
        await bot.get_file("nonsense")
    sent = await bot.send_document(42, BufferedInputFile(b"x", "x.txt"))
    assert sent.document is not None
    with pytest.raises(TelegramBadRequest, match="can't use file of type Document as Photo"):
        await bot.send_photo(42, sent.document.file_id)


async def test_captions_have_a_limit_of_their_own(bot: Bot, mia: Person) -> None:
    """1024 units; HTML is read there too."""
    file = BufferedInputFile(png(), "x.png")
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(42, file, caption="x" * 1025)
    with pytest.raises(TelegramBadRequest, match="can't parse entities: Unclosed start tag"):
        await bot.send_photo(42, file, caption="<b", parse_mode="HTML")
    await bot.send_photo(42, file, caption=f"<i>{'x' * 1024}</i>", parse_mode="HTML")
    assert mia.inbox[-1].html.startswith("<i>xxx")


async def test_an_album_is_several_messages(bot: Bot, mia: Person) -> None:
    """With one group id, and the caption at its own picture."""
    files = [BufferedInputFile(png(2, height), "x.png") for height in (2, 3)]
    media: list[MediaUnion] = [
        InputMediaPhoto(media=file, caption=f"no {n}") for n, file in enumerate(files)
    ]
    first, second = await bot.send_media_group(42, media)
    assert first.media_group_id == second.media_group_id is not None
    assert [seen.photo for seen in mia.inbox[-2:]] == [png(2, 2), png(2, 3)]
    assert [seen.text for seen in mia.inbox[-2:]] == ["no 0", "no 1"]


async def test_an_album_has_a_size_and_one_kind(bot: Bot) -> None:
    """Two to ten, and documents only among themselves."""
    photo = InputMediaPhoto(media=BufferedInputFile(png(), "x.png"))
    document = InputMediaDocument(media=BufferedInputFile(b"x", "x.txt"))
    with pytest.raises(TelegramBadRequest, match="must be 2-10 media"):
        await bot.send_media_group(42, [photo])
    with pytest.raises(TelegramBadRequest, match="document can't be mixed"):
        await bot.send_media_group(42, [photo, document])


async def test_messages_are_copied_and_forwarded(bot: Bot, mia: Person) -> None:
    """A copy is the bot's own, a forward has its origin; what is protected stays."""
    asked = mia.send("look at https://t.me")
    copied = await bot.copy_message(42, 42, asked.id)
    assert mia.message(copied.message_id).text == "look at https://t.me"
    assert mia.message(copied.message_id).message.forward_origin is None
    forwarded = await bot.forward_message(42, 42, asked.id)
    assert isinstance(forwarded.forward_origin, MessageOriginUser)
    assert forwarded.forward_origin.sender_user.id == 42
    with pytest.raises(TelegramBadRequest, match="message to copy not found"):
        await bot.copy_message(42, 42, 999)
    secret = await bot.send_message(42, "x", protect_content=True)
    with pytest.raises(TelegramBadRequest, match="the message can't be forwarded"):
        await bot.forward_message(42, 42, secret.message_id)


async def test_actions_are_named(api: BotApi, bot: Bot) -> None:
    """Whoever watches sees what people would see."""
    watcher = api.watch()
    await bot.send_chat_action(42, "typing")
    event = await watcher.awaited(5)
    assert event is not None
    assert (event.kind, event.chat, event.text) == ("action", 42, "typing")
    with pytest.raises(TelegramBadRequest, match="wrong parameter action in request"):
        await bot.send_chat_action(42, "dancing")


async def test_who_cannot_be_written_to(api: BotApi, bot: Bot, mia: Person) -> None:
    """Each with Telegram's reason; after a restart all is well."""
    stranger = api.person(7)
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "x")
    mia.block()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(mia.id, "x")
    mia.start()
    await bot.send_message(mia.id, "x")
    mia.deactivate()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: user is deactivated"):
        await bot.send_message(mia.id, "x")


def test_too_fast_is_told_when_to_go_on(clock: Clock) -> None:
    """429 with the seconds, also as a header; sends, edits and albums count alike."""
    limits = Limits(chat=Rate(1.0, 2), overall=None)
    with BotApi(limits=limits, clock=clock) as api, Raw(api) as raw:
        api.person(42).start()
        sent = raw.send()
        assert (
            raw.call("editMessageText", chat_id=42, message_id=sent["message_id"], text="y")[0]
            == 200
        )
        answer = raw.client.post(f"{raw.url}/sendMessage", json={"chat_id": 42, "text": "x"})
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
        clock.now += 1
        raw.send()


async def test_aiogram_understands_too_fast(bot: Bot, api: BotApi) -> None:
    """Its error has the seconds."""
    api.faults.next("sendMessage", Flood(17))
    with pytest.raises(TelegramRetryAfter) as caught:
        await bot.send_message(42, "x")
    assert caught.value.retry_after == 17


async def test_a_file_can_be_too_large(bot: Bot) -> None:
    """Fifty megabytes are the most a bot sends."""
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(42, BufferedInputFile(bytes(50 * 1024 * 1024 + 1), "x.bin"))
