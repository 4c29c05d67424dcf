"""`tgactors similar`: posts that are near to one."""

from __future__ import annotations

import pytest

from tests.bot.conftest import PERSON, CommandLine, refused


@pytest.mark.parametrize("query", ["asyncio post-mortem", "велосипедная цепь"])
def test_what_is_near_is_shown(archive: CommandLine, query: str) -> None:
    """By the link that a search shows, also of a channel without a name: others, never itself."""
    found = archive.run("search", PERSON, query, "--limit", 1, "--json").facts["hits"][0]
    link = found["post"]["permalink"]
    assert ("/c/" in link) == (query == "велосипедная цепь")
    facts = archive.run("similar", PERSON, link, "--limit", 3, "--json").facts
    links = [hit["post"]["permalink"] for hit in facts["hits"]]
    assert (facts["account"], len(links), link in links) == (PERSON, 3, False)
    near = [hit["similarity"] for hit in facts["hits"]]
    assert near == sorted(near, reverse=True)
    done = archive.run("similar", PERSON, link, "--limit", 3)
    assert (done.status, done.err) == (0, "")
    assert [row.strip() for row in done.out.splitlines() if "https://" in row] == links


@pytest.mark.parametrize("number", [999, 2**63 - 1])
def test_nothing_is_like_a_post_that_is_not_there(archive: CommandLine, number: int) -> None:
    """Whatever number it is said to have."""
    done = archive.run("similar", PERSON, f"https://t.me/climate_desk_demo/{number}")
    assert (done.status, done.err) == (0, "")
    assert done.out == "Nothing is like it, or it is not indexed yet.\n"


def test_a_channel_that_is_not_followed_is_refused(archive: CommandLine) -> None:
    """Of what others follow nothing is said but that."""
    done = archive.run("similar", PERSON, "https://t.me/nobody_here/1", "--json")
    refused(done, "NoSuchChannel", "nobody_here", "tgactors channels")


def test_what_is_not_indexed_says_what_to_do(known: CommandLine) -> None:
    """Without an index there is no nearness, and the command that makes one is named."""
    known.run("parse", PERSON, TGACTORS_WORKERS="false")
    done = known.run("similar", PERSON, "https://t.me/climate_desk_demo/1", "--json")
    assert (done.status, done.facts["hits"]) == (0, [])
    assert done.err.strip().endswith(f"the workers do it: tgactors parse {PERSON}")
