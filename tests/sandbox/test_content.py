"""What posts carry besides text, as a stock client sees and downloads it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from telethon import functions, types
from telethon.errors import (
    FileMigrateError,
    FileReferenceExpiredError,
    LimitInvalidError,
    LocationInvalidError,
)

from sandbox import (
    Channel,
    Document,
    Forward,
    IdTaken,
    Mark,
    Person,
    Photo,
    Post,
    PostProtected,
    Sandbox,
    UnknownPost,
    WebPage,
    World,
)
from sandbox.world import access_hash

Connect = Callable[..., AbstractAsyncContextManager[Any]]
pytestmark = pytest.mark.anyio


def _peer(viewer: Person, channel: Channel) -> Any:
    return types.InputPeerChannel(channel.id, access_hash(viewer.id, "channel", channel.id))


async def _one(client: Any, viewer: Person, channel: Channel, post: Post) -> Any:
    return await client.get_messages(_peer(viewer, channel), ids=post.id)


async def test_an_album_is_several_posts_of_one_group(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """The posts of an album share a group, and the first has its text; another has another."""
    photos = [Photo(id=number) for number in (1, 2, 3)]
    world = sandbox.world
    sandbox.run(lambda: world.album(news, photos, "three pictures"))
    sandbox.run(lambda: world.album(news, [Photo(id=4), Document(id=5)]))
    async with connect(anna) as client:
        found = (await client.get_messages(_peer(anna, news), limit=5))[::-1]
    assert [post.message for post in found] == ["three pictures", "", "", "", ""]
    groups = [post.grouped_id for post in found]
    assert groups == [groups[0]] * 3 + [groups[3]] * 2
    assert None not in groups
    assert groups[0] != groups[3]
    assert [post.photo.id for post in found if post.photo] == [1, 2, 3, 4]
    assert found[4].document.id == 5


async def test_a_photo_can_be_downloaded(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A picture given as bytes arrives as those bytes; its thumbnail is smaller."""
    data = bytes(range(256)) * 40
    post = sandbox.publish(news.id, "look", media=Photo(id=1, data=data, width=640, height=480))
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert (seen.photo.sizes[-1].w, seen.photo.sizes[-1].size) == (640, len(data))
        assert await client.download_media(seen, bytes) == data
        assert await client.download_media(seen, bytes, thumb=0) == data[: len(data) // 8]


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_500_001])
async def test_a_document_can_be_downloaded_in_pieces(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, size: int
) -> None:
    """Files of any size arrive whole, with their name and type."""
    file = Document(id=9, name="report.pdf", mime="application/pdf", size=size)
    post = sandbox.publish(news.id, "read", media=file)
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert (seen.file.name, seen.file.mime_type, seen.file.size) == (
            "report.pdf",
            "application/pdf",
            size,
        )
        assert await client.download_media(seen, bytes) == file.content()


