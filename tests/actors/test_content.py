"""What a post holds, from Telethon's own types."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from telethon.tl import types

from actors.telegram.content import content, names
from storage.content import Caption, Content, Origin

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
HERE = types.PeerChannel(500)


def message(text: str = "", **rest: Any) -> Any:
    """A message of channel 500."""
    return types.Message(10, HERE, AT, text, **rest)


def held(text: str = "", **rest: Any) -> Content:
    """What such a message holds."""
    found = content(message(text, **rest))
    assert found is not None
    return found


def said(text: str, *entities: Any) -> Any:
    """A text as polls have it."""
    return types.TextWithEntities(text, list(entities))


def test_a_plain_post_holds_its_text() -> None:
    """What a message does not have is empty or None, not guessed."""
    assert held("1 < 2") == Content(
        text="1 < 2",
        html="1 &lt; 2",
        author=None,
        reply_to=None,
        album=None,
        media=(),
        forward=None,
        links=(),
        views=None,
        forwards=None,
        reactions=(),
        comments=None,
        protected=False,
    )


@pytest.mark.parametrize(
    "found",
    [
        None,
        types.MessageEmpty(10, HERE),
        types.MessageService(10, HERE, AT, action=types.MessageActionPinMessage()),
    ],
)
def test_what_is_no_post_holds_nothing(found: Any) -> None:
    """Service messages, and messages that are not there, are no content."""
    assert content(found) is None


@pytest.mark.parametrize(
    ("entity", "html"),
    [
        (types.MessageEntityBold(3, 7), "🔥 <b>a.org/x</b>"),
        (types.MessageEntityItalic(3, 7), "🔥 <i>a.org/x</i>"),
        (types.MessageEntityUnderline(3, 7), "🔥 <u>a.org/x</u>"),
        (types.MessageEntityStrike(3, 7), "🔥 <s>a.org/x</s>"),
        (types.MessageEntityCode(3, 7), "🔥 <code>a.org/x</code>"),
        (types.MessageEntityPre(3, 7, ""), "🔥 <pre>a.org/x</pre>"),
        (
            types.MessageEntityPre(3, 7, "sh"),
            '🔥 <pre><code class="language-sh">a.org/x</code></pre>',
        ),
        (types.MessageEntitySpoiler(3, 7), "🔥 <tg-spoiler>a.org/x</tg-spoiler>"),
        (types.MessageEntityBlockquote(3, 7), "🔥 <blockquote>a.org/x</blockquote>"),
        (types.MessageEntityUrl(3, 7), '🔥 <a href="https://a.org/x">a.org/x</a>'),
        (types.MessageEntityTextUrl(3, 7, "tg://x"), '🔥 <a href="tg://x">a.org/x</a>'),
        (types.MessageEntityMentionName(3, 7, 8), '🔥 <a href="tg://user?id=8">a.org/x</a>'),
        (types.MessageEntityCustomEmoji(0, 2, 99), "🔥 a.org/x"),
        (types.MessageEntityHashtag(3, 7), "🔥 a.org/x"),
        (types.MessageEntityUnknown(3, 7), "🔥 a.org/x"),
    ],
)
def test_telethons_entities_are_shown(entity: Any, html: str) -> None:
    """Each kind that has a tag gets it, counted in UTF-16 units; the others change nothing."""
    assert held("🔥 a.org/x", entities=[entity]).html == html


@pytest.mark.parametrize(
    ("text", "kind", "html"),
    [
        ("@name", types.MessageEntityMention, '<a href="https://t.me/name">@name</a>'),
        ("a@b.org", types.MessageEntityEmail, '<a href="mailto:a@b.org">a@b.org</a>'),
        ("+7 999", types.MessageEntityPhone, '<a href="tel:+7999">+7 999</a>'),
    ],
)
def test_names_and_numbers_lead_somewhere(text: str, kind: Any, html: str) -> None:
    """Mentions, e-mail addresses and phone numbers can be followed, and are not counted links."""
    found = held(text, entities=[kind(0, len(text))])
    assert (found.html, found.links) == (html, ())


def test_a_poll_is_told_in_words() -> None:
    """The text, the question with its marks and every option, each on a line."""
    question = said("🔥 Which?", types.MessageEntityBold(3, 6))
    answers = [
        types.PollAnswer(said("This"), b"0"),
        types.PollAnswer(said("a.org", types.MessageEntityUrl(0, 5)), b"1"),
    ]
    poll = types.MessageMediaPoll(types.Poll(1, question, answers, 0), types.PollResults())
    found = held("Vote 🗳", media=poll, entities=[types.MessageEntityItalic(0, 4)])
    assert found.text == "Vote 🗳\n\n🔥 Which?\n• This\n• a.org"
    assert found.html == (
        '<i>Vote</i> 🗳\n\n🔥 <b>Which?</b>\n• This\n• <a href="https://a.org">a.org</a>'
    )
    assert found.links == ("https://a.org",)
    assert held(media=poll).text == "🔥 Which?\n• This\n• a.org"


def _to_do() -> Any:
    items = [types.TodoItem(1, said("bread")), types.TodoItem(2, said("salt"))]
    return types.MessageMediaToDo(types.TodoList(said("Shopping"), items))


_POINT = types.GeoPoint(long=30.3141, lat=59.9386, access_hash=0)


@pytest.mark.parametrize(
    ("media", "text"),
    [
        (types.MessageMediaGeo(_POINT), "59.938600, 30.314100"),
        (types.MessageMediaGeoLive(_POINT, 60), "59.938600, 30.314100"),
        (types.MessageMediaGeo(types.GeoPointEmpty()), ""),
        (
            types.MessageMediaVenue(_POINT, "Hermitage", "Palace Square", "", "", ""),
            "Hermitage\nPalace Square\n59.938600, 30.314100",
        ),
        (types.MessageMediaContact("79990000101", "Anna", "B", "", 0), "Anna B\n+79990000101"),
        (types.MessageMediaContact("+7 999", "Anna", "", "", 0), "Anna\n+7 999"),
        (types.MessageMediaDice(4, "🎲"), "🎲 4"),
        (types.MessageMediaGame(types.Game(1, 2, "g", "Chess", "Play", None)), "Chess\nPlay"),
        (types.MessageMediaInvoice("Mug", "White", "EUR", 900, ""), "Mug\nWhite"),
        (_to_do(), "Shopping\n• bread\n• salt"),
        (types.MessageMediaGiveaway([1], 2, AT, prize_description="Two mugs"), "Two mugs"),
        (types.MessageMediaGiveaway([1], 2, AT), ""),
    ],
)
def test_what_is_no_file_is_told_in_words(media: Any, text: str) -> None:
    """Places, contacts, lists and the like can be read and found as text."""
    assert held(media=media).text == text
    assert held("Look", media=media).text == ("Look\n\n" + text if text else "Look")


def test_a_contacts_number_can_be_called() -> None:
    """The number is a tel: link; a vCard is not shown."""
    found = held(media=types.MessageMediaContact("7999", "<A>", "", "vcard", 0))
    assert found.html == '&lt;A&gt;\n<a href="tel:+7999">+7999</a>'


def _keyboard(*urls: str) -> Any:
    buttons: list[Any] = [
        types.KeyboardInlineButton("open", types.InlineButtonTypeUrl(url)) for url in urls
    ]
    buttons.append(types.KeyboardInlineButton("vote", types.InlineButtonTypeCallback(b"x")))
    return types.ReplyInlineMarkup([types.KeyboardInlineButtonRow(buttons)])


def _preview(url: str) -> Any:
    return types.MessageMediaWebPage(types.WebPage(1, url, "", 0))


def test_links_come_from_text_buttons_and_preview_once() -> None:
    """In this order, each place once, and none that is unsafe."""
    found = held(
        "a.org/x and here",
        entities=[
            types.MessageEntityTextUrl(12, 4, "https://b.org"),
            types.MessageEntityUrl(0, 7),
        ],
        reply_markup=_keyboard("http://B.org/", "https://c.org", "javascript:x"),
        media=_preview("https://a.org/x"),
    )
    assert found.links == ("https://a.org/x", "https://b.org", "https://c.org")
    both = held(reply_markup=_keyboard("https://c.org"), media=_preview("https://d.org"))
    assert both.links == ("https://c.org", "https://d.org")


@pytest.mark.parametrize(
    ("page", "links"),
    [
        (types.WebPageEmpty(1), ()),
        (types.WebPagePending(1, AT, url="https://a.org"), ("https://a.org",)),
    ],
)
def test_a_preview_that_is_not_there_is_no_media(page: Any, links: tuple[str, ...]) -> None:
    """A preview not made yet, or none, still names its address if it has one."""
    found = held(media=types.MessageMediaWebPage(page))
    assert (found.media, found.links) == ((), links)


def test_other_keyboards_have_no_links() -> None:
    """Keyboards without addresses, and markup without rows, are no trouble."""
    plain = types.KeyboardButtonRow([types.KeyboardButton("yes", types.ButtonTypeDefault())])
    for markup in (types.ReplyKeyboardMarkup([plain]), types.ReplyKeyboardHide()):
        assert held("x", reply_markup=markup).links == ()


def test_reactions_are_named() -> None:
    """Emoji by themselves, custom ones by number, paid ones as paid, in Telegram's order."""
    given = [
        (types.ReactionPaid(), 9),
        (types.ReactionEmoji("👍"), 5),
        (types.ReactionCustomEmoji(123), 2),
        (types.ReactionEmpty(), 1),
    ]
    results = [types.ReactionCount(reaction, count) for reaction, count in given]
    found = held("x", reactions=types.MessageReactions(results))
    assert found.reactions == (("paid", 9), ("👍", 5), ("custom:123", 2))


