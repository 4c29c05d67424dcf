"""Formatted text: as Telegram marks it, as safe HTML, in pieces that fit a message."""

from actors.markup.addresses import safe
from actors.markup.parsing import parse
from actors.markup.rendering import TAGS, render
from actors.markup.splitting import MESSAGE, split
from actors.markup.text import Entity, EntityKind, FormattedText, joined, links, units
from storage.links import unique

__all__ = [
    "MESSAGE",
    "TAGS",
    "Entity",
    "EntityKind",
    "FormattedText",
    "joined",
    "links",
    "parse",
    "render",
    "safe",
    "split",
    "unique",
    "units",
]
