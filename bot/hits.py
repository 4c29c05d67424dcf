"""Posts that were found, as a person sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from bot.wording import line, moment, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from actors import Hit, Post, Snippet
    from bot.screen import Screen


def show(screen: Screen, hits: Iterable[Hit]) -> None:
    """Show posts with what was found in them, the words in bold."""
    for hit in hits:
        screen.say(Text(head(hit.post), "bold"))
        _show_piece(screen, hit.snippet)
        if hit.tags:
            screen.say_indented(" ".join(f"#{line(tag).replace(' ', '_')}" for tag in hit.tags), 2)
        screen.say_whole(f"  {hit.post.permalink}")
        screen.say()


def _show_piece(screen: Screen, snippet: Snippet) -> None:
    if screen.is_live:
        screen.say(Padding.indent(marked(snippet), 2))
    else:
        screen.say_whole(f"  {printable(snippet.text)}")


def head(post: Post) -> str:
    """Say where and when a post was published."""
    return f"{line(post.channel_title)}  {moment(post.published_at)}"


def marked(snippet: Snippet) -> Text:
    """Set the words that were searched for in bold."""
    text, end = Text(), 0
    for begins, ends in snippet.marks:
        text.append(printable(snippet.text[end:begins]))
        text.append(printable(snippet.text[begins:ends]), "bold")
        end = ends
    return text.append(printable(snippet.text[end:]))