@pytest.mark.parametrize(
    ("replies", "comments"),
    [
        (types.MessageReplies(7, 1, comments=True), 7),
        (types.MessageReplies(0, 1, comments=True), 0),
        (types.MessageReplies(7, 1), None),
    ],
)
def test_comments_count_where_they_are_on(replies: Any, comments: int | None) -> None:
    """No comments yet is 0; replies of a chat without comments are none."""
    assert held("x", replies=replies).comments == comments


def test_counts_are_telegrams() -> None:
    """Views and forwards are as told, zero included."""
    found = held("x", views=0, forwards=3)
    assert (found.views, found.forwards) == (0, 3)


def test_a_post_or_its_channel_is_protected() -> None:
    """Either may say so."""
    assert held("x", noforwards=True).protected
    whole = content(message("x"), protected=True)
    assert whole is not None
    assert whole.protected


@pytest.mark.parametrize(
    ("reply", "to"),
    [
        (types.MessageReplyHeader(reply_to_msg_id=7), 7),
        (types.MessageReplyHeader(reply_to_msg_id=7, reply_to_peer_id=HERE), 7),
        (types.MessageReplyHeader(reply_to_msg_id=7, reply_to_peer_id=types.PeerChannel(9)), None),
        (types.MessageReplyHeader(), None),
        (types.MessageReplyStoryHeader(HERE, 7), None),
    ],
)
def test_a_reply_is_to_a_post_of_the_channel(reply: Any, to: int | None) -> None:
    """The id of another chat's message, or of a story, is not taken for a post's."""
    assert held("x", reply_to=reply).reply_to == to


