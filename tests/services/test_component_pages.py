"""One component on its page: what stands, and no figure where there is none (I4)."""

from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.models.outcome import Judgement
from lti_tool.services import component_pages, outcomes
from tests.services.taking_in import Intake, mark


def test_the_newest_counted_result_of_each_learner_is_shown(session: Session, now: datetime) -> None:
    intake = Intake(session, now)
    lena, _ = intake.learner(), intake.learner("Omar", "1002")
    for raw, after in (("50", 1), ("61.5", 2)):
        outcomes.append(session, lena, intake.part(), mark(raw, after=after), now)
    page = component_pages.page(session, intake.context, intake.part())
    assert [(row.name, row.text, row.out_of, row.status) for row in page.rows] == [
        ("Lena", "61.5", "100", "marked"), ("Omar", "", "", ""),
    ]
    assert (page.waiting, page.kind, page.has_column, page.may_choose_authority) == (1, "mark", False, False)


def test_a_withdrawn_learner_is_not_waited_for(session: Session, now: datetime) -> None:
    intake = Intake(session, now)
    intake.learner().status = "withdrawn"
    intake.column()
    page = component_pages.page(session, intake.context, intake.part())
    assert (page.waiting, page.has_column, page.may_choose_authority) == (0, True, True)


def test_assessors_who_differ_show_no_judgement(session: Session, now: datetime) -> None:
    intake = Intake(session, now)
    intake.run.version.kind = "outcomes"
    lena = intake.learner()
    for agreed in (True, False):
        session.add(Judgement(
            institution_id=intake.institution.id, enrolment_id=lena.id, outcome="PORT", is_met=True, is_agreed=agreed,
            judged_at=now,
        ))
        session.flush()
        (row,) = component_pages.page(session, intake.context, intake.part()).rows
        assert (row.text, row.status) == (("met", "marked") if agreed else ("", "unagreed"))
