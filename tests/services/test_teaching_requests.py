"""A course asks to teach a run that another teaches; a teacher there, or registry, answers, and nobody else."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import Membership
from lti_tool.models.platform import Context, ResourceLink, TeachingRequest
from lti_tool.services import linking, teaching_requests
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.teaching_requests import LET_IN, REFUSED, WITHDRAWN, Request
from tests import factories
from tests.services.taking_in import Intake

TODAY = date(2026, 6, 1)


@pytest.fixture
def intake(session: Session, now: datetime) -> Intake:
    """Bob's course teaches the run."""
    made = Intake(session, now)
    tile(made, made.context).run_component_id = made.part("").id
    session.flush()
    return made


@pytest.fixture
def other(intake: Intake) -> Context:
    """Another course of the university, named like the run."""
    return factories.context(intake.session, intake.registration, "course-2")


def tile(intake: Intake, context: Context) -> ResourceLink:
    made = ResourceLink(institution_id=context.institution_id, context_id=context.id, resource_link_id="tile")
    intake.session.add(made)
    intake.session.flush()
    return made


def ask(intake: Intake, context: Context) -> str:
    teaching_requests.ask(intake.session, intake.actor("bob"), context, intake.run.key, intake.now)
    return intake.session.scalars(
        select(TeachingRequest.key).where(TeachingRequest.context_id == context.id)
    ).one()


def answer(intake: Intake, key: str, said: str, context: Context | None = None) -> Request:
    return teaching_requests.answer_in_course(
        intake.session, intake.actor("bob"), context or intake.context, key, said, intake.now
    )


def is_open(intake: Intake, context: Context) -> bool:
    return linking.is_open(intake.session, context, intake.run)


