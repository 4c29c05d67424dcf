"""What a post carries, from Telethon's own types."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telethon.tl import types

from actors.telegram.content import content
from storage.content import Content, Media

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
NO_SET = types.InputStickerSetEmpty()
POINT = types.GeoPoint(long=30.0, lat=59.0, access_hash=0)
VIDEO = types.DocumentAttributeVideo(2.5, 640, 480)


def held(media: Any, **rest: Any) -> Content:
    """What a message with such media holds."""
    message = types.Message(10, types.PeerChannel(500), AT, "", media=media, **rest)
    found = content(message)
    assert found is not None
    return found


def document(*attributes: Any, mime: str = "video/mp4") -> Any:
    """A file of 900 bytes."""
    return types.Document(1, 2, b"", AT, mime, 900, 2, list(attributes))


def photo(*sizes: Any) -> Any:
    """A picture in some forms."""
    return types.Photo(1, 2, b"", AT, list(sizes), 2)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ([], {"kind": "document"}),
        (
            [types.DocumentAttributeFilename("a.pdf")],
            {"kind": "document", "file_name": "a.pdf"},
        ),
        (
            [types.DocumentAttributeImageSize(30, 20)],
            {"kind": "document", "width": 30, "height": 20},
        ),
        ([VIDEO], {"kind": "video", "duration": 2.5, "width": 640, "height": 480}),
        (
            [types.DocumentAttributeVideo(9, 384, 384, round_message=True)],
            {"kind": "round_video", "duration": 9.0, "width": 384, "height": 384},
        ),
        (
            [types.DocumentAttributeAnimated(), VIDEO],
            {"kind": "animation", "duration": 2.5, "width": 640, "height": 480},
        ),
        ([types.DocumentAttributeAudio(7, voice=True)], {"kind": "voice", "duration": 7.0}),
        (
            [types.DocumentAttributeAudio(200), types.DocumentAttributeFilename("a.mp3")],
            {"kind": "audio", "duration": 200.0, "file_name": "a.mp3"},
        ),
        (
            [types.DocumentAttributeImageSize(512, 512),
             types.DocumentAttributeSticker("🔥", NO_SET)],
            {"kind": "sticker", "width": 512, "height": 512},
        ),
        (
            [VIDEO, types.DocumentAttributeSticker("🔥", NO_SET)],
            {"kind": "sticker", "duration": 2.5, "width": 640, "height": 480},
        ),
        ([types.DocumentAttributeCustomEmoji("🔥", NO_SET)], {"kind": "sticker"}),
    ],
)  # fmt: skip
def test_a_file_is_what_its_attributes_say(attributes: list[Any], expected: dict[str, Any]) -> None:
    """Kind, name, seconds and measures come from the attributes, bytes and type from the file."""
    found = held(types.MessageMediaDocument(document=document(*attributes))).media
    assert found == (Media(part=10, size=900, mime="video/mp4", **expected),)


def test_a_file_without_a_type_has_none() -> None:
    """An empty type is no type; nothing of zero length is lost for it."""
    file = document(types.DocumentAttributeAudio(0), mime="")
    (found,) = held(types.MessageMediaDocument(document=file)).media
    assert (found.mime, found.duration) == (None, 0.0)


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({"round": True, "video": True}, "round_video"),
        ({"voice": True}, "voice"),
        ({"video": True}, "video"),
        ({}, "document"),
    ],
)
def test_of_an_expired_file_its_kind_is_left(flags: dict[str, bool], kind: Any) -> None:
    """Whether it is missing or empty, what it was is still told."""
    for gone in (None, types.DocumentEmpty(1)):
        found = held(types.MessageMediaDocument(document=gone, **flags)).media
        assert found == (Media(part=10, kind=kind),)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (
            [types.PhotoStrippedSize("i", b"x"), types.PhotoSize("m", 320, 240, 20_000),
             types.PhotoSizeProgressive("y", 1280, 960, [9_000, 150_000])],
            {"size": 150_000, "width": 1280, "height": 960},
        ),
        (
            [types.PhotoSize("x", 800, 600, 60_000), types.PhotoCachedSize("s", 90, 60, b"abc")],
            {"size": 60_000, "width": 800, "height": 600},
        ),
        (
            [types.PhotoCachedSize("s", 90, 60, b"abc"), types.PhotoSizeEmpty("m")],
            {"size": 3, "width": 90, "height": 60},
        ),
        ([types.PhotoPathSize("j", b"x")], {}),
    ],
)  # fmt: skip
def test_a_picture_is_told_of_in_its_largest_form(
    sizes: list[Any], expected: dict[str, Any]
) -> None:
    """Blurs and outlines of it do not count."""
    found = held(types.MessageMediaPhoto(photo=photo(*sizes))).media
    assert found == (Media(part=10, kind="photo", **expected),)


@pytest.mark.parametrize("gone", [None, types.PhotoEmpty(1)])
def test_an_expired_picture_is_a_picture(gone: Any) -> None:
    """That there was one is still told."""
    assert held(types.MessageMediaPhoto(photo=gone)).media == (Media(part=10, kind="photo"),)


def _poll(**rest: Any) -> Any:
    question = types.TextWithEntities("Which?", [])
    return types.MessageMediaPoll(types.Poll(1, question, [], 0), types.PollResults(), **rest)


@pytest.mark.parametrize(
    ("media", "kinds"),
    [
        (None, []),
        (types.MessageMediaEmpty(), []),
        (types.MessageMediaGeo(POINT), ["location"]),
        (types.MessageMediaGeoLive(POINT, 60), ["location"]),
        (types.MessageMediaVenue(POINT, "t", "a", "", "", ""), ["location"]),
        (types.MessageMediaContact("7", "A", "", "", 0), ["contact"]),
        (types.MessageMediaWebPage(types.WebPage(1, "https://a.org", "", 0)), ["web_page"]),
        (_poll(), ["poll"]),
        (_poll(attached_media=types.MessageMediaPhoto(photo=photo())), ["poll", "photo"]),
        (types.MessageMediaDice(4, "🎲"), ["other"]),
        (types.MessageMediaStory(types.PeerChannel(5), 1), ["other"]),
        (types.MessageMediaUnsupported(), ["other"]),
    ],
)
def test_everything_else_has_a_kind(media: Any, kinds: list[str]) -> None:
    """What is known is named, what is not is "other", and never lost."""
    assert [each.kind for each in held(media).media] == kinds


def test_paid_media_is_told_piece_by_piece() -> None:
    """Bought pieces as they are, the others by their preview."""
    pieces = [
        types.MessageExtendedMedia(types.MessageMediaPhoto(photo=photo())),
        types.MessageExtendedMediaPreview(w=64, h=48),
        types.MessageExtendedMediaPreview(w=64, h=48, video_duration=0),
    ]
    assert held(types.MessageMediaPaidMedia(5, pieces)).media == (
        Media(part=10, kind="photo"),
        Media(part=10, kind="photo", width=64, height=48),
        Media(part=10, kind="video", duration=0, width=64, height=48),
    )


def _rich(*blocks: Any) -> Any:
    return types.RichMessage(list(blocks), [photo()], [document(VIDEO)])


def test_a_rich_message_carries_its_pictures_and_files() -> None:
    """What its blocks refer to comes with it."""
    found = held(None, rich_message=_rich())
    assert [media.kind for media in found.media] == ["photo", "video"]


def plain(text: str) -> Any:
    """A text as blocks have it."""
    return types.TextPlain(text)


NO_CAPTION = types.PageCaption(types.TextEmpty(), types.TextEmpty())


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (types.PageBlockParagraph(plain("a < b")), "a &lt; b"),
        (types.PageBlockHeading1(plain("🔥 Big")), "<b>🔥 Big</b>"),
        (
            types.PageBlockParagraph(
                types.TextConcat([
                    plain("🔥 "), types.TextBold(plain("b")), types.TextItalic(plain("i")),
                    types.TextUrl(plain("l"), "https://a.org", 0), types.TextCustomEmoji(1, "👍"),
                    types.TextMath("x^2"), types.TextSubscript(plain("2")),
                    types.TextImage(1, 2, 3), types.TextEmpty(),
                ])
            ),
            '🔥 <b>b</b><i>i</i><a href="https://a.org">l</a>👍<code>x^2</code>2',
        ),
        (
            types.PageBlockParagraph(
                types.TextConcat([
                    types.TextEmail(plain("e"), "a@b.org"), types.TextPhone(plain("p"), "+7"),
                    types.TextMentionName(plain("m"), 8), types.TextAutoUrl(plain("c.org")),
                ])
            ),
            (
                '<a href="mailto:a@b.org">e</a><a href="tel:+7">p</a>'
                '<a href="tg://user?id=8">m</a><a href="https://c.org">c.org</a>'
            ),
        ),
        (
            types.PageBlockPreformatted(plain("x = 1"), "python"),
            '<pre><code class="language-python">x = 1</code></pre>',
        ),
        (
            types.PageBlockBlockquote(plain("said"), plain("Anna")),
            "<blockquote>said\nAnna</blockquote>",
        ),
        (
            types.PageBlockList([
                types.PageListItemText(plain("one")),
                types.PageListItemBlocks([types.PageBlockParagraph(plain("two"))]),
            ]),
            "one\ntwo",
        ),
        (
            types.PageBlockTable(plain("Table"), [
                types.PageTableRow([types.PageTableCell(text=plain("a")), types.PageTableCell(),
                                    types.PageTableCell(text=plain("c"))]),
            ]),
            "Table\na | c",
        ),
        (
            types.PageBlockDetails([types.PageBlockParagraph(plain("inside"))], plain("More")),
            "More\ninside",
        ),
        (
            types.PageBlockPhoto(1, types.PageCaption(plain("A cat"), plain("by Anna"))),
            "A cat\nby Anna",
        ),
        (types.PageBlockCover(types.PageBlockPhoto(1, NO_CAPTION)), ""),
        (types.PageBlockMath("e = mc^2"), "e = mc^2"),
        (types.PageBlockDivider(), ""),
        (types.PageBlockUnsupported(), ""),
    ],
)  # fmt: skip
def test_a_rich_message_is_told_in_lines(block: Any, html: str) -> None:
    """Every block's words are in the text, marked where Telegram's HTML has a mark for it."""
    assert held(None, rich_message=_rich(block)).html == html


def test_a_rich_messages_lines_follow_each_other() -> None:
    """Blocks are read from top to bottom, their links with them; a plain text comes first."""
    link = types.TextUrl(plain("here"), "https://a.org", 0)
    rich = _rich(types.PageBlockTitle(plain("Title")), types.PageBlockParagraph(link))
    found = held(None, rich_message=rich)
    assert (found.text, found.links) == ("Title\nhere", ("https://a.org",))
    both = content(types.Message(10, types.PeerChannel(5), AT, "plain", rich_message=rich))
    assert both is not None
    assert both.text == "plain"
