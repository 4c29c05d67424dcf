"""An answer to a question, in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat.found_words import cited, linked
from bot.chat.moments import moment
from bot.chat.reasons import troubled
from bot.chat.replies import safe

if TYPE_CHECKING:
    from actors import Answer, Source
    from bot.texts import Texts


def answer_html(answer: Answer, texts: Texts, timezone: str) -> str:
    """Say an answer with its citations as links, its sources, and who has given it."""
    said = texts.asking
    if answer.manner == "nothing":
        lines = [said.nothing]
    else:
        posts = {each.number: each.post for each in answer.sources}
        lines = [cited(answer.text, posts)]
    shown = [each for each in answer.sources if each.cited]
    if shown:
        listed = [_source(each, timezone) for each in shown]
        lines.append("\n".join([said.sources, *listed]))
    if answer.manner == "model":
        lines.append(said.model.format(model=safe(answer.model or "?")))
    elif answer.manner == "extract":
        lines.append(said.extract)
    return "\n\n".join([*lines, *troubled(answer.troubles, texts, timezone)])


def _source(source: Source, timezone: str) -> str:
    when = moment(source.post.published_at, timezone)
    return f"{linked(source.post, f'[{source.number}] {source.post.channel_title}')}, {when}"
