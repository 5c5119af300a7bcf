"""Plain words for codes, and figures that never look like more than they are."""

from decimal import Decimal

import pytest

from connectors.errors import ErrorClass
from lti_tool.models.delivery import CONFIRMED, FAILED, ON_HOLD, READY, SENDING, SENT, SUPERSEDED
from lti_tool.services.staff import INSTITUTIONAL
from lti_tool.web.words import TABLES, figure, in_words, tone


@pytest.mark.parametrize(("value", "shown"), [
    pytest.param(Decimal("50"), "50", id="whole"),
    pytest.param(Decimal("62.50"), "62.5", id="without trailing zeros"),
    pytest.param("49.997", "49.99…", id="I5 cut, not rounded up to a pass"),
    pytest.param(Decimal(0), "0", id="I4 nought is a figure"),
    pytest.param(None, "–", id="I4 no figure is no figure"),
    pytest.param("", "–", id="nothing"),
    pytest.param("met", "met", id="what is no number stays as it is"),
])
def test_figures(value: object, shown: str) -> None:
    assert figure(value) == shown


@pytest.mark.parametrize("state", [READY, SENDING, SENT, CONFIRMED, ON_HOLD, FAILED, SUPERSEDED])
def test_every_state_has_its_word(state: str) -> None:
    assert state in TABLES["state"]


def test_every_role_and_every_class_of_error_has_its_word() -> None:
    assert set(INSTITUTIONAL) <= set(TABLES["role"])
    assert {each.value for each in ErrorClass} <= set(TABLES["attempt"])


def test_a_code_without_a_word_is_still_readable() -> None:
    assert in_words("not_heard_of", "kind") == "Not heard of"
    assert tone("not_heard_of") == ""
