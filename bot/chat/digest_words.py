"""A digest, in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat.found_words import cited, linked
from bot.chat.moments import moment
from bot.chat.reasons import troubled
from bot.chat.replies import safe

if TYPE_CHECKING:
    from actors import Digest, DigestLine, DigestTopic
    from bot.texts import Texts


def digest_html(digest: Digest, texts: Texts, timezone: str) -> str:
    """Say what was published, by topic, each story with its link."""
    said = texts.digesting
    since, until = moment(digest.since, timezone), moment(digest.until, timezone)
    if not digest.posts:
        lines = [said.nothing.format(since=since, until=until)]
    else:
        posts = texts.general.posts(digest.posts)
        lines = [said.head.format(posts=posts, since=since, until=until)]
    lines += [_topic(each, texts) for each in digest.topics]
    if digest.untagged:
        lines.append(said.untagged.format(posts=texts.general.posts(digest.untagged)))
    if digest.cut:
        lines.append(said.cut)
    return "\n\n".join([*lines, *troubled(digest.troubles, texts, timezone)])


def _topic(topic: DigestTopic, texts: Texts) -> str:
    said = texts.digesting
    name = said.other if topic.topic is None else safe(topic.topic)
    lines = [said.posts_of.format(topic=name, posts=texts.general.posts(topic.posts))]
    if topic.summary is not None:
        lines.append(_summed(topic.summary, topic.lines))
    lines += [_line(each, texts) for each in topic.lines]
    if topic.left:
        lines.append(said.left.format(number=topic.left))
    return "\n".join(lines)


def _line(line: DigestLine, texts: Texts) -> str:
    text = safe(" ".join(line.text.split())) or texts.finding.no_text
    also = ""
    if line.also:
        also = f" ({texts.digesting.also.format(number=len(line.also))})"
    return f"{linked(line.post, f'[{line.number}] {line.post.channel_title}')}: {text}{also}"


def _summed(summary: str, lines: tuple[DigestLine, ...]) -> str:
    """Set a summary off, and let what it cites lead there."""
    posts = {each.number: each.post for each in lines}
    return f"<blockquote>{cited(summary, posts)}</blockquote>"
