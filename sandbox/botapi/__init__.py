"""A Bot API on the loopback interface, and the people who talk to the bot.

Stock aiogram talks to it over HTTP: `TelegramAPIServer.from_base(api.url)`.
"""

from sandbox.botapi.asked import Asked
from sandbox.botapi.errors import (
    BotApiNotRunning,
    BotApiStalled,
    BotBlocked,
    GroupEmpty,
    NoSuchButton,
    NoSuchMessage,
    NotAMember,
    NothingLikeThat,
)
from sandbox.botapi.faults import Cut, Error, Fault, Faults, Flood, Page, Silent
from sandbox.botapi.groups import Group
from sandbox.botapi.pace import UNLIMITED, Limits, Rate
from sandbox.botapi.people import Person
from sandbox.botapi.pressing import Press
from sandbox.botapi.queries import Answer
from sandbox.botapi.server import TOKEN, BotApi
from sandbox.botapi.shown import Shown
from sandbox.botapi.watching import Event, Watcher

__all__ = [
    "TOKEN",
    "UNLIMITED",
    "Answer",
    "Asked",
    "BotApi",
    "BotApiNotRunning",
    "BotApiStalled",
    "BotBlocked",
    "Cut",
    "Error",
    "Event",
    "Fault",
    "Faults",
    "Flood",
    "Group",
    "GroupEmpty",
    "Limits",
    "NoSuchButton",
    "NoSuchMessage",
    "NotAMember",
    "NothingLikeThat",
    "Page",
    "Person",
    "Press",
    "Rate",
    "Shown",
    "Silent",
    "Watcher",
]
