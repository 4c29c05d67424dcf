"""What the documentation says of the sandbox, compared with the sandbox."""

import re
import subprocess
import sys
from pathlib import Path

import sandbox as room
from sandbox import Sandbox, coverage
from sandbox.methods import method_names
from sandbox.rpc import METHODS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sandbox.md").read_text("utf-8")


def test_the_page_lists_every_method_that_is_served() -> None:
    """The table in the documentation is the one that the handlers make."""
    assert coverage.table() in PAGE
    assert f"Not served: {coverage.unserved()}." in PAGE
    assert len(METHODS) >= 40


def test_every_method_is_described() -> None:
    """Each handler is for a method Telegram has, and says in a line what it answers."""
    assert set(METHODS) <= set(method_names().values())
    for method in METHODS.values():
        says = method.run.__doc__ or ""
        assert says.endswith(".")
        assert "|" not in says + method.differs
        assert "\n" not in says


def test_every_verb_of_the_page_exists() -> None:
    """Whatever the page names as a verb of the sandbox can be called on one."""
    section = PAGE.partition("## What you can do to it")[2].partition("- **Faults:**")[0]
    verbs = set(re.findall(r"`(\w+)(?:\(\))?`", section)) - {"World"}
    assert verbs >= {"publish", "mint", "cut", "migrate", "down"}
    assert all(callable(getattr(Sandbox, verb)) for verb in verbs)


def test_the_pages_program_runs() -> None:
    """The example is complete: it prints both posts, the newest first."""
    program = PAGE.partition("```python\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("['one more', 'hello']", 0), done.stderr


def test_the_pages_file_is_a_world(tmp_path: Path) -> None:
    """The example of a file can be loaded, and its script played."""
    path = tmp_path / "world.json"
    path.write_text(PAGE.partition("```json\n")[2].partition("```")[0], "utf-8")
    world = room.World.from_json(path)
    world.step()
    (channel,) = world.channels.values()
    assert [post.text for post in channel.posts.values()] == ["hello", "one more"]


def test_the_command_prints_the_table() -> None:
    """`python -m sandbox --coverage` prints what the page shows, and serves nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--coverage"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith(coverage.table())