def test_names_come_with_the_answer() -> None:
    """Channels, closed ones too, and people are named by marked id."""
    photo = types.ChatPhotoEmpty()
    answer = SimpleNamespace(
        chats=[types.Channel(5, "News", photo, AT), types.ChannelForbidden(6, 0, "Closed")],
        users=[types.User(5, first_name="Anna", last_name="B")],
    )
    assert names(answer) == {-1000000000005: "News", -1000000000006: "Closed", 5: "Anna B"}


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (
            {"from_id": types.PeerChannel(5), "channel_post": 3, "post_author": "Ed"},
            Origin(channel_id=5, name="News", post_id=3, at=AT, author="Ed"),
        ),
        (
            {"from_id": types.PeerUser(5)},
            Origin(channel_id=None, name="Anna", post_id=None, at=AT, author=None),
        ),
        (
            {"from_name": "Hidden"},
            Origin(channel_id=None, name="Hidden", post_id=None, at=AT, author=None),
        ),
        (
            {"from_id": types.PeerChannel(6)},
            Origin(channel_id=6, name=None, post_id=None, at=AT, author=None),
        ),
    ],
)
def test_a_forward_says_where_it_was_first(header: dict[str, Any], origin: Origin) -> None:
    """Channel, person or a mere name; a channel and a person of one number are told apart."""
    given = message("x", fwd_from=types.MessageFwdHeader(AT, **header))
    found = content(given, names={-1000000000005: "News", 5: "Anna"})
    assert found is not None
    assert found.forward == origin


def test_a_post_is_signed_by_its_author() -> None:
    """By the signature, or the person who posts by name; a channel's own name is no signature."""
    known = {5: "Anna", -1000000000500: "News"}
    signed = [
        content(message("x", post_author="Ed", from_id=types.PeerUser(5)), names=known),
        content(message("x", from_id=types.PeerUser(5)), names=known),
        content(message("x", from_id=HERE), names=known),
        content(message("x", from_id=types.PeerUser(6)), names=known),
    ]
    assert [found and found.author for found in signed] == ["Ed", "Anna", None, None]


def test_an_albums_part_keeps_its_caption() -> None:
    """A part of an album can be merged with others without loss; a single post needs no caption."""
    found = held("a.org", grouped_id=77, entities=[types.MessageEntityUrl(0, 5)])
    assert found.album == 77
    assert found.captions == (
        Caption(part=10, text="a.org", html=found.html, links=("https://a.org",)),
    )
