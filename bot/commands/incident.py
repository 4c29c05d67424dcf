"""The language models of the demo, and the one post that they fail."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from actors import Meaning
    from actors.people import User
    from sandbox.providers import Providers

_FAILED: Final = "Ржаная закваска с нуля"
"""How the post begins for which GigaChat has no answer, and OpenRouter no request left."""
_RESET: Final = 1.0
"""Seconds until OpenRouter takes requests again."""
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.05
_AT_ONCE: Final = 4


class Incident:
    """GigaChat breaks off an answer with a raw status line, and OpenRouter's budget is spent.

    The failure comes last, when everything else is done, and the next try waits until the second
    parse: what is shown does not depend on how quick the machine is.
    """

    def __init__(self, providers: Providers) -> None:
        from sandbox.providers import Busy, Illegal

        self._providers = providers
        gigachat = providers.gigachat
        self._first = gigachat.hold(text_contains=_FAILED)
        self._second = gigachat.hold(text_contains=_FAILED, skip=1)
        gigachat.when(Illegal(), text_contains=_FAILED, times=1)
        providers.openrouter.when(Busy(reset_in=_RESET), times=1)

    def settings(self) -> dict[str, Any]:
        """Return what a house is told to ask these models."""
        gigachat, openrouter = self._providers.gigachat, self._providers.openrouter
        return {
            "gigachat_key": gigachat.key,
            "gigachat_url": gigachat.api_url,
            "gigachat_auth_url": gigachat.oauth_url,
            "gigachat_concurrency": _AT_ONCE,
            "openrouter_key": openrouter.key,
            "openrouter_url": openrouter.api_url,
        }

    async def strike(self, user: User, posts: int) -> None:
        """Let the failure happen, once all other posts are tagged and all are indexed."""
        async with asyncio.timeout(_PATIENCE):
            while not _is_rest_done(await user.meaning(), posts):  # noqa: ASYNC110  no event tells
                await asyncio.sleep(_PAUSE)
        self._first.release()

    async def pass_(self, until: datetime | None) -> None:
        """Wait until OpenRouter's budget is there again, and let both answer from now on."""
        if until is not None:
            left = (until - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(min(max(left, 0.0), _PATIENCE))
        self._second.release()

    def release(self) -> None:
        """Hold nothing any more, whatever has happened."""
        self._first.release()
        self._second.release()


def _is_rest_done(now: Meaning, posts: int) -> bool:
    return now.posts == now.indexed == posts and now.tagged == posts - 1
