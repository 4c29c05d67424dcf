"""Messages of every kind that channels have, for the tests of their decoding."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from telethon.tl import types

HERE = types.PeerChannel(500)
PEERS = (HERE, types.PeerChannel(501), types.PeerUser(500), types.PeerChat(500))

ints = st.integers(-(2**31), 2**31 - 1)
longs = st.integers(-(2**63), 2**63 - 1)
texts = st.text(max_size=40) | st.sampled_from([126, 127, 128, 40_000]).map("ж".__mul__)
blobs = st.binary(max_size=300)
_dates = st.integers(0, 2**31 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_entities = st.builds(types.MessageEntityTextUrl, ints, ints, texts) | st.builds(
    types.MessageEntityBold, ints, ints
)
_photos = st.builds(
    types.MessageMediaPhoto,
    photo=st.builds(
        types.Photo,
        longs,
        longs,
        blobs,
        _dates,
        st.lists(st.builds(types.PhotoSize, texts, ints, ints, ints), max_size=3),
        ints,
    ),
)
_media = st.one_of(
    _photos,
    st.just(types.MessageMediaEmpty()),
    st.builds(types.MessageMediaGeo, st.builds(types.GeoPoint, st.floats(), st.floats(), longs)),
)
_reactions = st.builds(
    types.MessageReactions,
    st.lists(st.builds(types.ReactionCount, st.builds(types.ReactionEmoji, texts), ints)),
)
_USUAL: dict[str, st.SearchStrategy[Any]] = {
    "fwd_from": st.builds(types.MessageFwdHeader, date=_dates, from_name=texts),
    "via_bot_id": longs,
    "reply_to": st.builds(types.MessageReplyHeader, reply_to_msg_id=ints),
    "media": _media,
    "reply_markup": st.builds(types.ReplyKeyboardHide, selective=st.booleans()),
    "entities": st.lists(_entities, min_size=1, max_size=3),
    "replies": st.builds(types.MessageReplies, ints, ints),
    "edit_date": _dates,
    "post_author": texts,
    "grouped_id": longs,
    "reactions": _reactions,
}
_UNUSUAL: dict[str, st.SearchStrategy[Any]] = {
    "from_id": st.builds(types.PeerUser, longs),
    "saved_peer_id": st.builds(types.PeerUser, longs),
    "ttl_period": ints,
    "restriction_reason": st.just([types.RestrictionReason("a", "b", "c")]),
    "offline": st.just(True),
    "effect": longs,
}
_TRUTHS = (
    "out", "mentioned", "media_unread", "silent", "post", "from_scheduled", "legacy", "edit_hide",
    "pinned", "noforwards", "invert_media",
)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """Messages with anything that posts have, and some with what posts never have."""
    fields = draw(st.fixed_dictionaries({}, optional=_USUAL))
    if draw(st.booleans()):
        fields |= draw(st.fixed_dictionaries({}, optional=_UNUSUAL))
    fields |= dict.fromkeys(draw(st.sets(st.sampled_from(_TRUTHS))), True)
    if draw(st.booleans()):
        fields |= {"views": draw(ints), "forwards": draw(ints)}
    media = fields.pop("media", None)
    peer = draw(st.sampled_from(PEERS))
    message = types.Message(draw(ints), peer, draw(_dates), draw(texts), **fields)
    message.media = media  # which would not take an empty one before
    return message
