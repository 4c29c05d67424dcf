"""The chain of providers, before servers that misbehave as they were seen to."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from actors.providers.outcomes import Later, Refused, Tagged, costs_of
from sandbox.providers import (
    Busy,
    Cut,
    Empty,
    ErrorInside,
    Expired,
    Fault,
    Illegal,
    OtherModel,
    Providers,
    Refusal,
    Says,
    Spoiled,
    Status,
)
from tests.actors.providers.world import POST, Asking, Clock, chats

pytestmark = pytest.mark.anyio

BROKEN: list[Fault] = [
    Illegal(),
    Empty(),
    Cut("nothing"),
    Cut("half"),
    ErrorInside(),
    *map(Status, (400, 422, 500, 502, 503, 504)),
]
UNPARSABLE: list[Fault] = [
    Says("Этот пост рассказывает о ставке, и вот что я о нём думаю."),
    Says("{}"),
]
REFUSING: list[Fault] = [Refusal(), Refusal(finish_reason="stop")]
MISCONFIGURED: list[Fault] = [*map(Status, (402, 403, 404)), Status(307)]

KINDS: dict[str, Fault | None] = {
    "ok": None,
    "refused": Refusal(),
    "busy": Busy(reset_in=60),
    "broken": Status(500),
    "misconfigured": Status(402),
}


async def test_the_first_provider_answers(providers: Providers, chain: Asking) -> None:
    """Nobody else is asked, and the answer tells who has answered and what it has cost."""
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert 3 <= len(tagged.tags) <= 7
    assert (tagged.spent.provider, tagged.spent.model) == ("gigachat", "GigaChat:2.0.28.2")
    assert tagged.spent.prompt_tokens > 0
    assert chats(providers) == (1, 0)


@pytest.mark.parametrize(("first", "second"), list(itertools.product(KINDS, KINDS)))
async def test_every_pair_of_outcomes(
    providers: Providers, chain: Asking, clock: Clock, first: str, second: str
) -> None:
    """An answer wins, two refusals are final, and anything else is a matter of time."""
    for provider, kind in ((providers.gigachat, first), (providers.openrouter, second)):
        if KINDS[kind] is not None:
            provider.always(KINDS[kind], of="chat")
    ended = await chain.tag()
    assert chats(providers) == (1, 0 if first == "ok" else 1)
    if "ok" in (first, second):
        assert isinstance(ended, Tagged)
    elif (first, second) == ("refused", "refused"):
        assert isinstance(ended, Refused)
    else:
        assert isinstance(ended, Later)
        assert ended.blameless
        assert ended.until is not None
        assert clock.now < ended.until <= clock.now + timedelta(minutes=10)
        assert ended.reason.startswith("gigachat ")
        assert "; openrouter " in ended.reason


@pytest.mark.parametrize(
    "fault", [*BROKEN, *UNPARSABLE, *REFUSING, *MISCONFIGURED, Busy()], ids=repr
)
async def test_the_next_provider_answers_at_once(
    providers: Providers, chain: Asking, fault: Fault
) -> None:
    """Whatever was seen to go wrong at one provider, the same request is answered by the next."""
    providers.gigachat.always(fault, of="chat")
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert tagged.spent.provider == "openrouter"
    assert chats(providers) == (1, 1)


@pytest.mark.parametrize("how", ["fenced", "prose", "curly", "comma", "truncated"])
async def test_answers_that_are_not_quite_json(
    providers: Providers, chain: Asking, how: str
) -> None:
    """Tags in fences, in prose, in curly quotes, with a comma too many or cut short are tags."""
    providers.gigachat.always(Spoiled(how))  # type: ignore[arg-type]
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert tagged.spent.provider == "gigachat"


async def test_the_incidents_own_post(providers: Providers, chain: Asking, clock: Clock) -> None:
    """An illegal header of one, a spent day of the other: the first is tried again soon."""
    providers.gigachat.next(Illegal(), of="chat")
    providers.openrouter.always(Busy(reset_in=6 * 3600))
    ended = await chain.tag()
    assert isinstance(ended, Later)
    assert ended.blameless
    assert "something else than HTTP" in ended.reason
    assert "asks to wait (429)" in ended.reason
    assert ended.until is not None
    clock.now = ended.until
    assert isinstance(await chain.tag(), Tagged)
    assert chats(providers) == (2, 1)


async def test_a_refusal_is_not_billed_twice(
    providers: Providers, chain: Asking, clock: Clock
) -> None:
    """While another provider is waited for, who has refused the text is not asked again."""
    providers.gigachat.always(Refusal())
    providers.openrouter.next(Busy(reset_in=60))
    assert isinstance(await chain.tag(), Later)
    clock.move(seconds=61)
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert chats(providers) == (1, 2)
    await chain.tag("Другой текст про ставку и рубль")
    assert chats(providers) == (2, 3)


@pytest.mark.parametrize("fault", [*UNPARSABLE, *REFUSING], ids=repr)
async def test_answers_of_no_use_are_told_with_their_cost(
    providers: Providers, chain: Asking, fault: Fault
) -> None:
    """They are billed, whether another provider answers after them or nobody does."""
    providers.gigachat.always(fault)
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert [each.provider for each in costs_of(tagged)] == ["gigachat", "openrouter"]
    providers.openrouter.always(fault)
    ended = await chain.tag("Другой текст про ставку и рубль")
    assert [each.provider for each in costs_of(ended)] == ["gigachat", "openrouter"]
    assert all(each.prompt_tokens > 0 for each in costs_of(ended))


@pytest.mark.parametrize("fault", UNPARSABLE, ids=repr)
async def test_an_answer_that_is_no_tags_blames_the_text(
    providers: Providers, chain: Asking, fault: Fault
) -> None:
    """If whoever answers answers uselessly, the try counts; there is no time to wait for."""
    providers.gigachat.always(fault)
    providers.openrouter.always(fault)
    ended = await chain.tag()
    assert isinstance(ended, Later)
    assert not ended.blameless
    assert ended.until is None


async def test_other_models_are_told_once(
    providers: Providers, chain: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """A costlier model than was asked for is in what was spent, and is warned of once."""
    providers.gigachat.always(OtherModel("GigaChat-Max:1.0"))
    for number in range(3):
        tagged = await chain.tag(f"{POST} {number}")
        assert isinstance(tagged, Tagged)
        assert tagged.spent.model.startswith("GigaChat-Max")
    warned = [each for each in caplog.records if each.event == "provider.other_model"]  # type: ignore[attr-defined]
    assert len(warned) == 1
    assert "GigaChat-Max" in warned[0].getMessage()


async def test_a_version_is_no_other_model(chain: Asking, caplog: pytest.LogCaptureFixture) -> None:
    """GigaChat answers as GigaChat:2.0.28.2, which nobody is warned of."""
    await chain.tag()
    assert "provider.other_model" not in caplog.text


async def test_nothing_of_a_text_or_a_key_is_told(
    providers: Providers, chain: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither logs nor reasons nor states hold what was sent, whatever a provider repeats of it."""
    caplog.set_level("DEBUG")
    told = []
    for fault in (Status(500, POST), Status(401, POST), Busy(), Cut(), Says(POST)):
        providers.gigachat.always(fault)
        providers.openrouter.always(fault)
        told.append(repr(await chain.tag(f"{POST} {fault}")))
    told += [repr(await chain.status()), caplog.text]
    secrets = [providers.gigachat.key, providers.openrouter.key, "Ключевая ставка"]
    assert [secret for secret in secrets if secret and secret in "".join(told)] == []


async def test_a_token_that_was_withdrawn_is_renewed(providers: Providers, chain: Asking) -> None:
    """A 401 costs a token, not the request."""
    providers.gigachat.next(Expired())
    tagged = await chain.tag()
    assert isinstance(tagged, Tagged)
    assert tagged.spent.provider == "gigachat"
    assert sum(each.kind == "token" for each in providers.gigachat.asked) == 2


async def test_counts(chain: Asking, providers: Providers) -> None:
    """How often it came to what is counted for each provider."""
    providers.gigachat.next(Status(500), of="chat")
    await chain.tag()
    await chain.tag()
    status = await chain.status()
    assert status["gigachat"].outcomes == (("broken", 1), ("ok", 1))
    assert status["openrouter"].outcomes == (("ok", 1),)
