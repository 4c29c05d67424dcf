"""A world as the content of a file."""

import json
from base64 import b64encode
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sandbox.media import Media, WebPage
from sandbox.model import Channel, Person, Post
from sandbox.passwords import Password

if TYPE_CHECKING:
    from sandbox.world import World

_CHANNEL: Final = ("id", "title", "username", "created", "about", "megagroup", "protected",
                   "signed", "last_id")  # fmt: skip
_PERSON: Final = ("id", "first_name", "username", "phone", "dc")
_LATER: Final = {"media", "marks", "forward", "action", "reactions"}


def save(world: "World", path: Path) -> None:
    """Write all that `loading.fill` reads; deleted channels are left out."""
    alive = {channel.id for channel in world.channels.values() if not channel.deleted}
    content = {
        "channels": [_channel(world.channels[each]) for each in world.channels if each in alive],
        "groups": [_all(each) for each in world.groups.values() if each.migrated_to in alive],
        "people": [_person(each, alive) for each in world.people.values()],
        "invites": [_all(each) for each in world.invites.values() if each.channel in alive],
        "script": [_all(each) for each in world.script if each.channel in alive],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_written)
    path.write_text(text, "utf-8")


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        **_some(channel, _CHANNEL),
        "banned": sorted(channel.banned),
        "posts": [_post(channel.posts[number]) for number in channel.ids],
    }


def _post(post: Post) -> dict[str, Any]:
    found = _some(post, [each.name for each in fields(post) if each.name not in _LATER])
    if post.media is not None:
        found["media"] = _media(post.media)
    if post.forward is not None:
        found["forward"] = _all(post.forward)
    if post.action is not None:
        found["action"] = _all(post.action)
    if post.marks:
        found["marks"] = [_all(mark) for mark in post.marks]
    if post.reactions:
        found["reactions"] = dict(post.reactions)
    return found


def _media(media: Media) -> dict[str, Any]:
    kind = type(media).__name__.lower()
    return {"kind": "page" if isinstance(media, WebPage) else kind, **_all(media)}


def _person(person: Person, alive: set[int]) -> dict[str, Any]:
    def kept(ids: Any) -> list[int]:
        return [each for each in ids if each in alive]

    folders = [
        {
            **_all(folder),
            "channels": kept(folder.channels),
            "pinned": kept(folder.pinned),
            "excluded": kept(folder.excluded),
        }
        for folder in person.folders
    ]
    return {
        **_some(person, _PERSON),
        **({"password": _password(person.password)} if person.password else {}),
        "follows": kept(person.follows),
        "groups": list(person.groups),
        "archived": kept(sorted(person.archived)),
        "pinned": kept(person.pinned),
        "hidden_up_to": {
            str(each): person.hidden_up_to[each] for each in kept(person.hidden_up_to)
        },
        "folders": folders,
    }


def _password(password: Password) -> dict[str, Any]:
    return {
        "salts": [salt.hex() for salt in password.salts],
        "verifier": f"{password.verifier:x}",
        "hint": password.hint,
    }


def _all(thing: Any) -> dict[str, Any]:
    return _some(thing, [each.name for each in fields(thing)])


def _some(thing: Any, names: Any) -> dict[str, Any]:
    """These attributes, without those that say nothing."""
    found = ((name, getattr(thing, name)) for name in names)
    return {name: value for name, value in found if value not in (None, ()) and value is not False}


def _written(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode()
    raise TypeError(f"a world has nothing like {value!r}")
