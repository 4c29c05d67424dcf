"""What a provider's account is asked: tags, an answer, vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from actors.providers.account import Account
from actors.providers.answers import Answer, Vectors
from actors.providers.deadline import Deadline, Put, within
from actors.providers.failure import Failed, Outcome
from actors.providers.outcomes import Completed, Embedded, Priority, Spent, Tagged
from actors.providers.refusals import may_refuse, refuses
from actors.providers.tag_texts import parse, prompt

TAG_SECONDS = 30.0
EMBED_SECONDS = 30.0
ANSWER_SECONDS = 60.0

TAG_LINE_SECONDS = 50.0
"""How long a text waits for its turn to be tagged: who asks must not leave while it is answered,
as that is billed, and would be asked again. It is put back instead, or another provider is asked.
"""

TAG_TOKENS = 150


class Chats(Protocol):
    """A server that answers prompts. Whatever goes wrong is `Failed`."""

    async def chat(self, system: str, prompt: str, most_tokens: int) -> Answer:
        """Return a model's whole answer."""

    async def stream(self, system: str, prompt: str, most_tokens: int, put: Put) -> Answer:
        """Hand over an answer piece by piece, and return the whole of it."""


class Embeds(Protocol):
    """A server that embeds texts. Whatever goes wrong is `Failed`."""

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text."""


async def tag(account: Account, chats: Chats, text: str) -> Tagged:
    """Have a text tagged; raises `Failed`."""

    async def work() -> Tagged:
        answer = await within(TAG_SECONDS, chats.chat(*prompt(text), TAG_TOKENS))
        spent = account.paid("chat", answer.spent)  # what is of no use is billed as well
        with _costing(spent):
            _check_refusal(answer)
            return Tagged(tags=_tags(answer), spent=spent)

    return await account.call("chat", Priority.TAG, work, line=TAG_LINE_SECONDS)


async def embed(
    account: Account, embeds: Embeds, texts: Sequence[str], priority: Priority
) -> Embedded:
    """Have texts embedded; raises `Failed`."""

    async def work() -> Embedded:
        vectors = await within(EMBED_SECONDS, embeds.embed(texts))
        spent = account.paid("embeddings", vectors.spent)
        return Embedded(vectors=vectors.vectors, spent=spent)

    return await account.call("embeddings", priority, work)


async def complete(
    account: Account,
    chats: Chats,
    asked: tuple[str, str, int],
    priority: Priority,
    put: Put,
) -> Completed:
    """Have a prompt answered; raises `Failed`."""

    async def work() -> Completed:
        clock = Deadline(ANSWER_SECONDS)
        pieces = _Cautious(clock.outside(put))
        answer = await clock.within(chats.stream(*asked, pieces.put))
        spent = account.paid("chat", answer.spent)
        with _costing(spent):
            _check_refusal(answer)
        await pieces.rest()
        return Completed(text=answer.text, spent=spent)

    return await account.call("chat", priority, work)


@contextmanager
def _costing(spent: Spent) -> Iterator[None]:
    """Say of an answer that is of no use what it has cost."""
    try:
        yield
    except Failed as failed:
        failed.spent = spent
        raise


def _tags(answer: Answer) -> tuple[str, ...]:
    tags = parse(answer.text)
    if tags is None:
        raise Failed(Outcome.BROKEN, "answered with something else than tags", unparsable=True)
    return tags


def _check_refusal(answer: Answer) -> None:
    if answer.filtered:
        raise Failed(Outcome.REFUSED, "refuses the text (content filter)")
    if refuses(answer.text):
        raise Failed(Outcome.REFUSED, "refuses the text")


class _Cautious:
    """Passes pieces on once it is clear that they do not begin a refusal."""

    def __init__(self, put: Put) -> None:
        self._put = put
        self._held = ""
        self._clear = False

    async def put(self, piece: str) -> None:
        self._held += piece
        if not self._clear:
            self._clear = not may_refuse(self._held) and not refuses(self._held)
        if self._clear:
            await self.rest()

    async def rest(self) -> None:
        held, self._held = self._held, ""
        if held:
            await self._put(held)
