"""A Postgres over the network: with a password, and a certificate that is looked at."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trustme
import yaml

from sandbox import Sandbox
from storage.embedded.place import NOBODY
from storage.sessions import new_key
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.conftest import new_folder

PASSWORD = "open sesame"
RIGHT = quote(PASSWORD)
PATIENCE = 60.0
ROOT = Path(__file__).parents[2]
AS_USER: Any = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
"""Postgres does not run as root."""
ONLY_TLS = "hostssl all all 127.0.0.1/32 scram-sha-256\n"


def _programs() -> Path:
    """Find a Postgres that speaks TLS, which the embedded one does not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    reason = "no Postgres is installed (Debian: apt-get install postgresql)"
    if os.environ.get("TGACTORS_REQUIRE_POSTGRES"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True, slots=True)
class Server:
    """One that listens on a port of this machine."""

    port: int
    programs: Path
    authority: Path

    def address(self, *, password: str = RIGHT, tls: str = "") -> str:
        """Return what a program is given."""
        tls = tls or f"sslmode=verify-full&sslrootcert={self.authority}"
        return f"postgresql://tgactors:{password}@localhost:{self.port}/tgactors?{tls}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own, which takes nobody without TLS and the password."""
    programs, folder = _programs(), new_folder()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate = authority.issue_cert("localhost")
    (folder / "password").write_text(PASSWORD)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    (folder / "key.pem").chmod(0o600)
    for each in (folder, *folder.iterdir()):
        if AS_USER:
            os.chown(each, NOBODY, NOBODY)
    options = ["--username=tgactors", f"--pwfile={folder / 'password'}", "--encoding=UTF8"]
    _run(programs / "initdb", "-D", folder / "cluster", *options, "--locale=C.UTF-8", "--no-sync")
    (folder / "cluster/pg_hba.conf").write_text(ONLY_TLS)
    single: list[str | Path] = [programs / "postgres", "--single", "-D", folder / "cluster"]
    _run(*single, "postgres", typed="CREATE DATABASE tgactors")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    given = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "port": str(port),
        "ssl": "on",
        "ssl_key_file": str(folder / "key.pem"),
        "ssl_cert_file": str(folder / "certificate.pem"),
        "fsync": "off",
    }
    words = [f"--{name}={value}" for name, value in given.items()]
    with subprocess.Popen(
        [programs / "postgres", "-D", folder / "cluster", *words], stderr=subprocess.PIPE, **AS_USER
    ) as process:
        assert process.stderr is not None
        for said in process.stderr:
            if b"ready to accept" in said:
                break
        yield Server(port, programs, folder / "authority.pem")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    shutil.rmtree(folder)


def _run(*words: str | Path, typed: str | None = None) -> None:
    done = subprocess.run(
        words, input=typed, capture_output=True, text=True, check=False, timeout=PATIENCE, **AS_USER
    )
    assert done.returncode == 0, done


@pytest.fixture
def remote(line: CommandLine, telegram: Sandbox, server: Server) -> CommandLine:
    """A command line beside that server and a sandbox."""
    line.env |= {
        "TGACTORS_TELEGRAM": telegram.address,
        "TGACTORS_DATABASE_URL": server.address(),
        "TGACTORS_SESSION_KEYS": new_key(),
    }
    return line


def test_everything_goes_over_the_network(remote: CommandLine) -> None:
    """Migrations, a login, a parse and reads, on a server of another version than the embedded."""
    assert remote.run("login", PERSON).status == 0
    assert remote.run("parse", PERSON, "--json").facts["added"] == 36
    assert len(remote.run("posts", PERSON, "--limit", 100, "--json").facts["posts"]) == 36


@pytest.mark.parametrize(
    "tls",
    ["sslmode=disable", "sslmode=verify-full&sslrootcert=other.pem"],
    ids=["none", "another authority"],
)
def test_without_its_certificate_nothing_is_said(
    remote: CommandLine, server: Server, tls: str
) -> None:
    """Neither in clear, nor to somebody whom another authority vouches for; the password stays."""
    trustme.CA().cert_pem.write_to_path(remote.folder / "other.pem")
    remote.env["TGACTORS_DATABASE_URL"] = server.address(tls=tls)
    done = remote.run("status", "--json")
    refused(done, "DatabaseUnreachable", f"localhost:{server.port}/tgactors")
    assert "sesame" not in done.out + done.err


def test_a_wrong_password_is_told_without_it(remote: CommandLine, server: Server) -> None:
    """By the server's name."""
    remote.env["TGACTORS_DATABASE_URL"] = server.address(password="open%20barley")
    done = remote.run("status", "--json")
    refused(done, "DatabaseUnreachable", f"localhost:{server.port}/tgactors")
    assert "barley" not in done.out + done.err


def test_the_stores_health_is_asked_as_it_is_written(server: Server) -> None:
    """By the command of compose.yaml; one that does not listen is not well."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    kind, *command = services["postgres"]["healthcheck"]["test"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = free.getsockname()[1]
    found = [
        subprocess.run(
            command,
            env={"PATH": str(server.programs), "PGHOST": "127.0.0.1", "PGPORT": str(port)},
            check=False,
            timeout=PATIENCE,
        ).returncode
        for port in (server.port, nowhere)
    ]
    assert (kind, found) == ("CMD", [0, 2])
