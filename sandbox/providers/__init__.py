"""Language models and embeddings on the loopback interface, which misbehave when told to."""

from sandbox.providers.asked import Asked
from sandbox.providers.connection import Patience
from sandbox.providers.errors import ProvidersNotRunning, ProvidersStalled, RuleInvalid
from sandbox.providers.faults import (
    REFUSALS,
    Busy,
    Cut,
    Empty,
    ErrorInside,
    Expired,
    Fault,
    Illegal,
    NotANumber,
    OtherModel,
    Refusal,
    Says,
    Spoiled,
    Status,
    WrongDimension,
)
from sandbox.providers.gigachat import GigaChat
from sandbox.providers.inventing import invented
from sandbox.providers.openai import OpenAI, OpenRouter
from sandbox.providers.server import Providers
from sandbox.providers.vectors import vector

__all__ = [
    "REFUSALS",
    "Asked",
    "Busy",
    "Cut",
    "Empty",
    "ErrorInside",
    "Expired",
    "Fault",
    "GigaChat",
    "Illegal",
    "NotANumber",
    "OpenAI",
    "OpenRouter",
    "OtherModel",
    "Patience",
    "Providers",
    "ProvidersNotRunning",
    "ProvidersStalled",
    "Refusal",
    "RuleInvalid",
    "Says",
    "Spoiled",
    "Status",
    "WrongDimension",
    "invented",
    "vector",
]
