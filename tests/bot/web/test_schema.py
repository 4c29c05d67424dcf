"""The service against its own description: whatever is asked, it answers as it says it does."""

from __future__ import annotations

from typing import Any, Final, cast

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.bot.conftest import PERSON
from tests.bot.web.serving import OPERATOR, PATIENCE, Served
from tests.bot.web.test_access import APP

SCHEMA: Final = schemathesis.openapi.from_dict(APP.openapi())
OPERATIONS: Final[dict[str, Any]] = {
    each.ok().label: each.ok() for each in cast("Any", SCHEMA.get_all_operations())
}
CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ASKED_WRONGLY: Final = {
    each for each, operation in OPERATIONS.items() if operation.body or operation.query
}
LEAVING: Final = {"DELETE /users/{account}", "POST /users/{account}/logout"}
"""What would end the person's account for the other tests: asked for strangers only."""
KEEPING: Final = {"PUT /retention", "PUT /users/{account}/retention"}
"""What hides posts, and is put back for the other tests."""
# The service's own threads use `random` while requests are made up, which is taken for theirs.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")

FEW: Final = 6
MANY: Final = 150


def ask(served: Served, operation: str, examples: int) -> None:
    """Send requests as they are described, and some as they are not; check each answer."""
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    ways = modes if operation in ASKED_WRONGLY else modes[:1]
    described = OPERATIONS[operation]
    strategy = st.one_of([described.as_strategy(generation_mode=mode) for mode in ways])

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=strategy, is_known=st.booleans())
    def asked(case: Case[Any], *, is_known: bool) -> None:
        parameters = case.path_parameters
        if is_known and "account" in (parameters or {}) and operation not in LEAVING:
            parameters["account"] = PERSON
        answer = case.call(
            base_url=served.address,
            headers={"Authorization": f"Bearer {OPERATOR}"},
            timeout=PATIENCE,
        )
        case.validate_response(answer, checks=CHECKS)

    try:
        asked()
    finally:
        if operation in KEEPING:
            with served.client(OPERATOR) as client:
                for path in ("/retention", f"/users/{PERSON}/retention"):
                    client.put(path, json={"days": None}).raise_for_status()


def test_describes_every_route() -> None:
    """Every operation has a summary and an id of its own, and each reference leads somewhere."""
    raw = APP.openapi()
    found = [each for path in raw["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in found}) == len(found) == len(OPERATIONS)
    assert all(each["summary"] for each in found)
    for reference in references(raw):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in raw["components"][kind]


def references(value: Any) -> set[str]:
    """Return what a description refers to."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if "$ref" in value else set()
    return own.union(*map(references, value.values()))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_as_it_says(served: Served, operation: str) -> None:
    """No answer is a fault, and none has a status, a type, a header or a form not described."""
    ask(served, operation, FEW)


@pytest.mark.soak  # the same with many more requests: minutes
@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_as_it_says_for_long(served: Served, operation: str) -> None:
    """The same of many more requests."""
    ask(served, operation, MANY)
