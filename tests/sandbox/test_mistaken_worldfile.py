"""Files that describe no world, each refused with the place of its mistake."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox import World, WorldFileInvalid
from tests.sandbox.worlds import LATER, NOON, small, write

Change = Callable[[dict[str, Any]], object]


def _set(*path: Any, to: object) -> Change:
    def change(content: dict[str, Any]) -> None:
        part: Any = content
        for each in path[:-1]:
            part = part[each]
        part[path[-1]] = to

    return change


def _append(*path: Any, item: object) -> Change:
    def change(content: dict[str, Any]) -> None:
        part: Any = content
        for each in path:
            part = part[each]
        part.append(item)

    return change


ONE, TWO = ("channels", 0, "posts"), ("channels", 1, "posts")

BROKEN = {
    "a text for a number": (_set("channels", 0, "id", to="10"), "channels[0].id", "integer"),
    "a number for a text": (_set("channels", 0, "title", to=5), "channels[0].title", "string"),
    "a list for an object": (_set("people", 0, to=[]), "people[0]", "object"),
    "an unknown key": (
        _set("channels", 1, "tittle", to="x"),
        "channels[1].tittle",
        "not permitted",
    ),
    "a missing key": (_append(*ONE, item={"id": 3}), "channels[0].posts[2].date", "required"),
    "a date without a zone": (
        _set(*ONE, 1, "date", to="2024-05-01T13:00:00"),
        "channels[0].posts[1].date",
        "timezone",
    ),
    "no date at all": (_set(*ONE, 0, "date", to="soon"), "channels[0].posts[0].date", "datetime"),
    "an unknown mark": (
        _set(*ONE, 0, "marks", to=[{"kind": "loud", "offset": 0, "length": 1}]),
        "channels[0].posts[0].marks[0].kind",
        "bold",
    ),
    "a pinned service message": (
        _append(*ONE, item={"id": 3, "date": LATER, "action": {"kind": "created"}, "pinned": True}),
        "channels[0].posts[2]",
        "an action only",
    ),
    "an unknown verb": (_set("script", 0, "verb", to="shout"), "script[0].verb", "publish"),
    "an unknown centre": (_set("people", 0, "dc", to=3), "people[0].dc", "2 or 4"),
    "two passwords": (
        _set("people", 0, "password", to={"text": "x", "salts": ["00", "00"], "verifier": "1"}),
        "people[0].password",
        "either a text",
    ),
    "an unknown channel followed": (
        _set("people", 0, "follows", 1, to=30),
        "people[0].follows[1]",
        "30",
    ),
    "an unknown channel archived": (
        _set("people", 0, "archived", to=[30]),
        "people[0].archived[0]",
        "30",
    ),
    "an unknown channel hidden": (
        _set("people", 0, "hidden_up_to", to={"x": 1}),
        "people[0].hidden_up_to.x",
        "No channel",
    ),
    "an unknown channel in a folder": (
        _set("people", 0, "folders", to=[{"id": 2, "title": "x", "channels": [30]}]),
        "people[0].folders[0]",
        "30",
    ),
    "an unknown group": (_set("people", 0, "groups", to=[5]), "people[0].groups[0]", "No group"),
    "a group gone nowhere": (
        _set("groups", to=[{"id": 5, "title": "x", "migrated_to": 30, "date": NOON}]),
        "groups[0]",
        "30",
    ),
    "an invite to nowhere": (_set("invites", 0, "channel", to=30), "invites[0]", "30"),
    "a step nowhere": (_set("script", 1, "channel", to=30), "script[1]", "30"),
    "a step of nobody": (_set("script", 3, "person", to=9), "script[3]", "Nobody"),
    "a bad phone": (_set("people", 0, "phone", to="call me"), "people[0].phone", "phone number"),
    "a channel twice": (_set("channels", 1, "id", to=10), "channels[1]", "taken"),
    "a name twice": (_set("channels", 1, "username", to="ONE"), "channels[1]", "taken"),
    "a person twice": (_append("people", item={"id": 1}), "people[1]", "taken"),
    "a post twice": (_append(*ONE, item={"id": 2, "date": LATER}), "channels[0].posts[2]", "taken"),
    "ids that fall": (
        _set(*TWO, to=[{"id": 5, "date": NOON}, {"id": 3, "date": NOON}]),
        "channels[1].posts[1]",
        "taken",
    ),
    "dates that fall": (
        _set(*ONE, 1, "date", to="2024-04-01T12:00:00Z"),
        "channels[0].posts[1]",
        "publish older posts first",
    ),
    "a reply to itself": (
        _set(*ONE, 1, "reply_to", to=2),
        "channels[0].posts[1].reply_to",
        "older",
    ),
    "replies in a circle": (
        _set(*ONE, 0, "reply_to", to=2),
        "channels[0].posts[0].reply_to",
        "older",
    ),
    "a forward of itself": (
        _set(*TWO, 0, "forward", "channel", to=20),
        "channels[1].posts[0].forward",
        "circle",
    ),
    "forwards in a circle": (
        _set(*ONE, 0, "forward", to={"channel": 20, "post": 1}),
        "channels[0].posts[0].forward",
        "A post is forwarded after it was published",
    ),
    "forwards of one moment in a circle": (
        lambda content: (
            _set(*TWO, 0, "date", to=NOON)(content),
            _set(*ONE, 0, "forward", to={"channel": 20, "post": 1})(content),
        ),
        "channels[0].posts[0].forward",
        "circle",
    ),
    "a forward from nowhere": (
        _set(*TWO, 0, "forward", "post", to=9),
        "channels[1].posts[0].forward",
        "no post 9 in channel 10",
    ),
    "a forward of nothing": (
        _set(*TWO, 0, "forward", to={"name": "Somebody"}),
        "channels[1].posts[0].forward",
        "a name and a date",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    """A file that describes no world is refused; the text says where, what and what to do."""
    change, where, problem = BROKEN[name]
    content = small()
    change(content)
    path = write(tmp_path, content)
    with pytest.raises(WorldFileInvalid) as caught:
        World.from_json(path)
    assert caught.value.where == where
    assert problem in caught.value.problem
    assert caught.value.file == str(path)
    assert "correct the place that is named" in str(caught.value)
