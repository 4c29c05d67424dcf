"""Posts that have most of the words of a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.searching.lexicon import Lexicon
from actors.searching.quorum import SHARE, Term, asked, share, terms

LEXICON = Lexicon({"the": 100, "rates": 5, "rate": 5, "bank": 20, "octopus": 1, "что": 60})

TERMS = st.lists(
    st.builds(
        Term,
        forms=st.frozensets(st.sampled_from(["one", "two", "three", "four", "five"]), max_size=2),
        weight=st.floats(0.1, 5),
    ),
    min_size=1,
    max_size=5,
)
TEXTS = st.lists(st.sampled_from(["one", "two", "three", "four", "five", "six"])).map(" ".join)


def test_rare_words_weigh_most() -> None:
    """A word of one post weighs more than one of many, and one of no post the most."""
    the, bank, octopus, strange = terms("the bank octopus kraken", LEXICON)
    assert the.weight < bank.weight < octopus.weight == strange.weight
    assert strange.forms == frozenset()


def test_forms_count_together() -> None:
    """A word stands for all its forms, and weighs as what all posts with one of them do."""
    (rated,) = terms("rated", LEXICON)
    (bank,) = terms("bank", LEXICON)
    assert rated.forms == {"rate", "rates"}
    assert bank.weight < rated.weight < terms("octopus", LEXICON)[0].weight


@pytest.mark.parametrize("query", ['"bank rate"', "bank -rate", "-bank", "", "a б 1", '"'])
def test_who_says_how_words_go_together_is_obeyed(query: str) -> None:
    """Nothing is relaxed in a query with quotation marks or a minus, or of no words."""
    assert terms(query, LEXICON) == ()


def test_a_word_said_twice_counts_once() -> None:
    """Otherwise it would outweigh the others."""
    assert len(terms("bank Bank octopus", LEXICON)) == 2


def test_common_words_are_not_asked_for() -> None:
    """Who has only them has too little; all forms of the others are named."""
    assert asked(terms("the rates bank", LEXICON)) == "rate or rates"


@pytest.mark.parametrize("query", ["", "kraken", "kraken squid bank"])
def test_nobody_is_asked_in_vain(query: str) -> None:
    """If the words that are in any post weigh too little, no post can have enough."""
    assert asked(terms(query, LEXICON)) is None


def test_the_share_is_by_weight() -> None:
    """One rare word is more than one common word; inflected and all, they are 1."""
    given_ = terms("what the octopus", LEXICON)
    assert share(given_, "An octopus.") > share(given_, "The end.")
    assert share(terms("rates octopus", LEXICON), "Rate the Octopus") == 1
    assert share(given_, "nothing") == 0


def test_words_are_named_until_the_rest_is_too_little() -> None:
    """A post without the heaviest word may have enough: then one more is asked for."""
    light = [Term(forms=frozenset({word}), weight=0.4) for word in ("two", "three", "four", "five")]
    wanted = [*light, Term(forms=frozenset({"one"}), weight=1.0)]
    assert share(wanted, "two three four five") > SHARE
    assert asked(wanted) == "one or two"


@given(TERMS, TEXTS)
def test_whoever_has_enough_has_a_word_that_is_asked_for(wanted: list[Term], text: str) -> None:
    """Leaving common words out of the question loses no post."""
    query = asked(wanted)
    if share(wanted, text) >= SHARE + 1e-9:
        assert query is not None
        assert set(query.split(" or ")) & set(text.split())
