"""A Telegram on the loopback interface, for the demo, tests and developing without credentials."""

from sandbox.calls import Call
from sandbox.demo import demo_world, later_posts
from sandbox.errors import (
    DateOutOfOrder,
    HoldNotReached,
    IdTaken,
    NaiveDate,
    SandboxError,
    SandboxNotRunning,
    SandboxStalled,
    TokenAlreadyAccepted,
    TokenExpired,
    TokenInvalid,
    UnknownChannel,
    UnknownMethod,
    UnknownPerson,
    UnknownPost,
    WorldIsServed,
)
from sandbox.faults import Faults, Hold
from sandbox.generate import generated_world
from sandbox.keys import PUBLIC_KEY
from sandbox.minted import Minted
from sandbox.server import Sandbox
from sandbox.world import Channel, Person, Post, World

__all__ = [
    "PUBLIC_KEY",
    "Call",
    "Channel",
    "DateOutOfOrder",
    "Faults",
    "Hold",
    "HoldNotReached",
    "IdTaken",
    "Minted",
    "NaiveDate",
    "Person",
    "Post",
    "Sandbox",
    "SandboxError",
    "SandboxNotRunning",
    "SandboxStalled",
    "TokenAlreadyAccepted",
    "TokenExpired",
    "TokenInvalid",
    "UnknownChannel",
    "UnknownMethod",
    "UnknownPerson",
    "UnknownPost",
    "World",
    "WorldIsServed",
    "demo_world",
    "generated_world",
    "later_posts",
]
