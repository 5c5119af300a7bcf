"""Decisions and awards in a record system's words."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import outbox, records
from tests.services import delivering
from tests.services.delivering import figure

CAP = Decimal(50)


def test_the_overall_result_says_who_what_where_and_by_whom(session: Session) -> None:
    world = delivering.world(session)
    award = delivering.award(session, delivering.decision(session, delivering.learner(session, world)))
    (record,) = records.records_for(session, award, world.destination)
    assert (record.learner.student_number, record.learner.registration) == ("S0000001", "S0000001/1")
    assert (record.mark, record.grade, record.credit, record.scale_max) == (62, "Merit", 15, 100)
    assert (record.run.code, record.run.occurrence, record.run.period) == ("IL5101", "A1", "2026/T2")
    assert record.is_final
    assert record.board is not None
    assert record.board.reference == "EB 2026/01"


def test_the_same_result_always_has_the_same_key_and_each_version_is_higher(session: Session) -> None:
    world = delivering.world(session)
    decision = delivering.decision(session, delivering.learner(session, world))
    award = delivering.award(session, decision)
    first = outbox.enqueue_award(session, award, delivering.RATIFIED)[0]
    (again,) = records.records_for(session, award, world.destination)
    assert again.key == first.record_key
    assert (first.version, again.version) == (1, 2)


def test_provisional_versions_count_too(session: Session) -> None:
    world = delivering.world(session, authority="record_system", takes_provisional=True)
    decision = delivering.decision(session, delivering.learner(session, world))
    (waiting,) = outbox.enqueue_provisional(session, decision, delivering.RATIFIED)
    (final,) = outbox.enqueue_award(session, delivering.award(session, decision), delivering.RATIFIED)
    assert (waiting.record_key, waiting.version, waiting.is_final) == (final.record_key, 1, False)
    assert (final.version, final.is_final) == (2, True)


def test_another_attempt_and_another_destination_have_other_keys(session: Session) -> None:
    world = delivering.world(session)
    enrolment = delivering.learner(session, world)
    first = delivering.decision(session, enrolment, "45", kind="RESIT", number=1)
    second = delivering.decision(session, enrolment, "50", attempt=2, number=2)
    other = delivering.factories.destination(session, world.institution, name="archive")
    keys = {records.records_for(session, what, where)[0].key
            for what in (first, second) for where in (world.destination, other)}
    assert len(keys) == 4


@pytest.mark.parametrize("status", ["absent", "deferred", "exempt", "pending", "unagreed"])
def test_a_status_without_a_figure_keeps_its_word(session: Session, status: str) -> None:
    world = delivering.world(session, sends="component_final")
    parts = [figure("CRIT", "0" if status == "absent" else None, status=status), figure("PORT", "0")]
    decision = delivering.decision(session, delivering.learner(session, world), "0", figures=parts)
    missing, zero = records.records_for(session, decision, world.destination)
    assert (missing.status, missing.mark) == (status, None)
    assert (zero.status, zero.mark) == ("marked", 0)


def test_an_unfinished_result_is_pending_and_not_nought(session: Session) -> None:
    world = delivering.world(session)
    enrolment = delivering.learner(session, world)
    decision = delivering.decision(session, enrolment, None, kind="INCOMPLETE", grade="", credit=0)
    (record,) = records.records_for(session, decision, world.destination)
    assert (record.status, record.mark, record.is_final) == ("pending", None, False)


def test_component_marks_leave_with_hundredths_at_most(session: Session) -> None:
    world = delivering.world(session, sends="component_final")
    parts = [figure("CRIT", "55.555555555555555556"), figure("PORT", "49.5")]
    decision = delivering.decision(session, delivering.learner(session, world), figures=parts)
    marks = [record.mark for record in records.records_for(session, decision, world.destination)]
    assert marks == [Decimal("55.56"), Decimal("49.5")]


def test_raw_is_before_the_late_penalty_and_final_after_it(session: Session) -> None:
    world = delivering.world(session, sends="component_raw")
    parts = [figure("PORT", "57", unpenalised="62", uncapped="57")]
    decision = delivering.decision(session, delivering.learner(session, world), figures=parts)
    assert records.records_for(session, decision, world.destination)[0].mark == 62
    world.destination.sends = "component_final"
    assert records.records_for(session, decision, world.destination)[0].mark == 57


def test_a_component_is_named_as_the_record_system_names_it(session: Session) -> None:
    world = delivering.world(session, sends="component_final")
    decision = delivering.decision(session, delivering.learner(session, world), figures=[figure("PORT", "57")])
    (record,) = records.records_for(session, decision, world.destination)
    assert (record.run.component, record.run.scale, record.credit) == ("002", "PC", 0)


@pytest.mark.parametrize("sends", records.SENDS)
@pytest.mark.parametrize("caps_by", ["cairn", "record_system"])
def test_no_mark_is_capped_twice(session: Session, sends: str, caps_by: str) -> None:
    """CRIT 70 passed at once, PORT resat with 64 and capped at 50: whoever caps, the record ends with the one cap."""
    world = delivering.world(session, sends=sends, caps_by=caps_by)
    parts = [figure("CRIT", "70"), figure("PORT", "50", attempt=2, uncapped="64", unpenalised="64", is_capped=True)]
    decision = delivering.decision(
        session, delivering.learner(session, world), "56", uncapped="66", attempt=2, figures=parts,
    )
    found = records.records_for(session, decision, world.destination)
    resat = found[-1]
    assert resat.attempt == 2, "the attempt number says that it is a resit"
    travels = {"overall": (Decimal(56), Decimal(66))}.get(sends, (CAP, Decimal(64)))
    assert resat.mark == travels[caps_by == "record_system"]
    assert resat.is_capped is (caps_by == "cairn"), "a mark that is capped says so, and no other"


def test_a_fail_is_sent_as_reported_whoever_caps(session: Session) -> None:
    """A threshold was missed: the mean without a cap would look like a pass."""
    world = delivering.world(session, caps_by="record_system")
    decision = delivering.decision(
        session, delivering.learner(session, world), "49", kind="FAIL_FINAL", grade="Fail", credit=0, uncapped="61",
        attempt=2,
    )
    assert records.records_for(session, decision, world.destination)[0].mark == 49
