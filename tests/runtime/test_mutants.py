"""Every mutant is killed: a test that never fails would prove nothing."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import runtime

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent
ROOM = Path(runtime.__file__).parent


def _mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", HERE / "mutants.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module
    spec.loader.exec_module(module)
    return module


MUTANTS: tuple[Any, ...] = _mutants().MUTANTS


def run(workshop: Path, killer: str) -> subprocess.CompletedProcess[str]:
    """Run one test file against the room beside it."""
    target = workshop / "kernel_tests" / killer
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=40"]
    config = ["-c", str(ROOM.parent / "pyproject.toml"), f"--rootdir={workshop}", "-n0"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *config, str(target)],
        cwd=workshop,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A copy of the room and of its tests."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOM, tmp_path / "runtime", ignore=ignore)
    shutil.copytree(HERE, tmp_path / "kernel_tests", ignore=ignore)
    return tmp_path


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_each_mutant_changes_what_is_there(mutant: Any) -> None:
    """A mutant's right text occurs exactly once in its file, and its killer exists."""
    assert (ROOM / mutant.file).read_text().count(mutant.right) == 1
    file, _, name = mutant.killer.partition("::")
    assert f"{name}" in (HERE / file).read_text()


@pytest.mark.soak
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_each_mutant_is_killed(mutant: Any, workshop: Path) -> None:
    """The named test fails with the mutant in place."""
    path = workshop / "runtime" / mutant.file
    path.write_text(path.read_text().replace(mutant.right, mutant.wrong))
    outcome = run(workshop, mutant.killer)
    assert outcome.returncode == 1, outcome.stdout[-2000:]


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_room_itself_passes_there(workshop: Path) -> None:
    """Without a mutant the same tests pass in the same workshop."""
    for killer in sorted({mutant.killer for mutant in MUTANTS}):
        outcome = run(workshop, killer)
        assert outcome.returncode == 0, outcome.stdout[-2000:]


def test_the_document_names_every_mutant() -> None:
    """docs/kernel.md lists each mutant with the test that kills it."""
    text = (ROOM.parent / "docs" / "kernel.md").read_text()
    for mutant in MUTANTS:
        assert f"| {mutant.name} | `{mutant.killer}` |" in text
