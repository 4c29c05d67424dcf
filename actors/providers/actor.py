"""The actor that owns every connection to language models and embeddings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from actors.provider_messages import (
    Complete,
    DescribeEmbeddings,
    DescribeProviders,
    EmbedTexts,
    ProvidersMessage,
    TagText,
)
from actors.provider_settings import ProviderSettings
from actors.providers.account import Account
from actors.providers.answering import Chats, complete, tag
from actors.providers.chain import Said, costs, end, wait
from actors.providers.declined import Declined
from actors.providers.failure import Failed, Outcome
from actors.providers.former import Former
from actors.providers.local_account import Local, MakeLocal, local_account, local_models, local_tags
from actors.providers.measured import Measured
from actors.providers.outcomes import (
    Completion,
    Embedded,
    Embedding,
    Later,
    NoProvider,
    Spent,
    Tagged,
    Tagging,
)
from actors.providers.plans import plans
from actors.providers.ports import EmbeddingsUnknown, Tagger, TooManyTexts
from runtime import Actor, progress, reply

MOST_TEXTS = 32


class ProvidersActor(Actor[ProvidersMessage]):
    """Ask providers in their order: whatever any of them does, who asks is told what came of it.

    Each request is a job, so one that waits for its turn at a provider keeps nobody waiting who
    asks another.
    """

    jobs_at_once = 1000

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        local: MakeLocal = local_models,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._make_local = local
        self._now = now
        self._declined = Declined()
        self._held = AsyncExitStack()
        self._chats: list[tuple[Account, Chats]] = []
        self._accounts: list[Account] = []
        self._tagger: tuple[Account, Tagger] | None = None
        self._measured: Measured | None = None
        self._former = Former(local, self._held, now)

    async def started(self) -> None:
        """Get ready to ask whoever is configured, and nobody else."""
        planned = plans(self._settings)
        if planned:
            from actors.providers.equipment import equip  # noqa: PLC0415  loads the HTTP client

            made = await equip(planned, self._settings.tokens_per_day, self._now, self._held)
            self._chats, self._accounts = made.chats, made.accounts
            if made.embeds is not None:
                self._measured = Measured(*made.embeds)
        if not self._chats or self._measured is None:
            await self._start_local()

    async def stopped(self) -> None:
        """Close every connection, and end the process of the local model."""
        await self._held.aclose()

    async def handle(self, message: ProvidersMessage, /) -> object:
        """Start a job for what may have to wait; tell at once how it stands."""
        match message:
            case TagText():
                return self.job(self._tag(message))
            case EmbedTexts():
                if len(message.texts) > MOST_TEXTS:
                    raise TooManyTexts(len(message.texts), MOST_TEXTS)
                return self.job(self._embed(message))
            case Complete():
                return self.job(self._complete(message))
            case DescribeEmbeddings():
                known = self._embedding.known
                return self.job(self._described()) if known is None else reply(message, known)
            case DescribeProviders():
                return reply(message, tuple(account.status() for account in self._accounts))
            case _:
                assert_never(message)

    async def _start_local(self) -> None:
        """Have this machine do what nobody is configured for."""
        embeddings, tagger = self._make_local()
        await embeddings.start()
        self._held.push_async_callback(embeddings.close)
        embeds = self._measured is None
        account = local_account(
            embeddings.model if embeds else None, tags=not self._chats, now=self._now
        )
        self._accounts.append(account)
        if embeds:
            self._measured = Measured(account, Local(embeddings), embeddings.dimension)
        if not self._chats:
            self._tagger = (account, tagger)

    @property
    def _embedding(self) -> Measured:
        if self._measured is None:
            raise RuntimeError("the providers were asked before they had started")
        return self._measured

    async def _tag(self, request: TagText) -> Tagging:
        if self._tagger is not None:
            account, tagger = self._tagger
            try:
                return await local_tags(account, tagger, request.text, request.channel)
            except Failed as failed:
                return wait(Said.by(account.name, failed))
        said: list[Said] = []
        for account, chats in self._chats:
            try:
                found = await self._tagged(account, chats, request.text)
                return replace(found, before=costs(said))
            except Failed as failed:
                said.append(Said.by(account.name, failed))
        return end(said)

    async def _tagged(self, account: Account, chats: Chats, text: str) -> Tagged:
        """Have a text tagged, unless it was refused before: a refusal is billed as well."""
        why = self._declined.why(account.name, text)
        if why is not None:
            raise Failed(Outcome.REFUSED, why)
        try:
            return await tag(account, chats, text)
        except Failed as failed:
            if failed.outcome is Outcome.REFUSED:
                self._declined.note(account.name, text, failed.why)
            raise

    async def _embed(self, request: EmbedTexts) -> Embedding:
        if not request.texts:
            nothing = Spent(provider="", model="", prompt_tokens=0, completion_tokens=0)
            return Embedded(vectors=(), spent=nothing)
        embedding = self._embedding
        if request.model not in {None, embedding.model}:
            former = await self._former.by(request.model or "")
            if former is None:
                why = (
                    f"posts are still indexed by {request.model}, which is not configured any more"
                )
                return Later(
                    reason=f"{why}; they are being indexed anew.", until=None, blameless=True
                )
            embedding = former
        try:
            return await embedding.embedded(request.texts, request.priority)
        except Failed as failed:
            return wait(Said.by(embedding.provider, failed))

    async def _described(self) -> tuple[str, int]:
        try:
            return await self._embedding.described()
        except Failed as failed:
            raise EmbeddingsUnknown(self._embedding.model, failed.why) from None

    async def _complete(self, request: Complete) -> Completion:
        if not self._chats:
            return NoProvider()
        said: list[Said] = []
        passed = False

        async def put(piece: str) -> None:
            nonlocal passed
            passed = True
            await progress(request, piece)

        asked = (request.system, request.prompt, request.most_tokens)
        for account, chats in self._chats:
            try:
                made = await complete(account, chats, asked, request.priority, put)
                return replace(made, before=costs(said))
            except Failed as failed:
                said.append(Said.by(account.name, failed))
            if passed:
                break  # another answer cannot follow on half of this one
        return end(said)
