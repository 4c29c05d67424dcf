"""The deployment as it is written: valid, guarded, and every command in it run here."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actors.house import STOP_SECONDS
from bot import settings
from bot.chat import duty
from bot.web import page_login, server
from tests.bot.conftest import TGACTORS

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs" / "operating.md"
PATIENCE = 60.0
SERVICES = ("app", "postgres", "qdrant", "sandbox")
OURS = ("app", "sandbox")


@pytest.fixture(scope="module")
def compose() -> Any:
    """The file, its anchors resolved."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that the script makes beside a copy of it."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy/secrets.sh", tmp_path / "deploy")
    _made(tmp_path)
    return tmp_path / "secrets"


def _made(place: Path) -> str:
    script = ["sh", "deploy/secrets.sh"]
    done = subprocess.run(
        script, cwd=place, capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    return done.stdout


def test_the_file_is_what_compose_takes() -> None:
    """It fits the schema of the Compose specification."""
    check = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout


def test_a_service_has_time_to_end(compose: Any) -> None:
    """Nobody kills it while the bot and HTTP end side by side, and the house after them."""
    longest = max(duty.END_SECONDS, page_login.END_SECONDS, server.END_SECONDS) + STOP_SECONDS
    unit = re.search(r"^TimeoutStopSec=(\d+)$", OPERATING.read_text(), re.MULTILINE)
    assert unit is not None
    waits = [compose["services"][name]["stop_grace_period"].removesuffix("s") for name in OURS]
    assert min(map(int, (*waits, unit[1]))) > longest + 10


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_bounded_and_looked_after(compose: Any, name: str) -> None:
    """Memory, processors, processes and logs have a limit; its health is asked; it ends in time."""
    service = compose["services"][name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= limits.keys()
    assert service["pids_limit"] > 0
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    assert {"test", "interval", "timeout", "retries"} <= service["healthcheck"].keys()
    assert int(service["stop_grace_period"].removesuffix("s")) > 20
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    for volume in service["volumes"]:
        assert volume.split(":")[0] in compose["volumes"], "a named volume, that a pull keeps"


@pytest.mark.parametrize("name", OURS)
def test_ours_can_change_nothing_but_its_data(compose: Any, name: str) -> None:
    """No root, no capability, and a file system to read from."""
    service = compose["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert f"USER {service['user']}" in (ROOT / "Dockerfile").read_text()


def test_the_stores_are_on_no_network_but_their_own(compose: Any) -> None:
    """Nobody outside reaches them, and they reach nobody."""
    assert compose["networks"]["stores"]["internal"] is True
    for name in ("postgres", "qdrant"):
        assert compose["services"][name]["networks"] == ["stores"]
        assert "ports" not in compose["services"][name]


def test_the_database_is_told_an_encoding_that_is_taken(compose: Any) -> None:
    """Postgres 18, UTF-8 and a builtin locale that knows letters: others are refused at start."""
    postgres = compose["services"]["postgres"]
    assert postgres["image"].startswith("postgres:18")
    arguments = postgres["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert set(arguments) == {
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    }


def test_secrets_are_made_once_and_taken(
    compose: Any, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the script makes is all that the file names, and the program takes it as it is."""
    files = {each["file"] for each in compose["secrets"].values()}
    assert files == {f"secrets/{each.name}" for each in secrets.iterdir()}
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {each.name: each.read_bytes() for each in secrets.iterdir()}
    assert _made(tmp_path).count("kept ") == len(before)
    assert {each.name: each.read_bytes() for each in secrets.iterdir()} == before

    inside = tmp_path / "run"
    inside.mkdir()
    for each in compose["services"]["app"]["secrets"]:
        shutil.copy(tmp_path / compose["secrets"][each["source"]]["file"], inside / each["target"])
    monkeypatch.setenv("TGACTORS_SECRETS", str(inside))
    for name, value in compose["services"]["app"]["environment"].items():
        monkeypatch.setenv(name, value)
    found = settings.load()
    password = before["postgres_password"].decode()
    assert found.dsn == f"postgresql://tgactors:{password}@postgres:5432/tgactors"
    assert found.http_token is not None
    assert found.http_token.get_secret_value() == before["http_token"].decode()
    assert len(found.keys) == 1


def test_what_the_image_copies_is_there() -> None:
    """Each name in the Dockerfile, and nothing of it is kept from the build."""
    taken = re.findall(
        r"^COPY ((?!--from).+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    for name in " ".join(taken).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in let_in


def test_what_the_image_installs_is_what_was_tested() -> None:
    """The lock of what runs is a part of the lock of development, with hashes."""
    line = re.compile(r"^([a-z0-9][a-z0-9.-]*==\S+)", re.MULTILINE)
    runs, all_of_it = (
        set(line.findall((ROOT / name).read_text()))
        for name in ("requirements-run.lock", "requirements.lock")
    )
    assert runs < all_of_it
    assert not {each for each in runs if each.startswith(("pytest", "mypy", "hypothesis"))}
    assert (ROOT / "requirements-run.lock").read_text().count("--hash=sha256:") > len(runs)


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def environment(compose: Any, folder: Path, port: int) -> dict[str, str]:
    """What the sandbox's container has, but for its folder and its port."""
    given = compose["services"]["sandbox"]["environment"] | {
        "TGACTORS_DATA": str(folder / "data"),
        "TGACTORS_HTTP_PORT": str(port),
        "TGACTORS_HTTP_TOKEN": "only-for-trying-it-out",
    }
    return {"PATH": f"{TGACTORS.parent}:/usr/bin:/bin", "HOME": str(folder), **given}


@pytest.fixture
def serving(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The image's own command, until it has read."""
    command = []
    for word in ("ENTRYPOINT", "CMD"):
        found = re.search(rf"^{word} (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
        assert found is not None
        command += json.loads(found[1])
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for said in process.stdout:
            if said.startswith("The sandbox at "):
                break
        yield process
        process.terminate()
        process.wait(PATIENCE)


def _probed(
    compose: Any, environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run the container's health check as it is written."""
    kind, *command = compose["services"]["sandbox"]["healthcheck"]["test"]
    assert kind == "CMD"
    python = {"PYTHONPATH": str(ROOT)}  # the image has it installed
    return subprocess.run(
        command,
        cwd=folder,
        env=environment | python,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_sandbox_runs_as_it_is_written(
    compose: Any,
    environment: dict[str, str],
    folder: Path,
    serving: subprocess.Popen[str],
) -> None:
    """The image's command serves, the health check sees it, and SIGTERM ends it in time."""
    done = _probed(compose, environment, folder)
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["status"] in {"ready", "degraded"}
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(20) == 0
    gone = _probed(compose, environment, folder)
    assert (gone.returncode, "refused" in gone.stdout) == (1, True)


@pytest.mark.parametrize(("status", "healthy"), [("200 OK", True), ("503 Wait", False)])
def test_the_vector_stores_health_is_asked_without_a_program_for_it(
    compose: Any, status: str, healthy: bool
) -> None:
    """The shell speaks HTTP by itself, and understands the answer."""
    kind, *command = compose["services"]["qdrant"]["healthcheck"]["test"]
    with socket.create_server(("127.0.0.1", 0)) as store:
        port = str(store.getsockname()[1])
        asking = subprocess.Popen([word.replace("6333", port) for word in command])
        store.settimeout(PATIENCE)
        connection, _ = store.accept()
        with connection:
            with connection.makefile("rb") as request:
                asked = request.readline() + request.readline()
            connection.sendall(f"HTTP/1.0 {status}\r\n\r\nall shards are ready".encode())
        found = asking.wait(PATIENCE) == 0
    assert (kind, asked, found) == ("CMD", b"GET /readyz HTTP/1.0\r\n\r\n", healthy)


def test_nobody_else_reads_what_the_script_makes(secrets: Path) -> None:
    """Files that a container's user reads lie in a folder that is its owner's alone."""
    assert all(each.stat().st_mode & 0o777 == 0o644 for each in secrets.iterdir())
    assert secrets.stat().st_uid == os.geteuid()