async def test_a_file_of_another_centre_is_fetched_there(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A client takes its authorisation along to the data centre where a file is."""
    file = Document(id=9, size=300_000, dc=4)
    post = sandbox.publish(news.id, "far", media=file)
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert await client.download_media(seen, bytes) == file.content()
        assert client.session.dc_id == 2
        location = types.InputDocumentFileLocation(
            seen.document.id, seen.document.access_hash, seen.document.file_reference, ""
        )
        with pytest.raises(FileMigrateError):
            await client(functions.upload.GetFileRequest(location, 0, 4096))
    methods = [call.method for call in sandbox.calls]
    assert methods.count("auth.importAuthorization") == 1


async def test_wrong_requests_for_files_are_refused(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A wrong hash, an old reference and odd lengths are refused as Telegram does."""
    post = sandbox.publish(news.id, "read", media=Document(id=9))
    async with connect(anna) as client:
        file = (await _one(client, anna, news, post)).document
        place, ask = types.InputDocumentFileLocation, functions.upload.GetFileRequest
        good = place(file.id, file.access_hash, file.file_reference, "")
        with pytest.raises(LocationInvalidError):
            await client(ask(place(file.id, 1, file.file_reference, ""), 0, 4096))
        with pytest.raises(FileReferenceExpiredError):
            await client(ask(place(file.id, file.access_hash, b"old", ""), 0, 4096))
        for limit in (1000, 0, 2_097_152):
            with pytest.raises(LimitInvalidError):
                await client(ask(good, 0, limit))
        assert len((await client(ask(good, 4096, 8192))).bytes) == 8192


async def test_a_forward_says_where_it_was_first(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel
) -> None:
    """A copy of a copy names the first post, the first channel comes along, and forwards count."""
    world = sandbox.world
    first = sandbox.publish(private.id, "first said here", author="A. Writer")
    copy = sandbox.run(lambda: world.forward(private, first.id, news))
    again = sandbox.run(lambda: world.forward(news, copy.id, news))
    async with connect(anna) as client:
        found = await client.get_messages(_peer(anna, news), limit=2)
        for seen in found:
            origin = seen.fwd_from
            assert (origin.from_id.channel_id, origin.channel_post) == (private.id, first.id)
            assert (origin.post_author, origin.date) == ("A. Writer", first.date)
            assert (await seen.forward.get_chat()).title == "Private"
        assert (await _one(client, anna, private, first)).forwards == 1
        assert (await _one(client, anna, news, copy)).forwards == 1
    assert again.id == copy.id + 1


async def test_a_forward_from_where_one_may_not_look(
    sandbox: Sandbox, connect: Connect, boris: Person, news: Channel, private: Channel
) -> None:
    """Of a private source only the name is told; a hidden person is only a name as well."""
    sandbox.run(lambda: sandbox.world.forward(private, 1, news))
    when = datetime(2024, 5, 1, tzinfo=UTC)
    sandbox.publish(news.id, "hidden", forward=Forward(date=when, name="Somebody"))
    async with connect(boris) as client:
        history = functions.messages.GetHistoryRequest(_peer(boris, news), 0, None, 0, 2, 0, 0, 0)
        page = await client(history)
        source = next(chat for chat in page.chats if chat.id == private.id)
        assert isinstance(source, types.ChannelForbidden)
        assert source.title == "Private"
        assert page.messages[0].fwd_from.from_name == "Somebody"
        assert page.messages[0].fwd_from.date == when


async def test_protected_posts_are_marked_and_not_forwarded(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel, private: Channel
) -> None:
    """A protected post and a protected channel say so, and the world forwards neither."""
    post = sandbox.publish(news.id, "stay here", protected=True)
    closed = sandbox.run(lambda: sandbox.world.channel("Closed", username="closed", protected=True))
    other = sandbox.publish(closed.id, "also")
    for source, each in ((news, post), (closed, other)):
        with pytest.raises(PostProtected, match="as a post of its own"):
            sandbox.run(partial(sandbox.world.forward, source, each.id, private))
    async with connect(anna) as client:
        assert (await _one(client, anna, news, post)).noforwards
        seen = await client.get_messages("closed", limit=1)
        assert seen[0].noforwards
        assert (await client.get_entity("closed")).noforwards


async def test_a_reply_names_an_older_post(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A reply leads to the post it answers; nobody can reply to what is not there yet."""
    post = sandbox.publish(news.id, "as we said", reply_to=7)
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert seen.reply_to_msg_id == 7
        assert (await seen.get_reply_message()).message == "post 7"
    for wrong in (post.id + 1, 0, 1000):
        with pytest.raises(UnknownPost):
            sandbox.publish(news.id, "impossible", reply_to=wrong)


async def test_formatting_arrives(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Every kind of mark arrives in its place, counted in UTF-16 units."""
    text = "🔥 bold, link, code"
    marks = (
        Mark("bold", 3, 4),
        Mark("text_url", 9, 4, "https://example.org/"),
        Mark("code", 15, 4),
    )
    post = sandbox.publish(news.id, text, marks=marks)
    rest = ("email", "hashtag", "italic", "mention", "pre", "spoiler", "strike", "underline", "url")
    other = sandbox.publish(
        news.id,
        "x" * 20,
        marks=tuple(Mark(kind, place, 1) for place, kind in enumerate(rest)),  # type: ignore[arg-type]
    )
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        found = [(type(mark).__name__, inner) for mark, inner in seen.get_entities_text()]
        assert found == [
            ("MessageEntityBold", "bold"),
            ("MessageEntityTextUrl", "link"),
            ("MessageEntityCode", "code"),
        ]
        assert seen.entities[1].url == "https://example.org/"
        kinds = [type(mark).__name__ for mark in (await _one(client, anna, news, other)).entities]
        assert kinds == [f"MessageEntity{kind.title()}" for kind in rest]


async def test_counts_author_and_preview_arrive(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Views, forwards, reactions, the author's signature and a link's preview are on the post."""
    page = WebPage(url="https://example.org/a", title="Title", description="Words")
    post = sandbox.publish(
        news.id,
        "https://example.org/a",
        views=1000,
        forwards=20,
        reactions=(("👍", 30), ("❤", 4)),
        author="B. Editor",
        media=page,
    )
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert (seen.views, seen.forwards, seen.post_author) == (1000, 20, "B. Editor")
        assert [(each.reaction.emoticon, each.count) for each in seen.reactions.results] == [
            ("👍", 30),
            ("❤", 4),
        ]
        assert (seen.web_preview.title, seen.web_preview.url) == ("Title", page.url)
        ask = functions.messages.GetMessagesViewsRequest
        told = await client(ask(_peer(anna, news), [post.id, 999], increment=True))
        assert [each.views for each in told.views] == [1001, None]
        assert (await _one(client, anna, news, post)).views == 1001


async def test_edits_show_when_and_whether_to_say_so(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """An edit has a date; a hidden one is marked; what is not edited stays as it was."""
    post = sandbox.publish(news.id, "with picture", media=Photo(id=1), views=5)
    sandbox.edit(news.id, post.id, "corrected")
    sandbox.edit(news.id, 7, hidden=True, reactions=(("👍", 1),))
    async with connect(anna) as client:
        seen = await _one(client, anna, news, post)
        assert (seen.message, seen.photo.id, seen.views) == ("corrected", 1, 5)
        assert seen.edit_date is not None
        assert not seen.edit_hide
        hidden = await client.get_messages(_peer(anna, news), ids=7)
        assert (hidden.message, hidden.edit_hide) == ("post 7", True)


async def test_pinned_posts_can_be_found(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """A pinned post says so, is found as pinned, and is named by the channel; unpinned no more."""
    world, peer = sandbox.world, _peer(anna, news)
    pinned = types.InputMessagesFilterPinned()
    sandbox.run(lambda: world.pin(news, 7))
    sandbox.run(lambda: world.pin(news, 9))
    async with connect(anna) as client:
        assert [post.id for post in await client.get_messages(peer, filter=pinned, limit=9)] == [
            9,
            7,
        ]
        assert (await client.get_messages(peer, ids=types.InputMessagePinned())).id == 9
        full = await client(functions.channels.GetFullChannelRequest(peer))
        assert full.full_chat.pinned_msg_id == 9
        sandbox.run(lambda: world.pin(news, 9, pinned=False))
        assert [post.id for post in await client.get_messages(peer, filter=pinned, limit=9)] == [7]


async def test_service_messages_arrive(
    sandbox: Sandbox, connect: Connect, anna: Person, news: Channel
) -> None:
    """Creation, another title, a pin and a removed photo are told as actions."""
    world = sandbox.world
    sandbox.run(lambda: world.service(news))
    sandbox.run(lambda: world.service(news, "renamed", "Newer"))
    sandbox.run(lambda: world.service(news, "pinned", 7))
    sandbox.run(lambda: world.service(news, "photo removed"))
    async with connect(anna) as client:
        found = (await client.get_messages(_peer(anna, news), limit=4))[::-1]
    assert [type(post.action).__name__ for post in found] == [
        "MessageActionChannelCreate",
        "MessageActionChatEditTitle",
        "MessageActionPinMessage",
        "MessageActionChatDeletePhoto",
    ]
    assert found[1].action.title == "Newer"
    assert found[2].reply_to_msg_id == 7


def test_a_files_id_is_taken_once() -> None:
    """Two different files cannot have one id, but a file may be in many posts."""
    world = World()
    channel = world.channel("News")
    for _ in range(2):
        world.publish(channel, "", media=Photo(id=1, size=10))
    world.publish(channel, "", media=Document(id=1, size=10))
    with pytest.raises(IdTaken, match="1"):
        world.publish(channel, "", media=Photo(id=1, size=11))
