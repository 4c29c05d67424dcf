"""`tgactors eval`: the whole of it on a few posts, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import CommandLine, children_of_the_data_folder, refused

POSTS = [
    "Центробанк сохранил ключевую ставку, рубль этого не заметил.",
    "Борщ варят три часа, свёклу кладут в самом конце.",
    "The octopus punches fish that do not help with the hunt.",
    "",
    "Лыжный сезон открыт: десять километров в сосновом бору.",
]
QUERIES = [
    {"text": "ключевая ставка", "relevant": [10], "kind": "known"},
    {"text": "как приготовить борщ", "relevant": [20], "kind": "known"},
    {"text": "октопус", "relevant": [40]},  # what is said to be the answer is an empty post
    {"text": "осьминог бьёт рыб", "relevant": [30, 40]},
]


def given(folder: Path, **parts: Any) -> Path:
    """Write a set; the ids of its posts are tens."""
    file = folder / "set.json"
    posts = [{"id": 10 * number, "text": text} for number, text in enumerate(POSTS, 1)]
    file.write_text(json.dumps({"posts": posts, "queries": QUERIES} | parts), encoding="utf-8")
    return file


def test_posts_of_a_file_are_found(line: CommandLine) -> None:
    """Posts are stored, indexed and searched: a program is told what people are, kind by kind."""
    done = line.run("eval", given(line.folder), "--json", TGACTORS_DATA="elsewhere")
    assert done.status == 0, done
    assert done.facts == {
        "hit@5": 0.75,
        "mrr": 0.75,
        "recall@5": 0.625,
        "kinds": {
            "known": {"queries": 2, "hit@5": 1, "mrr": 1, "recall@5": 1},
            "other": {"queries": 2, "hit@5": 0.5, "mrr": 0.5, "recall@5": 0.25},
        },
    }
    assert done.out.count("\n") == 1
    assert not (line.folder / "elsewhere").exists()
    assert children_of_the_data_folder(line.folder) == []


@pytest.mark.soak
def test_the_figures_are_the_last_line(line: CommandLine) -> None:
    """People see a row for each kind, and then the three figures on a line that ends it all."""
    query = {"text": "ключевая ставка", "relevant": [10], "kind": "semantic"}
    done = line.run("eval", given(line.folder, queries=[query]))
    assert done.status == 0, done
    assert done.out.splitlines()[-1] == "hit@5 1.000  mrr 1.000  recall@5 1.000"
    assert "semantic" in done.out


def test_a_bad_file_is_refused(line: CommandLine) -> None:
    """What is wrong is named with its place, before anything is opened."""
    file = given(line.folder, posts=[{"id": 10, "text": 5}])
    refused(line.run("eval", file, "--json"), "SetInvalid", "posts[0].text", "string", str(file))


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_our_own_posts_are_found(line: CommandLine) -> None:
    """The whole set that comes with the program is found as well as it has to be."""
    facts = line.ended(line.start("eval", "--json")).facts
    assert facts["kinds"]["known-item"]["hit@5"] >= 0.98
    assert facts["hit@5"] >= 0.93
