"""Worlds in files: saved, loaded, and refused with the place of the mistake."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from tests.examples import examples
from tests.sandbox.worlds import small, worlds, write


def test_a_world_is_read_from_a_file(tmp_path: Path) -> None:
    """Channels, posts, people, passwords, links and the script are what the file says."""
    world = World.from_json(write(tmp_path, small()))
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
    world = World.from_json(write(tmp_path, small()))
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
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
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
    path = write(tmp_path, small())
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
