"""The nine classes that staff see: who acts, and a request ready to send."""

import pytest

from connectors.classes import CLASSES, CODES, Owner, classify, owner_of, ticket_text
from connectors.errors import ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain, Unsupported


def test_every_class_has_its_row() -> None:
    assert set(CLASSES) == set(ErrorClass)
    assert len(CLASSES) == 9
    for row in CLASSES.values():
        assert row.label
        assert row.sentence.endswith(".")
        assert row.action.endswith(".")


@pytest.mark.parametrize(("error_class", "owner"), [
    pytest.param(ErrorClass.RETRY, Owner.NOBODY, id="3.5 retry"),
    pytest.param(ErrorClass.UNKNOWN_OUTCOME, Owner.NOBODY, id="3.5 unknown outcome"),
    pytest.param(ErrorClass.FIX_HERE, Owner.MAPPING_OWNER, id="3.5 fix here"),
    pytest.param(ErrorClass.FIX_THERE, Owner.REGISTRY, id="3.5 fix there"),
    pytest.param(ErrorClass.DECIDE, Owner.REGISTRAR, id="3.5 decide"),
    pytest.param(ErrorClass.DONE_ALREADY, Owner.NOBODY, id="3.5 done already"),
    pytest.param(ErrorClass.WINDOW, Owner.REGISTRAR, id="3.5 window"),
    pytest.param(ErrorClass.PERMANENT, Owner.REGISTRY, id="3.5 permanent"),
    pytest.param(ErrorClass.CONFIG, Owner.ADMINISTRATOR, id="3.5 config"),
])
def test_who_acts(error_class: ErrorClass, owner: Owner) -> None:
    assert CLASSES[error_class].owner is owner
    assert owner_of(Rejected("x", error_class=error_class)) is owner


@pytest.mark.parametrize(("error", "error_class"), [
    pytest.param(Unavailable("x"), ErrorClass.RETRY, id="unavailable"),
    pytest.param(Uncertain("x"), ErrorClass.UNKNOWN_OUTCOME, id="uncertain"),
    pytest.param(Rejected("x"), ErrorClass.FIX_THERE, id="rejected"),
    pytest.param(Misconfigured("x"), ErrorClass.CONFIG, id="misconfigured"),
    pytest.param(Unsupported("x"), ErrorClass.PERMANENT, id="unsupported"),
    pytest.param(ZeroDivisionError("x"), ErrorClass.UNKNOWN_OUTCOME, id="a bug may have struck after the write"),
    pytest.param(Rejected("x", code="GRADE_POSTED"), ErrorClass.DONE_ALREADY, id="already posted, no update"),
    pytest.param(Rejected("x", code="GRADE_ROLLED"), ErrorClass.DECIDE, id="rolled to history"),
    pytest.param(Rejected("x", code="invaliddata"), ErrorClass.FIX_HERE, id="OneRoster invaliddata"),
    pytest.param(Rejected("x", code="GE99"), ErrorClass.FIX_THERE, id="a code we do not know"),
    pytest.param(Uncertain("x", code="GRADE_POSTED"), ErrorClass.UNKNOWN_OUTCOME, id="a code settles no lost answer"),
    pytest.param(Misconfigured("x", code="invaliddata"), ErrorClass.CONFIG, id="nor takes away a pause"),
])
def test_the_class_of_an_error(error: Exception, error_class: ErrorClass) -> None:
    assert classify(error) is error_class


def test_a_code_knows_its_owner_better() -> None:
    assert owner_of(Rejected("x", code="unknown_run")) is Owner.DEPARTMENT
    assert owner_of(Rejected("x", code="unknown_learner")) is Owner.REGISTRY
    assert owner_of(ZeroDivisionError()) is Owner.NOBODY


def test_every_code_agrees_with_a_class_that_a_person_or_nobody_owns() -> None:
    for error_class, owner in CODES.values():
        if owner is Owner.NOBODY:
            assert CLASSES[error_class].owner is Owner.NOBODY


def test_a_ticket_is_ready_to_send() -> None:
    error = Rejected("This learner is not in class RR-26.", code="unknown_learner", words="no enrolment found")
    text = ticket_text(
        error, system="Inverlea records", run="RR-26", component="essay", learners=["S0000001", "S0000002"],
        reference="batch 41",
    )
    assert text.splitlines()[:3] == [
        "To: registry", "Subject: Inverlea records: fix there, RR-26 (batch 41)", ""]
    for line in (
        "What was met: This learner is not in class RR-26.", "Their own words: no enrolment found",
        "Their code: unknown_learner", "Component: essay", "Learners (2): S0000001, S0000002",
        "Our reference: batch 41",
    ):
        assert line in text.splitlines()


def test_a_ticket_about_a_bug_of_ours_keeps_its_text_to_itself() -> None:
    text = ticket_text(ValueError("Alice has 67.5"), system="s", run="r", learners=[], reference="1")
    assert "Alice" not in text
    assert "Component" not in text
