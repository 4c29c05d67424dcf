"""A person's phone: their channels, logins and codes, and what it can do with them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sandbox.cipher import Key
from sandbox.codes import normalised
from sandbox.logins import Token
from sandbox.media import WebPage
from sandbox.model import Channel, Person, Post
from sandbox.play.errors import NoLoginShown, NoSuchSession
from sandbox.server import Sandbox
from sandbox.telegram import Telegram

POSTS: Final = 30
"""Of a channel, as many as a page shows."""


def phone_facts(sandbox: Sandbox, person_id: int) -> dict[str, Any]:
    """Everything a page shows of a phone; to be called on the sandbox's own thread."""
    telegram = _inside(sandbox)
    person = telegram.world.find_person(person_id)
    password = person.password
    return {
        "people": [{"id": each.id, "name": each.first_name} for each in _people(telegram)],
        "person": {"id": person.id, "name": person.first_name, "phone": person.phone},
        "code": _code(telegram, person),
        "password": None if password is None else {"hint": password.hint},
        "sessions": [_session(key) for key in _sessions(telegram, person_id)],
        "channels": [
            _channel(each, person) for each in telegram.world.channels.values() if not each.deleted
        ],
    }


def channel_posts(sandbox: Sandbox, channel_id: int) -> list[dict[str, Any]]:
    """The newest posts of a channel, newest first."""

    def listed() -> list[dict[str, Any]]:
        channel = sandbox.world.find_channel(channel_id)
        newest = (channel.posts[number] for number in reversed(channel.ids))
        return [_post(each) for each in islice(newest, POSTS)]

    return sandbox.run(listed)


def shown_login(sandbox: Sandbox) -> dict[str, str]:
    """The newest login code that nobody has scanned: its link, and the device that shows it."""

    def found() -> Token | None:
        logins = _inside(sandbox).logins
        current = tuple(logins._current.values())  # noqa: SLF001  # one family
        waiting = (each for each in current if each.accepted_by is None)
        return max(
            (each for each in waiting if not logins.is_expired(each)),
            key=lambda token: token.expires,
            default=None,
        )

    token = sandbox.run(found)
    if token is None:
        raise NoLoginShown
    return {"url": token.url, "device": token.key.device.model}


def end_session(sandbox: Sandbox, person_id: int, session: str) -> None:
    """End one login of a person."""

    def ended() -> bool:
        for key in _sessions(_inside(sandbox), person_id):
            if str(key.public_hash) == session:
                key.leave()
                return True
        return False

    if not sandbox.run(ended):
        raise NoSuchSession


def _inside(sandbox: Sandbox) -> Telegram:
    return sandbox._telegram  # noqa: SLF001  # one family


def _people(telegram: Telegram) -> Iterator[Person]:
    return iter(telegram.world.people.values())


def _sessions(telegram: Telegram, person_id: int) -> Iterator[Key]:
    return (key for key in telegram.keys.of(person_id) if not key.is_borrowed)


def _session(key: Key) -> dict[str, Any]:
    return {
        "id": str(key.public_hash),  # a number that JavaScript would round
        "device": key.device.model,
        "app": key.device.app,
        "since": datetime.fromtimestamp(key.made, UTC).isoformat(timespec="seconds"),
        "pending": key.awaiting is not None,
    }


def _code(telegram: Telegram, person: Person) -> str | None:
    """The code that the chat 777000 tells, while it is good."""
    if person.phone is None:
        return None
    sent = telegram.codes.last(normalised(person.phone))
    return None if sent is None or telegram.now() >= sent.expires else sent.code


def _channel(channel: Channel, person: Person) -> dict[str, Any]:
    return {
        "id": channel.id,
        "title": channel.title,
        "username": channel.username,
        "followed": channel.id in person.follows,
        "posts": len(channel.ids),
        "pts": channel.pts,
    }


def _post(post: Post) -> dict[str, Any]:
    kind = None if post.media is None else type(post.media).__name__.lower()
    return {
        "id": post.id,
        "text": post.text,
        "date": post.date.isoformat(),
        "edited": post.edited is not None,
        "media": None if isinstance(post.media, WebPage) else kind,
        "album": post.group is not None,
        "service": post.service,
    }
