"""A Telegram on the loopback interface, for the demo, tests and developing without credentials."""

from sandbox.calls import Call
from sandbox.demo import demo_world, later_posts
from sandbox.errors import (
    DateOutOfOrder,
    FaultInvalid,
    HoldNotReached,
    IdTaken,
    NaiveDate,
    NoCodeSent,
    NoPhone,
    NotAPost,
    PostProtected,
    SandboxError,
    SandboxNotRunning,
    SandboxStalled,
    TokenAlreadyAccepted,
    TokenExpired,
    TokenInvalid,
    UnknownChannel,
    UnknownDataCentre,
    UnknownMethod,
    UnknownPerson,
    UnknownPost,
    WorldFileInvalid,
    WorldIsServed,
)
from sandbox.fault import Hold
from sandbox.faults import Faults
from sandbox.generate import generated_world
from sandbox.keys import PUBLIC_KEY
from sandbox.media import Document, Photo, WebPage
from sandbox.minted import Minted
from sandbox.model import Channel, Folder, Forward, Invite, Mark, Person, Post
from sandbox.script import Step
from sandbox.server import Sandbox
from sandbox.world import World

__all__ = [
    "PUBLIC_KEY",
    "Call",
    "Channel",
    "DateOutOfOrder",
    "Document",
    "FaultInvalid",
    "Faults",
    "Folder",
    "Forward",
    "Hold",
    "HoldNotReached",
    "IdTaken",
    "Invite",
    "Mark",
    "Minted",
    "NaiveDate",
    "NoCodeSent",
    "NoPhone",
    "NotAPost",
    "Person",
    "Photo",
    "Post",
    "PostProtected",
    "Sandbox",
    "SandboxError",
    "SandboxNotRunning",
    "SandboxStalled",
    "Step",
    "TokenAlreadyAccepted",
    "TokenExpired",
    "TokenInvalid",
    "UnknownChannel",
    "UnknownDataCentre",
    "UnknownMethod",
    "UnknownPerson",
    "UnknownPost",
    "WebPage",
    "World",
    "WorldFileInvalid",
    "WorldIsServed",
    "demo_world",
    "generated_world",
    "later_posts",
]
