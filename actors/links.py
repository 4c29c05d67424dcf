"""What people give to name a channel: names, links and invites, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import SplitResult, parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Named:
    """A public channel by its name, or a post in it."""

    name: str
    post: int | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """A channel by its number, or a post in it; only who is inside can tell which it is."""

    channel: int
    post: int | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """A channel by an invite, which is as good as a key."""

    hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shared:
    """Several chats at once: a folder that somebody shares."""

    slug: str = field(repr=False)


Link: TypeAlias = Named | Numbered | Invited | Shared

# https://core.telegram.org/api/links
_HOSTS: Final = ("t.me", "telegram.me", "telegram.dog")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{2,31}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,18}")
_HASH: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CHAT_ID: Final = re.compile(r"-100([1-9][0-9]{0,18})")  # as Telegram's bots number channels
_SCHEME: Final = re.compile(r"[a-z]+:", re.IGNORECASE)

_OTHERS: Final = frozenset((
    "addemoji", "addlist", "addstickers", "addtheme", "auction", "bg", "boost", "call",
    "confirmphone", "contact", "giftcode", "invoice", "iv", "joinchat", "login", "m", "msg", "nft",
    "proxy", "setlanguage", "share", "socks", "stickers",
))  # fmt: skip
"""First words of t.me links that lead to no chat."""


def link(what: str) -> Link | None:
    """Take apart what somebody gave; None if it names no channel in any of the known forms."""
    text = what.strip().removesuffix("/")
    if found := _CHAT_ID.fullmatch(text):
        return Numbered(int(found[1]))
    if text.startswith("@"):
        return _named(text[1:])
    if "/" not in text and "." not in text and ":" not in text:
        return _named(text)
    try:
        parts = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
    except ValueError:
        return None
    match parts.scheme:
        case "http" | "https":
            return _from_web(parts)
        case "tg":
            return _from_app(parts)
    return None


def _from_web(parts: SplitResult) -> Link | None:
    host = (parts.hostname or "").removeprefix("www.")
    steps = [step for step in parts.path.split("/") if step]
    for each in _HOSTS:
        if host.endswith(f".{each}"):  # name.t.me
            steps.insert(0, host.removesuffix(f".{each}"))
            host = each
    return _from_steps(steps) if host in _HOSTS and steps else None


def _from_steps(steps: list[str]) -> Link | None:
    match steps:
        case ["joinchat", invite]:
            return _invited(invite)
        case [first] if first[0] in "+ ":  # a plus sign that was decoded once too often
            return _invited(first[1:])
        case ["addlist", slug]:
            return _shared(slug)
        case ["c", number, *rest]:
            return _numbered(number, rest[-1:])
        case ["s", name, *rest]:  # the preview on the web
            return _named(name, *rest[-1:])
        case [name, *rest] if name.lower() not in _OTHERS:
            return _named(name, *rest[-1:])
    return None


def _from_app(parts: SplitResult) -> Link | None:
    """From tg://resolve?domain=NAME, with two slashes or none."""
    given = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    post = [given["post"]] if "post" in given else []
    match parts.netloc or parts.path:
        case "resolve" if "domain" in given:
            return _named(given["domain"], *post)
        case "privatepost" if "channel" in given:
            return _numbered(given["channel"], post)
        case "join" if "invite" in given:
            return _invited(given["invite"])
        case "addlist" if "slug" in given:
            return _shared(given["slug"])
    return None


def _named(name: str, post: str = "") -> Named | None:
    return Named(name, _number(post)) if _NAME.fullmatch(name) else None


def _numbered(channel: str, post: list[str]) -> Numbered | None:
    number = _number(channel)
    return None if number is None else Numbered(number, _number(post[0]) if post else None)


def _invited(invite: str) -> Invited | None:
    """An invite; digits alone are somebody's phone number."""
    return Invited(invite) if _HASH.fullmatch(invite) and not invite.isdecimal() else None


def _shared(slug: str) -> Shared | None:
    return Shared(slug) if _HASH.fullmatch(slug) else None


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
