"""Worlds in files: saved, loaded, and refused with the place of the mistake."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from sandbox import (
    Folder,
    Sandbox,
    Step,
    UnknownPost,
    World,
    WorldFileInvalid,
    demo_world,
    generated_world,
)
from sandbox.passwords import Password
from tests.sandbox.worlds import worlds

Change = Callable[[dict[str, Any]], object]

NOON = "2024-05-01T12:00:00+00:00"
LATER = "2024-05-01T13:00:00+00:00"


def _small() -> dict[str, Any]:
    """The content of a good file: two channels, three posts, one reader."""
    return {
        "channels": [
            {
                "id": 10,
                "title": "One",
                "username": "one",
                "posts": [
                    {"id": 1, "text": "first", "date": NOON},
                    {"id": 2, "text": "second", "date": LATER, "reply_to": 1},
                ],
            },
            {
                "id": 20,
                "title": "Two",
                "posts": [
                    {"id": 1, "date": LATER, "forward": {"channel": 10, "post": 1}},
                ],
            },
        ],
        "people": [
            {"id": 1, "phone": "+7 999 000 01 01", "follows": [10, 20], "password": {"text": "x"}}
        ],
        "invites": [{"hash": "abc", "channel": 20}],
        "script": [
            {"verb": "publish", "channel": 10, "text": "third"},
            {"verb": "edit", "channel": 10, "post": 3, "text": "third, corrected"},
            {"verb": "delete", "channel": 10, "post": 1},
            {"verb": "ban", "channel": 20, "person": 1},
        ],
    }


def _write(folder: Path, content: object) -> Path:
    path = folder / "world.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_a_world_is_read_from_a_file(tmp_path: Path) -> None:
    """Channels, posts, people, passwords, links and the script are what the file says."""
    world = World.from_json(_write(tmp_path, _small()))
    one, two = world.channels.values()
    assert (one.title, one.username, one.last_id) == ("One", "one", 2)
    assert [post.text for post in one.posts.values()] == ["first", "second"]
    assert (one.posts[2].reply_to, one.newest) == (1, one.posts[2])
    origin = two.posts[1].forward
    assert origin is not None
    assert (origin.channel, origin.post, origin.date) == (10, 1, one.posts[1].date)
    (person,) = world.people.values()
    assert list(person.follows) == [10, 20]
    assert isinstance(person.password, Password)
    assert world.invites["abc"].channel == 20
    assert len(world.script) == 4


def test_a_script_happens_step_by_step(tmp_path: Path) -> None:
    """Each step does one thing, in order, and then nothing is left."""
    world = World.from_json(_write(tmp_path, _small()))
    one, person = world.channels[10], world.people[1]
    first = world.step()
    assert first == Step(verb="publish", channel=10, text="third")
    assert one.posts[3].text == "third"
    world.step()
    assert one.posts[3].text == "third, corrected"
    world.step()
    assert one.ids == [2, 3]
    world.step()
    assert 20 not in person.follows
    assert world.step() is None


def test_a_step_that_is_impossible_says_so() -> None:
    """A script that edits what is not there fails at that step, by its post."""
    world = World()
    channel = world.channel("News")
    world.script.append(Step(verb="edit", channel=channel.id, post=7))
    with pytest.raises(UnknownPost, match="7"):
        world.step()


def test_a_served_world_is_stepped_through_its_sandbox() -> None:
    """Steps of a running sandbox change what it serves; all of a generated script are possible."""
    world = generated_world(channels=3, posts=5, steps=200)
    steps = list(world.script)
    assert {step.verb for step in steps} == {"publish", "edit", "delete"}
    with Sandbox(world) as sandbox:
        taken = [sandbox.step() for _ in range(200)]
        assert (taken, sandbox.step()) == (steps, None)
    assert list(generated_world(channels=3, posts=5, steps=200).script) == steps


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds())
def test_saved_and_loaded_a_world_is_the_same(tmp_path: Path, world: World) -> None:
    """Whatever the world: every post, channel, person and folder comes back as it was."""
    path, again = tmp_path / "one.json", tmp_path / "two.json"
    world.to_json(path)
    loaded = World.from_json(path)
    loaded.to_json(again)
    assert again.read_text("utf-8") == path.read_text("utf-8")
    for channel in world.channels.values():
        twin = loaded.channels[channel.id]
        assert (twin.posts, twin.ids, twin.last_id) == (channel.posts, channel.ids, channel.last_id)
        assert (twin.title, twin.banned, twin.created) == (
            channel.title,
            channel.banned,
            channel.created,
        )
    for person in world.people.values():
        twin_person = loaded.people[person.id]
        assert (twin_person.follows, twin_person.archived) == (person.follows, person.archived)
        assert (twin_person.hidden_up_to, twin_person.folders) == (
            person.hidden_up_to,
            person.folders,
        )


def test_everything_else_comes_back_too(tmp_path: Path) -> None:
    """Passwords, groups, links, pinned chats and the script survive; deleted channels do not."""
    world = demo_world()
    channel, *_, gone = world.channels.values()
    (person,) = world.people.values()
    person.password = Password.of("secret", "the usual")
    person.pinned.append(channel.id)
    world.join_group(person, world.migrated_group(5, "Small", channel))
    world.invite(channel, limit=3, expires=datetime.now(UTC) + timedelta(days=1), hash="abc")
    world.folder(person, Folder(id=2, title="x", channels=(channel.id, gone.id)))
    world.script.append(Step(verb="delete", channel=channel.id, post=1))
    world.close(gone)
    world.to_json(tmp_path / "world.json")
    loaded = World.from_json(tmp_path / "world.json")
    twin = loaded.people[person.id]
    assert twin.password is not None
    assert (twin.password.salts, twin.password.hint) == (person.password.salts, "the usual")
    assert twin.password.verifier == person.password.verifier
    assert (twin.pinned, list(twin.groups), loaded.groups) == ([channel.id], [5], world.groups)
    assert (loaded.invites["abc"].limit, loaded.invites["abc"].expires) == (
        3,
        world.invites["abc"].expires,
    )
    assert loaded.script == world.script
    assert gone.id not in {*loaded.channels, *twin.follows}
    assert twin.folders[0].channels == (channel.id,)


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
    content = _small()
    change(content)
    path = _write(tmp_path, content)
    with pytest.raises(WorldFileInvalid) as caught:
        World.from_json(path)
    assert caught.value.where == where
    assert problem in caught.value.problem
    assert caught.value.file == str(path)
    assert "correct the place that is named" in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "\ufeff{}", '{"channels": 5}', "null"])
def test_a_file_that_is_no_object_is_refused(tmp_path: Path, content: str) -> None:
    """An empty, cut or foreign file is refused as such."""
    path = tmp_path / "world.json"
    path.write_text(content, "utf-8")
    with pytest.raises(WorldFileInvalid):
        World.from_json(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file and a folder are named."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(WorldFileInvalid, match=str(path)):
            World.from_json(path)


def test_the_command_serves_a_file(tmp_path: Path) -> None:
    """`python -m sandbox --world` serves the file, and refuses a bad one with status 2."""
    command = [sys.executable, "-m", "sandbox", "--world"]
    path = _write(tmp_path, _small())
    served = subprocess.run(
        [*command, str(path), "--mint"], input=b"", capture_output=True, timeout=30, check=False
    )
    assert (json.loads(served.stdout)["person"], served.returncode) == (1, 0)
    path.write_text("{}}")
    refused = subprocess.run(
        [*command, str(path)], input=b"", capture_output=True, timeout=30, check=False
    )
    assert refused.returncode == 2
    assert b"correct the place that is named" in refused.stderr


def test_a_large_world_is_made_in_seconds() -> None:
    """A thousand people, three hundred channels and a hundred thousand posts, in under a minute."""
    began = datetime.now(UTC)
    world = generated_world(people=1_000, channels=300, posts=334)
    assert sum(len(channel.posts) for channel in world.channels.values()) == 100_200
    assert all(len(person.follows) == 300 for person in world.people.values())
    assert datetime.now(UTC) - began < timedelta(minutes=1)
