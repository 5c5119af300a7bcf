from datetime import UTC, timedelta, timezone
from fractions import Fraction

import pytest

from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.digests import digest_of_inputs
from lti_tool.domain.schemes import Component

from .facts import DUE, attempt, component, regulations

PARTS = [component("A", "40"), component("B", "60")]
FACTS = [attempt("A", "60"), attempt("B", "50.0")]


def digest(parts: list[Component] = PARTS, attempts: list[Attempt] = FACTS, **more: object) -> str:
    return digest_of_inputs(components=parts, attempts=attempts, regulations=regulations(), **more)  # type: ignore[arg-type]


def test_the_same_facts_have_the_same_digest_in_any_order_and_spelling() -> None:
    again = [attempt("B", "50"), attempt("A", "60.00")]
    assert digest() == digest(PARTS[::-1], again)
    assert len(digest()) == 64


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(digest(attempts=[attempt("A", "61"), FACTS[1]]), id="another mark"),
        pytest.param(digest(attempts=[*FACTS, attempt("A", number=2, status=Status.ABSENT)]), id="another attempt"),
        pytest.param(digest([component("A", "50"), component("B", "50")]), id="other weights"),
        pytest.param(digest([component("A", "40", must_reach="40"), PARTS[1]]), id="a threshold"),
        pytest.param(digest(attempts=[attempt("A", "60", extension_hours=1), FACTS[1]]), id="an extension"),
        pytest.param(digest(withdrawn=True), id="withdrawn"),
        pytest.param(digest(board=2), id="another board"),
    ],
)
def test_other_facts_have_another_digest(other: str) -> None:
    assert digest() != other


def test_the_order_of_two_records_of_one_attempt_is_a_fact() -> None:
    twice = [attempt("A", "40"), attempt("A", "60")]
    assert digest(attempts=twice) != digest(attempts=twice[::-1])


def test_the_offset_of_a_deadline_is_a_fact_because_weekends_follow_it() -> None:
    moved = DUE.astimezone(timezone(timedelta(hours=2)))
    assert moved == DUE
    assert digest([component(due=DUE)]) != digest([component(due=moved)])
    assert digest([component(due=DUE)]) == digest([component(due=DUE.astimezone(UTC))])


def test_a_digest_has_known_text_behind_it() -> None:
    """Pinned: digests are kept with decisions, so the text must not change by accident."""
    pinned = digest([Component(id="A", weight=Fraction(100))], [attempt(raw="5")])
    assert pinned == "dd88a73b0359397b2ec38e1c240e7a81d592ce9caa6e864f9043160bce8e0c85"
