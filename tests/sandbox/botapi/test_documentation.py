"""What the documentation says of the Bot API, compared with it."""

import re
import subprocess
import sys
from pathlib import Path

from sandbox import botapi
from sandbox.botapi import BotApi, Group, Person, coverage
from sandbox.botapi.methods import KNOWN, SERVED

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
SECTION = PAGE.partition("\n## Bot API\n")[2].partition("\n## ")[0]

NAMES = {
    "TOKEN", "UNLIMITED", "Answer", "Asked", "BotApi", "BotApiNotRunning", "BotApiStalled",
    "BotBlocked", "Cut", "Error", "Event", "Fault", "Faults", "Flood", "Group", "GroupEmpty",
    "Limits", "NoSuchButton", "NoSuchMessage", "NotAMember", "NothingLikeThat", "Page", "Person",
    "Press", "Rate", "Shown", "Silent", "Watcher",
}  # fmt: skip


def test_the_page_lists_every_method_that_is_served() -> None:
    """The table in the documentation is the one that the handlers make."""
    assert coverage.table() in SECTION
    assert f"Not served: {coverage.unserved()} others." in SECTION
    assert SERVED.keys() <= KNOWN
    assert "telegrammethod" not in KNOWN


def test_every_method_is_described() -> None:
    """Each handler says in a line what it answers."""
    for served in SERVED.values():
        says = served.run.__doc__ or ""
        assert says.endswith(".")
        assert "|" not in says + served.differs
        assert "\n" not in says


def test_every_name_of_the_page_exists() -> None:
    """Whatever the page calls by name can be called."""
    verbs = SECTION.partition("- **People:**")[2].partition("**How it differs")[0]
    names = set(re.findall(r"(?<![`\w])`(?:api\.(?:faults\.)?)?(\w+)(?:`|\()", verbs))
    places = (botapi, BotApi, BotApi(), BotApi().faults, Person, Group, botapi.Press)
    missing = {name for name in names if not any(hasattr(place, name) for place in places)}
    assert missing <= {"clock", "press", "callback_life", "chat"}
    assert names >= {"wait", "awaited_gone", "next", "hold", "Flood", "watch", "remove_bot"}


def test_the_names_are_pinned() -> None:
    """What can be imported changes on purpose only."""
    assert set(botapi.__all__) == NAMES
    assert all(hasattr(botapi, name) for name in botapi.__all__)


def test_the_pages_program_runs() -> None:
    """The example is complete: it prints the echo."""
    program = SECTION.partition("```python\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "<b>hello</b>\n"), done.stderr


def test_the_sandbox_does_not_load_aiogram() -> None:
    """Only its Bot API does."""
    program = "import sys, sandbox; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
