"""What a post holds, from Telethon's message to plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from telethon import utils
from telethon.tl import types

from actors.markup import FormattedText, links, render, safe, unique
from actors.telegram.media import media
from actors.telegram.wording import wording
from storage.content import Caption, Content, Origin


def names(answer: Any) -> dict[int, str]:
    """Return the names of the channels and people that come with an answer, by marked id."""
    return {
        utils.get_peer_id(peer): utils.get_display_name(peer)
        for peer in (*answer.chats, *answer.users)
    }


def content(
    message: Any, *, names: Mapping[int, str] | None = None, protected: bool = False
) -> Content | None:
    """Return what a message holds; None for a service message, and for none at all.

    `names` are those that came with it, `protected` tells whether its whole channel is.
    """
    # Whether it is an instance takes far longer to find out: Telethon's messages are abstract.
    if message is None or message.CONSTRUCTOR_ID != types.Message.CONSTRUCTOR_ID:
        return None
    known = names or {}
    said = wording(message)
    text, html, found = said.text, render(said), _addresses(message, said)
    album = message.grouped_id
    captions: tuple[Caption, ...] = ()
    if album is not None:
        captions = (Caption(part=message.id, text=text, html=html, links=found),)
    return Content(
        text=text,
        html=html,
        author=message.post_author or _signature(message.from_id, known),
        reply_to=_reply(message),
        album=album,
        media=media(message),
        forward=_origin(message.fwd_from, known),
        links=found,
        views=message.views,
        forwards=message.forwards,
        reactions=_reactions(message.reactions),
        comments=_comments(message.replies),
        protected=protected or bool(message.noforwards),
        captions=captions,
    )


def _signature(sender: Any, known: Mapping[int, str]) -> str | None:
    """The name of a person who signs with the account; a channel does not sign its own posts."""
    is_person = isinstance(sender, types.PeerUser)
    return known.get(utils.get_peer_id(sender)) if is_person else None


def _reply(message: Any) -> int | None:
    """The post that is answered; one of another chat, and a story, is none of the channel's."""
    reply = message.reply_to
    if not isinstance(reply, types.MessageReplyHeader):
        return None
    elsewhere = reply.reply_to_peer_id not in (None, message.peer_id)
    return None if elsewhere else reply.reply_to_msg_id


def _origin(header: Any, known: Mapping[int, str]) -> Origin | None:
    if header is None:
        return None
    source = header.from_id
    return Origin(
        channel_id=source.channel_id if isinstance(source, types.PeerChannel) else None,
        name=header.from_name or (source and known.get(utils.get_peer_id(source))) or None,
        post_id=header.channel_post,
        at=header.date,
        author=header.post_author,
    )


def _addresses(message: Any, said: FormattedText) -> tuple[str, ...]:
    if not said.entities and message.reply_markup is None and message.media is None:
        return ()  # nothing to look through: such are most posts
    return unique([*links(said), *_buttons(message.reply_markup), *_preview(message.media)])


def _buttons(markup: Any) -> Iterator[str]:
    """Addresses that the buttons under a message open."""
    for row in getattr(markup, "rows", ()):
        for button in row.buttons:
            address = safe(getattr(button.type, "url", ""))
            if address is not None:
                yield address


def _preview(found: Any) -> Iterator[str]:
    if isinstance(found, types.MessageMediaWebPage):
        address = safe(getattr(found.webpage, "url", None) or "")
        if address is not None:
            yield address


def _reactions(found: Any) -> tuple[tuple[str, int], ...]:
    return () if found is None else tuple(_counted(found.results))


def _counted(results: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for each in results:
        match each.reaction:
            case types.ReactionEmoji(emoticon=emoji):
                yield emoji, each.count
            case types.ReactionCustomEmoji(document_id=number):
                yield f"custom:{number}", each.count
            case types.ReactionPaid():
                yield "paid", each.count


def _comments(replies: Any) -> int | None:
    return replies.replies if replies is not None and replies.comments else None
