"""`tgactors search`: posts found by words and by meaning, as people and as programs have it."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tests.bot.conftest import PERSON, CommandLine, refused
from tests.bot.terminals import terminal

GARLIC = "Чеснок сажаем, когда почва"
LONG = "слово " * 200


def test_a_found_post_is_shown_with_its_link(archive: CommandLine) -> None:
    """Where it was published, the piece with the words, its tags, and the address to read it at."""
    done = archive.run("search", PERSON, "чеснок", "--limit", 1)
    assert (done.status, done.err) == (0, "")
    head, piece, tags, link, empty = done.out.split("\n", 4)
    assert head.startswith("Дачный дневник  20")
    assert piece.startswith(f"  {GARLIC}")
    assert tags.startswith("  #")
    assert link.startswith("  https://t.me/dachny_dnevnik_demo/")
    assert empty.strip() == ""


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("вокзал поезд роман", "knizhnaya_polka_demo"),
        ("чеснока", "dachny_dnevnik_demo"),
        ("what to cook from a pumpkin", "kuhnya_bez_speshki_demo"),
        ('"frozen orbit"', "orbit_and_beyond_demo"),
    ],
)
def test_programs_are_told_what_was_found(archive: CommandLine, query: str, channel: str) -> None:
    """By meaning too and across languages: the post is the first of one object."""
    facts = archive.run("search", PERSON, query, "--json").facts
    assert (facts["account"], facts["query"], facts["corrected"]) == (PERSON, query, None)
    first = facts["hits"][0]
    assert f"/{channel}/" in first["post"]["permalink"]
    assert first["score"] > 0
    assert first["tags"]
    assert facts["trouble"] is None


def test_a_slip_is_told(archive: CommandLine) -> None:
    """Who has mistyped sees what was searched for instead."""
    shown = archive.run("search", PERSON, "чеснак").out
    assert shown.splitlines()[0] == "Nothing has these words; searched for: чеснок"
    assert GARLIC in shown
    assert archive.run("search", PERSON, "чеснак", "--json").facts["corrected"] == "чеснок"


def test_what_is_searched_can_be_narrowed(archive: CommandLine) -> None:
    """To a channel, to a tag, to a time: nothing from outside is found."""
    hits = archive.run("search", PERSON, "чеснок", "--json").facts["hits"]
    garlic, titles = hits[0], {hit["post"]["channel_title"] for hit in hits}
    assert len(titles) > 1

    def found(*words: object) -> list[dict[str, Any]]:
        done = archive.run("search", PERSON, "чеснок", *words, "--json")
        return list(done.facts["hits"])

    channel = found("--channel", "@dachny_dnevnik_demo")
    assert {hit["post"]["channel_title"] for hit in channel} == {"Дачный дневник"}
    tagged = found("--tag", garlic["tags"][0])
    assert garlic["post"] in [hit["post"] for hit in tagged]
    assert all(garlic["tags"][0] in hit["tags"] for hit in tagged)
    late = [hit["post"]["published_at"] for hit in found("--since", "750min")]
    assert min(late) == garlic["post"]["published_at"]
    assert min(hit["post"]["published_at"] for hit in hits) < min(late)


def test_nothing_found_is_said(archive: CommandLine) -> None:
    """With status 0, as it is an answer."""
    done = archive.run("search", PERSON, "чеснок", "--until", "2020-01-01")
    assert (done.status, done.out, done.err) == (0, "Nothing was found.\n", "")


def test_the_words_are_bold_in_a_terminal(archive: CommandLine) -> None:
    """At 80 columns, with links that are not broken."""
    with terminal(archive, "search", PERSON, "чеснок", "--limit", "1") as shown:
        assert shown.read_all() == 0
    assert "\x1b[1mЧеснок\x1b[0m" in shown.shown
    assert any(line.startswith("  https://t.me/dachny") for line in shown.text.splitlines())


def test_an_empty_house_says_what_to_do(beside: CommandLine) -> None:
    """Where nothing was read there is nothing to find, for programs too."""
    told = beside.run("search", PERSON, "чеснок")
    facts = beside.run("search", PERSON, "чеснок", "--json")
    assert (told.status, told.out, facts.status) == (0, "Nothing was found.\n", 0)
    assert f"tgactors parse {PERSON}" in told.err
    assert f"tgactors parse {PERSON}" in facts.err
    assert facts.facts["hits"] == []


def test_what_is_not_indexed_is_found_by_words(known: CommandLine) -> None:
    """And the person is told why by words only, and what indexes it."""
    known.run("parse", PERSON, TGACTORS_WORKERS="false")
    done = known.run("search", PERSON, "чеснок")
    assert GARLIC in done.out
    assert done.err.splitlines() == [
        "No post is indexed yet, so only words were searched for.",
        f"Of 36 posts none is indexed yet; the workers do it: tgactors parse {PERSON}",
    ]


def test_an_unknown_channel_is_refused(archive: CommandLine) -> None:
    """By name, with what to do."""
    done = archive.run("search", PERSON, "чеснок", "--channel", "@nobody", "--json")
    refused(done, "NoSuchChannel", "@nobody", "tgactors channels")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["search", "7"], "Missing argument 'QUERY'"),
        (["search", "7", "  "], "it is empty: say what to look for"),
        (["search", "7", LONG], "shorten it to 1000"),
        (["search", "7", "x", "--since", "often"], "'often' is no time: give a length of time"),
        (["search", "7", "x", "--until", "0d"], "'0d' is no time"),
        (["search", "7", "x", "--limit", "101"], "--limit"),
        (["ask", "7", ""], "it is empty: say what to look for"),
        (["ask", "7", LONG], "shorten it to 1000"),
        (["digest", "7", "--period", "1y"], "'1y' is no length of time"),
        (["digest", "7", "--lines", "51"], "--lines"),
        (["similar", "7"], "Missing argument 'LINK'"),
        (["similar", "7", "@news"], "'@news' is no link to a post"),
        (["similar", "7", "https://example.org/12"], "is no link to a post"),
        (["retry", "all"], "'all' is no Telegram user id"),
    ],
)
def test_wrong_usage_is_named(words: list[str], complaint: str) -> None:
    """What cannot be looked for is said on standard error, with status 2."""
    done = CliRunner().invoke(app, words, terminal_width=200)
    assert (done.exit_code, done.stdout) == (2, "")
    assert complaint in done.stderr
