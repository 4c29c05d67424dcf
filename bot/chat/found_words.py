"""Posts that were found, in a message."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from bot.chat.moments import moment
from bot.chat.reasons import troubled
from bot.chat.replies import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actors import Found, Hit, Post, Snippet
    from bot.texts import Texts

ON_A_PAGE: Final = 5
MOST_TAGS: Final = 6
_SNIPPET: Final = 400
_CITED: Final = re.compile(r"\[(\d{1,3})\]")


def page_html(found: Found, page: int, texts: Texts, timezone: str) -> str:
    """Show one page of what was found, and what it was found for."""
    said = texts.finding
    if not found.hits:
        lines = [said.nothing.format(query=safe(found.query))]
    elif found.corrected is not None:
        query, corrected = safe(found.query), safe(found.corrected)
        lines = [said.corrected.format(query=query, corrected=corrected)]
    else:
        lines = [said.head.format(query=safe(found.query))]
    first = page * ON_A_PAGE
    lines += [
        _hit(number, hit, texts, timezone)
        for number, hit in enumerate(found.hits[first : first + ON_A_PAGE], first + 1)
    ]
    return "\n\n".join([*lines, *troubled(found.troubles, texts, timezone)])


def linked(post: Post, words: str) -> str:
    """Let words lead to a post."""
    return f'<a href="{escape(post.permalink)}">{safe(words)}</a>'


def cited(text: str, posts: Mapping[int, Post]) -> str:
    """Let each citation in a text lead to its post; what cites nothing stays as it is."""

    def link(found: re.Match[str]) -> str:
        post = posts.get(int(found[1]))
        return found[0] if post is None else linked(post, found[0])

    return _CITED.sub(link, safe(text))


def marked(snippet: Snippet) -> str:
    """Set what was searched for in bold."""
    pieces, end = [], 0
    text = snippet.text[:_SNIPPET]
    for begins, ends in snippet.marks:
        if ends > len(text):
            break
        pieces.append(f"{safe(text[end:begins])}<b>{safe(text[begins:ends])}</b>")
        end = ends
    return "".join([*pieces, safe(text[end:])])


def _hit(number: int, hit: Hit, texts: Texts, timezone: str) -> str:
    when = moment(hit.post.published_at, timezone)
    lines = [f"{number}. {linked(hit.post, hit.post.channel_title)}, {when}"]
    lines.append(marked(hit.snippet).strip() or texts.finding.no_text)
    if hit.tags:
        tags = (f"#{safe('_'.join(tag.split()))}" for tag in hit.tags[:MOST_TAGS])
        lines.append(" ".join(tags))
    return "\n".join(lines)
