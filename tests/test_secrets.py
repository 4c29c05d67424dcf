"""What is committed holds no secret but those that open nothing, and are known (S28)."""

from __future__ import annotations

import base64
import json
import re
import secrets
import subprocess
from pathlib import Path

import pytest
from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).parents[1]
KNOWN = ".secrets.baseline"
LOCKS = (".lock", KNOWN)
"""Hashes of packages, and of what is known."""
OF_OURS = re.compile(r"TGACTORS_(\w*(?:HASH|KEYS?|TOKEN))['\"]?[ ]?[=:][ ]?['\"]?([\w:=-]{16,})")
NO_KEYS = {
    "0123456789abcdef0123456789abcdef",
    "-only-for-trying-it-out",
    "only-for-trying-it-out",
}
"""What examples have instead."""


def _committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what is committed is not known")
    names = (name for name in listed.stdout.split("\0") if name and not name.endswith(LOCKS))
    return sorted(name for name in names if (ROOT / name).is_file())


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> SecretsCollection:
    """What is known, by file and hash; file names are from the root."""
    monkeypatch.chdir(ROOT)
    return baseline.load(json.loads((ROOT / KNOWN).read_text()), KNOWN)


def _settings() -> dict[str, object]:
    found = json.loads((ROOT / KNOWN).read_text())
    return {name: found[name] for name in ("plugins_used", "filters_used")}


def test_nothing_that_is_committed_is_a_secret(known: SecretsCollection) -> None:
    """Not a key, a token, a password in an address."""
    found = SecretsCollection()
    with transient_settings(_settings()):
        for name in _committed():
            found.scan_file(name)
    fresh = [f"{name}: {each.type}, line {each.line_number}" for name, each in found - known]
    assert fresh == [], (
        "Take it out, also of what was committed before; or, if it opens nothing, note it: "
        f"detect-secrets scan --baseline {KNOWN} {' '.join(sorted(found.files))}"
    )


def test_no_setting_is_committed_with_its_value() -> None:
    """Whatever opens something is left empty, also in examples, or is no key at all."""
    found = [
        f"{name}: {given[1]}"
        for name in _committed()
        for given in OF_OURS.finditer((ROOT / name).read_text(errors="replace"))
        if given[2] not in NO_KEYS
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        f"api_hash = '{secrets.token_hex(16)}'",
        f"session_keys = '{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}'",
        f"TOKEN=1102015431:{secrets.token_hex(18)[:35]}",
        f"postgresql://app:{secrets.token_hex(8)}@db/app",
        "-----BEGIN " + "PRIVATE KEY-----",
    ],
    ids=["telegram", "sessions", "bot", "address", "key"],
)
def test_a_secret_would_be_seen(line: str, tmp_path: Path) -> None:
    """Each kind that this project has, in a file of any name."""
    file = tmp_path / "notes.py"
    file.write_text(f"{line}\n")
    found = SecretsCollection()
    with transient_settings(_settings()):
        found.scan_file(str(file))
    assert len(list(found)) >= 1


@pytest.mark.parametrize("name", ["API_HASH", "SESSION_KEYS", "HTTP_TOKEN", "OPENROUTER_KEY"])
def test_a_setting_would_be_seen(name: str) -> None:
    """As it stands in a file of settings, in a shell, or in YAML."""
    for line in ("{}={}", "export {}='{}'", '{}: "{}"'):
        assert OF_OURS.search(line.format(f"TGACTORS_{name}", secrets.token_hex(16)))
