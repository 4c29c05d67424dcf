"""`tgactors digest`: what was published lately, by topic."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from actors import inquiry
from bot.commands import digest
from sandbox.providers import Providers, Says, Status
from tests.bot.conftest import PERSON, CommandLine
from tests.bot.test_ask import asking


def lines(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of all topics."""
    return [line for topic in facts["topics"] for line in topic["lines"]]


def test_the_command_takes_as_many_lines_as_there_may_be() -> None:
    """No more and no fewer than whoever embeds it may ask for."""
    assert digest.MOST_LINES == inquiry.MOST_LINES


def test_every_post_of_the_day_is_in_it(archive: CommandLine) -> None:
    """Each in one topic, with its link, numbered through; people see what programs are told."""
    facts = archive.run("digest", PERSON, "--lines", 50, "--json").facts
    links = [line["post"]["permalink"] for line in lines(facts)]
    assert (facts["account"], facts["posts"], facts["untagged"]) == (PERSON, 36, 0)
    assert (len(links), len(set(links))) == (36, 36)
    assert [line["number"] for line in lines(facts)] == list(range(1, 37))
    assert (facts["model"], facts["trouble"], facts["cut"]) == (None, None, False)
    done = archive.run("digest", PERSON, "--lines", 50)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("36 posts from 20")
    shown = [row.strip() for row in done.out.splitlines() if row.startswith("      https://t.me/")]
    assert shown == links
    heads = re.findall(r"^(\S.*) \((\d+) posts?\)$", done.out, re.MULTILINE)
    assert Counter(heads) == Counter(
        (topic["topic"] or "Other", str(topic["posts"])) for topic in facts["topics"]
    )


def test_topics_and_channels_can_be_chosen(archive: CommandLine) -> None:
    """What was asked for is what is there, and what is left out is counted."""
    words = ("digest", PERSON, "--topic", "спутник", "--topic", "asyncio", "--lines", 1, "--json")
    facts = archive.run(*words).facts
    assert [topic["topic"] for topic in facts["topics"]] == ["спутник", "asyncio"]
    assert "Asyncio post-mortem" in facts["topics"][1]["lines"][0]["text"]
    assert all(len(topic["lines"]) <= 1 for topic in facts["topics"])
    said = archive.run("digest", PERSON, "--lines", 1)
    facts = archive.run("digest", PERSON, "--lines", 1, "--json").facts
    left = [topic["posts"] - 1 - len(topic["lines"][0]["also"]) for topic in facts["topics"]]
    told = [int(number) for number in re.findall(r"^  … and (\d+) more;", said.out, re.MULTILINE)]
    assert told == [number for number in left if number] != []
    one = archive.run("digest", PERSON, "--channel", "@climate_desk_demo", "--json").facts
    assert {line["post"]["channel_title"] for line in lines(one)} == {"Climate Desk"}
    assert one["posts"] == 2


def test_a_model_sums_up_and_may_fail(archive: CommandLine) -> None:
    """Its words stand above the lines they cite; without them the lines stay, and why is said."""
    with Providers() as models:
        models.openrouter.always(Says("It was read [1], not dreamt [9]."), of="chat")
        words = ("digest", PERSON, "--topic", "asyncio", "--topic", "чеснок", "--json")
        facts = archive.run(*words, **asking(models)).facts
        cited = [topic["lines"][0]["number"] for topic in facts["topics"]]
        assert [topic["summary"] for topic in facts["topics"]] == [
            f"It was read [{number}], not dreamt ." for number in cited
        ]
        assert facts["model"] == "deepseek/deepseek-chat-v3.1:free"
        models.openrouter.always(Status(500), of="chat")
        failed = archive.run(*words[:-1], **asking(models))
        assert failed.status == 0
        assert "Asyncio post-mortem" in failed.out
        assert "\nNot every topic was summed up: openrouter " in failed.err
        asked = len(models.openrouter.asked)
        archive.run(*words, "--plain", **asking(models))
        assert len(models.openrouter.asked) == asked, "--plain asks nobody"


def test_an_empty_house_says_what_to_do(beside: CommandLine) -> None:
    """There is a digest of nothing, and the command that reads."""
    done = beside.run("digest", PERSON, "--period", "2w")
    assert done.status == 0
    assert done.out.startswith("0 posts from 20")
    assert f"tgactors parse {PERSON}" in done.err
