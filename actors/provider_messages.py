"""What is asked of language models and embeddings."""

from __future__ import annotations

from dataclasses import field

from actors.providers.outcomes import (
    Completion,
    Embedding,
    Priority,
    ProviderStatus,
    Tagging,
)
from runtime import Request, StreamRequest, Urgent, message


@message
class TagText(Request[Tagging]):
    """Find tags for a text: by the first provider of the chain that can."""

    text: str = field(repr=False)
    channel: int | None = None
    """Whose text it is: the local tagger weighs words by how common they are in their channel."""


@message
class EmbedTexts(Request[Embedding]):
    """Return a vector for each of some texts, 32 at most."""

    texts: tuple[str, ...] = field(repr=False)
    priority: Priority
    model: str | None = None
    """Which model; None: the configured one. Any other answers `Later` if it is not to be had."""


@message
class Complete(StreamRequest[str, Completion]):
    """Answer a prompt; its progress is the answer's next piece of text."""

    system: str = field(repr=False)
    prompt: str = field(repr=False)
    priority: Priority
    most_tokens: int = 800


@message
class DescribeEmbeddings(Urgent, Request[tuple[str, int]]):
    """Tell the model that embeds and how many numbers its vectors have."""


@message
class DescribeProviders(Urgent, Request[tuple[ProviderStatus, ...]]):
    """Tell how the providers are doing; no work is ahead of it."""


ProvidersMessage = TagText | EmbedTexts | Complete | DescribeEmbeddings | DescribeProviders
"""What the ProvidersActor understands."""
