"""API keys of an account's own."""

from __future__ import annotations

from bot.answers import Answers
from bot.refusals import NothingToRead


async def asked(answers: Answers, api_id: int | None) -> tuple[int, str] | None:
    """Ask for the hash that belongs to an API id, which nobody sees; None without an id.

    Raises `NothingToRead`.
    """
    if api_id is None:
        return None
    with answers.hidden():
        typed = await answers.line("API hash: ")
    if typed is None or not typed.strip():
        raise NothingToRead("the API hash")
    return api_id, typed.strip()