def test_asking_opens_nothing_and_a_teacher_s_yes_does(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    assert not is_open(intake, other)
    asked = teaching_requests.for_course(intake.session, intake.context)
    assert [(one.course, one.platform, one.state) for one in asked] == [
        ("IL5101 · Seeing the Evidence", "Moodle", "asked"),
    ]
    answer(intake, key, LET_IN)
    assert is_open(intake, other)
    assert [choice.key for choice in linking.choices(intake.session, other, TODAY)] == [intake.run.key]
    actions = intake.session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert actions == ["ask_to_teach", "let_course_in"]


def test_registry_says_yes_as_well(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    assert teaching_requests.waiting(intake.session, intake.institution.id) == 1
    teaching_requests.answer_as_registry(intake.session, intake.actor("dana"), key, LET_IN, intake.now)
    assert is_open(intake, other)
    assert teaching_requests.waiting(intake.session, intake.institution.id) == 0


def test_a_course_does_not_answer_its_own_request(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    third = factories.context(intake.session, intake.registration, "course-3")
    for context in (other, third):
        with pytest.raises(NotFound):
            answer(intake, key, LET_IN, context)
    assert not is_open(intake, other)


def test_learners_and_assistants_neither_ask_nor_answer(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    for roles in ({Role.LEARNER}, set[Role]()):  # whoever is no instructor and no learner comes without a role
        somebody = replace(intake.actor("bob"), roles=frozenset(roles))
        with pytest.raises(Refused, match="Only teachers"):
            teaching_requests.ask(intake.session, somebody, other, intake.run.key, intake.now)
        with pytest.raises(Refused, match="Only teachers"):
            teaching_requests.withdraw(intake.session, somebody, other, intake.run.key, intake.now)
        with pytest.raises(Refused, match="Only teachers"):
            teaching_requests.answer_in_course(
                intake.session, somebody, intake.context, key, LET_IN, intake.now
            )
    with pytest.raises(Refused, match="Only registry"):
        teaching_requests.answer_as_registry(intake.session, intake.actor("bob"), key, LET_IN, intake.now)


def test_another_university_neither_asks_nor_answers(intake: Intake, other: Context) -> None:
    key, away = ask(intake, other), Intake(intake.session, intake.now, code="elsewhere")
    with pytest.raises(NotFound):
        teaching_requests.answer_as_registry(intake.session, away.actor("dana"), key, LET_IN, intake.now)
    with pytest.raises(NotFound):
        teaching_requests.ask(intake.session, away.actor("bob"), away.context, intake.run.key, intake.now)
    with pytest.raises(NotFound):
        answer(intake, key, LET_IN, away.context)
    assert teaching_requests.for_registry(intake.session, away.institution.id) == []


def test_what_may_be_asked_for_looks_right(intake: Intake, other: Context) -> None:
    assert [run.key for run in teaching_requests.elsewhere(intake.session, other)] == [intake.run.key]
    other.label = other.title = "Pottery"
    account = intake.account("lena", intake.learner().person)
    intake.session.flush()
    assert teaching_requests.elsewhere(intake.session, other) == []
    with pytest.raises(NotFound):
        ask(intake, other)
    membership = intake.session.scalars(select(Membership).where(Membership.lti_user_id == account.id)).one()
    membership.context_id = other.id
    intake.session.flush()
    assert [run.state for run in teaching_requests.elsewhere(intake.session, other)] == [""]
    assert teaching_requests.elsewhere(intake.session, intake.context) == [], "it teaches the run itself"


def test_what_nobody_teaches_is_joined_and_not_asked_for(intake: Intake, other: Context) -> None:
    intake.session.scalars(select(ResourceLink)).one().run_component_id = None
    intake.session.flush()
    assert teaching_requests.elsewhere(intake.session, other) == []


def test_a_no_stands_until_whoever_said_it_thinks_better(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    answer(intake, key, REFUSED)
    assert not is_open(intake, other)
    with pytest.raises(Refused, match="asked already"):
        ask(intake, other)
    with pytest.raises(Refused, match="nothing to take back"):
        teaching_requests.withdraw(intake.session, intake.actor("bob"), other, intake.run.key, intake.now)
    with pytest.raises(Refused, match="answered so already"):
        answer(intake, key, REFUSED)
    answer(intake, key, LET_IN)
    assert is_open(intake, other)


def test_a_yes_can_be_taken_back_until_the_course_has_joined(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    answer(intake, key, LET_IN)
    answer(intake, key, REFUSED)
    assert not is_open(intake, other)
    answer(intake, key, LET_IN)
    linking.join(
        intake.session, intake.actor("bob"), other, tile(intake, other).id, intake.run.key, intake.now
    )
    with pytest.raises(Refused, match="teaches the run by now"):
        answer(intake, key, REFUSED)
    assert teaching_requests.for_course(intake.session, intake.context) == []


def test_a_request_is_taken_back_and_made_again(intake: Intake, other: Context) -> None:
    key = ask(intake, other)
    answer(intake, key, LET_IN)
    teaching_requests.withdraw(intake.session, intake.actor("bob"), other, intake.run.key, intake.now)
    assert intake.session.scalars(select(TeachingRequest.state)).one() == WITHDRAWN
    assert not is_open(intake, other)
    assert teaching_requests.for_registry(intake.session, intake.institution.id) == []
    with pytest.raises(Refused, match="taken back"):
        answer(intake, key, LET_IN)
    ask(intake, other)
    assert not is_open(intake, other), "the old yes is gone"


def test_an_odd_answer_is_refused(intake: Intake, other: Context) -> None:
    with pytest.raises(Refused, match="Let the course in, or refuse"):
        answer(intake, ask(intake, other), "joined")


def test_a_request_has_no_room_for_learners_or_marks() -> None:
    assert {field.name for field in fields(Request)} == {
        "key", "run", "course", "platform", "state", "asked_at", "answered_at",
    }


def test_of_two_teachers_who_ask_at_the_same_instant_the_second_is_told(
    intake: Intake, other: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(intake, other)
    monkeypatch.setattr(teaching_requests, "_request", lambda *_: None)  # neither has seen the other's
    with pytest.raises(Refused, match="has asked already"):
        teaching_requests.ask(intake.session, intake.actor("bob"), other, intake.run.key, intake.now)
