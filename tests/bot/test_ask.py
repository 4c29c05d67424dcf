"""`tgactors ask`: an answer with its sources, whoever can give it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from actors.answerer import NOTHING
from sandbox.providers import Providers, Says
from tests.bot.conftest import PERSON, CommandLine
from tests.bot.terminals import terminal

QUESTION = "Когда сажать чеснок?"
GARLIC = "Чеснок сажаем, когда почва"


@pytest.fixture
def models() -> Iterator[Providers]:
    """Language models on this machine."""
    with Providers() as serving:
        yield serving
        assert serving.mistakes == ()


def asking(models: Providers) -> dict[str, str]:
    """Return what makes a command ask them."""
    return {
        "TGACTORS_OPENROUTER_KEY": str(models.openrouter.key),
        "TGACTORS_OPENROUTER_URL": models.openrouter.api_url,
    }


def test_without_a_model_the_posts_answer(archive: CommandLine) -> None:
    """Sentences of the posts with their links, and it is said that no model has answered."""
    done = archive.run("ask", PERSON, QUESTION)
    assert (done.status, done.err) == (0, "")
    answer, empty, source, link, *_, end = done.out.splitlines()
    assert GARLIC in answer
    assert "[1]" in answer
    assert empty == ""
    assert source.startswith("[1] Дачный дневник  20")
    assert link.startswith("    https://t.me/dachny_dnevnik_demo/")
    assert "no model is set, see .env.example" in end
    facts = archive.run("ask", PERSON, QUESTION, "--json").facts
    assert (facts["account"], facts["question"], facts["manner"]) == (PERSON, QUESTION, "extract")
    assert (facts["text"], facts["model"], facts["trouble"]) == (answer, None, None)
    assert facts["sources"][0]["post"]["permalink"] == link.strip()


def test_a_model_answers_and_is_named(archive: CommandLine, models: Providers) -> None:
    """Only the sources that it cites are listed; a program gets all that were before it."""
    models.openrouter.always(Says("В октябре [2], не раньше [44]."), of="chat")
    done = archive.run("ask", PERSON, QUESTION, **asking(models))
    assert (done.status, done.err) == (0, "")
    answer, empty, source, link = done.out.splitlines()
    assert (answer, empty) == ("В октябре [2], не раньше .", "")
    assert source.startswith("[2] ")
    facts = archive.run("ask", PERSON, QUESTION, "--json", **asking(models)).facts
    assert (facts["manner"], facts["text"]) == ("model", answer)
    assert facts["model"] == "deepseek/deepseek-chat-v3.1:free"
    assert [each["number"] for each in facts["sources"]][:2] == [1, 2]
    assert [each["number"] for each in facts["sources"] if each["cited"]] == [2]
    assert facts["sources"][1]["post"]["permalink"] == link.strip()


def test_an_answer_without_sources_is_told_as_such(archive: CommandLine, models: Providers) -> None:
    """Who reads it is to know that no statement of it has a post beside it."""
    models.openrouter.always(Says("В октябре."), of="chat")
    done = archive.run("ask", PERSON, QUESTION, **asking(models))
    answer, empty, about = done.out.splitlines()
    assert (answer, empty) == ("В октябре.", "")
    assert re.fullmatch(r"It cites none of the \d+ posts it was made from\.", about)


def test_a_terminal_shows_the_answer_as_it_comes(archive: CommandLine, models: Providers) -> None:
    """Its beginning is there while the rest is awaited, and nothing is shown twice."""
    models.openrouter.always(Says("Beginning of it, and its end [1]."), of="chat")
    hold = models.openrouter.hold(of="chat", midway=True)
    key, url = asking(models).values()
    with terminal(
        archive,
        "ask",
        PERSON,
        QUESTION,
        TGACTORS_OPENROUTER_KEY=key,
        TGACTORS_OPENROUTER_URL=url,
    ) as shown:
        shown.read_until("Beginning")
        assert "its end" not in shown.text
        hold.release()
        assert shown.read_all() == 0
    assert shown.text.count("Beginning of it, and its end [1].") == 1
    assert "https://t.me/" in shown.text


def test_an_outage_is_told(archive: CommandLine, models: Providers) -> None:
    """The posts answer in the model's place, and standard error says why."""
    with models.openrouter.down():
        told = archive.run("ask", PERSON, QUESTION, **asking(models))
        done = archive.run("ask", PERSON, QUESTION, "--json", **asking(models))
    end = told.out.splitlines()[-1]
    assert end == "These are sentences of the posts themselves: no model has answered."
    assert done.status == 0
    assert (done.facts["manner"], done.facts["model"]) == ("extract", None)
    assert done.facts["trouble"].startswith("No model has answered: openrouter ")
    assert done.err.splitlines()[-1] == done.facts["trouble"]


def test_an_empty_house_has_nothing_to_say(beside: CommandLine, models: Providers) -> None:
    """No model is asked to invent something; what to do is said."""
    done = beside.run("ask", PERSON, QUESTION, **asking(models))
    assert (done.status, done.out) == (0, f"{NOTHING}\n")
    assert f"tgactors parse {PERSON}" in done.err
    assert models.openrouter.asked == ()
