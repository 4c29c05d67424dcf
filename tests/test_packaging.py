"""What is installed, what loads, and what is public."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import actors
import runtime

ROOT = Path(__file__).parents[1]
ROOMS = {"actors", "bot", "runtime", "sandbox", "storage"}


def run(program: str, *, cwd: Path = ROOT, path: Path | None = None) -> str:
    """Run a program in a fresh interpreter and return what it printed."""
    environment = {"PATH": "/usr/bin:/bin", **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_importing_actors_loads_nothing_heavy() -> None:
    """No Telethon, no database driver, no numbers: they load when a house needs them."""
    heavy = ["telethon", "asyncpg", "qdrant_client", "numpy", "aiogram", "pydantic", "cryptography"]
    program = f"import sys, actors; print([name for name in {heavy} if name in sys.modules])"
    assert run(program) == "[]\n"


def test_a_file_that_shadows_a_room_is_named(tmp_path: Path) -> None:
    """A runtime.py on the path would be imported in our place: the error names it."""
    (tmp_path / "runtime.py").write_text("", encoding="utf-8")
    shown = run("import actors", cwd=tmp_path, path=tmp_path)
    assert "ImportError" in shown
    assert str(tmp_path / "runtime.py") in shown


def test_the_wheel_carries_the_rooms_and_nothing_else(tmp_path: Path) -> None:
    """Built from this tree, the wheel holds five packages, their data, and its licence."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == ROOMS
    assert {"sandbox/demo_posts.json", "storage/queries.sql"} <= set(names)
    assert [name for name in names if name.endswith("LICENSE")]


def test_the_sandbox_is_opened_inside_functions_only() -> None:
    """The command line loads the sandbox when a command needs it, never at its own import."""
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("sandbox"), path
            if isinstance(node, ast.Import):
                assert not [a for a in node.names if a.name.startswith("sandbox")], path


@pytest.mark.parametrize("room", [actors, runtime], ids=lambda room: room.__name__)
def test_public_names_exist_and_are_sorted(room: object) -> None:
    """What a room exports is there, each name once, in order."""
    names: list[str] = vars(room)["__all__"]
    assert [name for name in names if name not in vars(room)] == []
    assert len(set(names)) == len(names)


def test_the_embedded_api_is_pinned() -> None:
    """A name added to or taken from the embedded API is a decision, made here too."""
    assert set(actors.__all__) == {
        "AccountHeld",
        "ActorCrashed",
        "ActorError",
        "ActorStopped",
        "AlreadyLoggedIn",
        "Answer",
        "ApiKeysRefused",
        "AskOnLoop",
        "AskTimeout",
        "Authorisation",
        "AuthorisationKept",
        "BadSettings",
        "BadTelegramAddress",
        "Channel",
        "CodeExpired",
        "CodeNeeded",
        "Digest",
        "DigestLine",
        "DigestTopic",
        "Flooded",
        "FollowedFolder",
        "Forgotten",
        "Found",
        "Hit",
        "HouseClosed",
        "HouseOpen",
        "Interrupted",
        "Invite",
        "InviteDead",
        "InviteRow",
        "JoinPending",
        "LeaseLost",
        "LoggedIn",
        "LoginFailed",
        "LoginRequired",
        "LoginStep",
        "MailboxFull",
        "Meaning",
        "MixedTelegrams",
        "NoCodeWanted",
        "NoOtherCode",
        "NoPasswordWanted",
        "NoSuchChannel",
        "NoSuchFolder",
        "NotAChannel",
        "Notice",
        "ParseProgress",
        "ParseReport",
        "PasswordNeeded",
        "PhoneRefused",
        "Post",
        "QrCode",
        "Refusal",
        "SessionFileUnusable",
        "SessionRevoked",
        "SharedFolder",
        "Snippet",
        "Source",
        "Status",
        "StorageError",
        "TelegramNotConfigured",
        "TelegramUnreachable",
        "TooManyChannels",
        "TooManyFollowed",
        "Trouble",
        "UnknownTimezone",
        "UnknownVisitor",
        "Unread",
        "VectorsClosed",
        "VectorsDenied",
        "VectorsError",
        "VectorsFailing",
        "VectorsFull",
        "VectorsUnreachable",
        "VectorsUnusable",
        "Waiting",
        "WrongAccount",
        "WrongCode",
        "WrongPassword",
        "open",
        "user",
    }
