"""Summing up what was published in a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import anyio

from actors.answerer import ANSWER_SECONDS, spending
from actors.finder import STORE_SECONDS
from actors.meaning_messages import KeepSpending, ListTagged, PoorUntil
from actors.ports import Asks, Streams
from actors.provider_messages import Complete
from actors.providers.outcomes import Completed, NoProvider, Priority, Spent, costs_of
from actors.search_messages import DigestRequest
from actors.search_values import Digest, DigestLine, DigestTopic, Trouble, in_words
from actors.searching import prompts, topics
from actors.searching.citations import checked
from actors.searching.folding import folded
from actors.searching.sentences import headline
from runtime import ActorError
from storage.meaning_rows import TaggedPost

MOST_POSTS = 1000
"""Posts that one digest takes in, the newest."""
SUMMARY_TOKENS = 300

Story = tuple[TaggedPost, ...]
"""A post, and others that say nearly the same; the oldest first."""


class Digester:
    """Sums up for one house; on the search actor's loop only."""

    def __init__(self, store: Asks, providers: Streams, *, cap: int | None = None) -> None:
        """Describe it; `cap` is how many tokens an account may spend a day."""
        self._cap = cap
        self._store = store
        self._providers = providers

    async def digest(self, request: DigestRequest) -> Digest:
        """Group a period's posts by topic; a provider that fails costs the summaries only."""
        until = request.until or datetime.now(UTC)
        posts = await self._store.ask(
            ListTagged(
                account=request.account,
                since=request.since,
                until=until,
                channels=request.channels,
                limit=MOST_POSTS,
            ),
            timeout=STORE_SECONDS,
        )
        digest = _plain(request, until, posts)
        if not request.summaries or not any(topic.topic for topic in digest.topics):
            return digest
        return await self._summed_up(request.account, digest)

    async def _summed_up(self, account: int, digest: Digest) -> Digest:
        limit = PoorUntil(account=account, cap=self._cap)
        poor = await self._store.ask(limit, timeout=STORE_SECONDS)
        if poor is not None:
            why = f"Your tokens for today are spent; there are new ones at {poor:%H:%M %Z}."
            spent = Trouble(code="tokens_spent", text=why, until=poor)
            return replace(digest, trouble=why, troubles=(spent,))
        summed = list(digest.topics)
        models: list[str] = []
        costs: list[Spent] = []
        troubles: dict[Trouble, None] = {}

        async def sum_up(index: int) -> None:
            said = await self._one(digest.topics[index], costs)
            match said:
                case Completed():
                    text, _ = checked(said.text.strip(), len(digest.topics[index].lines))
                    models.append(said.spent.model)
                    summed[index] = replace(summed[index], summary=_renumbered(text, summed[index]))
                case NoProvider():
                    pass
                case str():
                    troubles[Trouble(code="no_summaries", text=said)] = None

        try:
            async with anyio.create_task_group() as group:
                for index, topic in enumerate(digest.topics):
                    if topic.topic is not None and topic.lines:
                        group.start_soon(sum_up, index)
        finally:  # it was paid for, also if nobody waits for the digest any more
            await self._pay(account, costs)
        return replace(
            digest,
            topics=tuple(summed),
            model=models[0] if models else None,
            trouble=in_words(troubles),
            troubles=tuple(troubles),
        )

    async def _pay(self, account: int, costs: Sequence[Spent]) -> None:
        spendings = tuple(spending(account, each, "digest") for each in costs)
        if spendings:
            with anyio.CancelScope(shield=True):
                keep = KeepSpending(spendings=spendings)
                await self._store.ask(keep, timeout=STORE_SECONDS)

    async def _one(self, topic: DigestTopic, costs: list[Spent]) -> Completed | NoProvider | str:
        """Have one topic summed up, or say why it was not; add what was asked to the costs."""
        posts = [
            (number, line.post.channel_title, line.post.text)
            for number, line in enumerate(topic.lines, start=1)
        ]
        ask = Complete(
            system=prompts.TOPIC,
            prompt=prompts.topic(topic.topic or "", posts),
            priority=Priority.DIGEST,
            most_tokens=SUMMARY_TOKENS,
        )
        try:
            async with self._providers.stream(ask, timeout=ANSWER_SECONDS) as pieces:
                async for _ in pieces:
                    pass
            said = pieces.result
        except ActorError as failure:
            return f"Not every topic was summed up: {failure}"
        costs += costs_of(said)
        if isinstance(said, Completed | NoProvider):
            return said
        return f"Not every topic was summed up: {said.reason}"


def _plain(request: DigestRequest, until: datetime, posts: Sequence[TaggedPost]) -> Digest:
    """Return the digest without summaries: which topics there are, and a line for each story."""
    stories = _stories(posts)
    tags = [tuple(dict.fromkeys(tag for each in story for tag in each.tags)) for story in stories]
    if request.topics:
        texts = [story[0].post.text for story in stories]
        named = topics.asked(request.topics, tags, texts)
    else:
        named = topics.found(tags)
    used = {index for _, members in named for index in members}
    rest = tuple(index for index in range(len(stories)) if index not in used)
    groups: list[tuple[str | None, tuple[int, ...]]] = [*named]
    if rest and not request.topics:
        groups.append((None, rest))
    made: list[DigestTopic] = []
    number = 1
    for name, members in groups:
        topic = _topic(name, [stories[index] for index in members], number, request.lines)
        number += len(topic.lines)
        made.append(topic)
    return Digest(
        since=request.since,
        until=until,
        posts=len(posts),
        topics=tuple(made),
        untagged=sum(each.tag_state == "pending" for each in posts),
        cut=len(posts) == MOST_POSTS,
        model=None,
        trouble=None,
    )


def _stories(posts: Sequence[TaggedPost]) -> list[Story]:
    """Fold what says nearly the same, the oldest of it first."""
    oldest = posts[::-1]
    groups = folded([each.post.text for each in oldest])
    return [tuple(oldest[index] for index in group) for group in groups]


def _topic(name: str | None, stories: list[Story], first: int, most: int) -> DigestTopic:
    """Give the stories lines that most have told, or most have seen; the newest first of equals."""
    newest = sorted(stories, key=lambda story: story[0].post.published_at, reverse=True)
    shown = sorted(newest, key=lambda story: (-len(story), -(story[0].post.views or 0)))[:most]
    return DigestTopic(
        topic=name,
        lines=tuple(
            DigestLine(
                number=number,
                text=headline(story[0].post.text),
                post=story[0].post,
                also=tuple(each.post for each in story[1:]),
            )
            for number, story in enumerate(shown, start=first)
        ),
        posts=sum(map(len, stories)),
        summary=None,
    )


def _renumbered(text: str, topic: DigestTopic) -> str:
    """Let a summary cite lines as the digest numbers them, not as its own prompt did."""
    first = topic.lines[0].number
    for own in range(len(topic.lines), 0, -1):
        text = text.replace(f"[{own}]", f"[{own + first - 1}\x00]")
    return text.replace("\x00", "")
