"""Which figures go to which column of an LMS, and when; marks that the LMS made are never echoed (walk 6)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.award import Award, Revocation
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, LineItem, Registration
from lti_tool.services import bodies, erasure, passback
from lti_tool.services.actors import Actor
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED, figure


class Course:
    """Bob's course in the LMS, with one learner of the micro-credential."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.world = delivering.world(session)
        self.lms: Registration = factories.registration(session, self.world.institution)
        self.context: Context = factories.context(session, self.lms)
        self.learner: Enrolment = delivering.learner(session, self.world)
        self.user: LtiUser = factories.lti_user(session, self.lms, person_id=self.learner.person_id)
        session.add(Membership(
            institution_id=self.world.institution.id, context_id=self.context.id, lti_user_id=self.user.id,
            seen_at=RATIFIED,
        ))
        session.flush()

    def part(self, code: str, authority: str = "cairn") -> RunComponent:
        found = next(part for part in self.world.run.components
                     if (part.component.code if part.component else "") == code)
        found.authority = authority
        return found

    def column(self, part: RunComponent, **fields: Any) -> LineItem:
        made = LineItem(**{
            "institution_id": self.world.institution.id, "context_id": self.context.id, "run_component_id": part.id,
            "url": "https://lms.example/1", "resource_id": part.key, "label": "x", "maximum": Decimal(100),
            "is_ours_to_fill": True, "release": "at_once", **fields,
        })
        self.session.add(made)
        self.session.flush()
        return made

    def mark(self, part: RunComponent, raw: str | None, **fields: Any) -> Outcome:
        made = Outcome(**{
            "institution_id": self.world.institution.id, "enrolment": self.learner, "run_component": part,
            "status": "marked", "raw": None if raw is None else Decimal(raw), "out_of": Decimal(20),
            "source": "marksheet", "delivery": str(raw), "standing": "counted", "read_at": RATIFIED, **fields,
        })
        self.session.add(made)
        self.session.flush()
        return made

    def account(self) -> LtiUser:
        """One more account of the learner in the course."""
        made = factories.lti_user(self.session, self.lms, "again", person_id=self.learner.person_id)
        self.session.add(Membership(
            institution_id=self.world.institution.id, context_id=self.context.id, lti_user_id=made.id, seen_at=RATIFIED,
        ))
        self.session.flush()
        return made

    def award(self, **fields: Any) -> Award:
        figures = [figure("CRIT", "75"), figure("PORT", "40")]
        return delivering.award(self.session, delivering.decision(
            self.session, self.learner, figures=figures, **fields
        ), version=fields.get("number", 1))

    def take_back(self, award: Award) -> None:
        self.session.add(Revocation(
            institution_id=award.institution_id, award_id=award.id, ratification_id=award.ratification_id,
            reason="found", code="INCOMPLETE", revoked_at=RATIFIED,
        ))
        self.session.flush()

    def scores(self) -> list[bodies.ScoreFigure]:
        found = select(OutboxMessage).where(OutboxMessage.kind == "score").order_by(OutboxMessage.id)
        opened = [
            bodies.open_sealed(self.session, each.kind, each.key, each.body, bodies.person_of(self.session, each))
            for each in self.session.scalars(found)
        ]
        return [each.figure for each in opened if isinstance(each, bodies.ScoreMessage)]


@pytest.fixture
def course(session: Session) -> Course:
    return Course(session)


def test_a_mark_made_here_goes_to_its_column_at_once(session: Session, course: Course) -> None:
    part = course.part("CRIT")
    course.column(part)
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    assert [(score.value, score.maximum) for score in course.scores()] == [(Decimal(15), Decimal(20))]


@pytest.mark.parametrize(("authority", "standing"), [("lms", "counted"), ("cairn", "compared"), ("cairn", "echo")])
def test_native_marks_are_never_echoed(session: Session, course: Course, authority: str, standing: str) -> None:
    part = course.part("CRIT", authority)
    course.column(part)
    passback.after_outcome(session, course.mark(part, "15", standing=standing), RATIFIED)
    assert course.scores() == []


@pytest.mark.parametrize("fields", [{"is_ours_to_fill": False}, {"state": "gone"}, {"holds": "overall"}])
def test_only_open_columns_of_ours_to_fill_are_filled(session: Session, course: Course, fields: dict[str, Any]) -> None:
    part = course.part("CRIT")
    course.column(part, **fields)
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    assert course.scores() == []


def test_a_column_released_when_ratified_waits_for_the_award(session: Session, course: Course) -> None:
    part = course.part("CRIT")
    course.column(part, release="when_ratified")
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    assert course.scores() == []
    decision = delivering.decision(session, course.learner, figures=[figure("CRIT", "75"), figure("PORT", "40")])
    passback.after_award(session, delivering.award(session, decision), RATIFIED)
    assert [(score.value, score.maximum) for score in course.scores()] == [(Decimal(75), Decimal(100))]


def test_the_overall_result_goes_to_the_columns_that_hold_it(session: Session, course: Course) -> None:
    course.column(course.part(""), holds="overall", release="when_ratified")
    course.column(course.part("CRIT", "lms"), release="when_ratified")
    decision = delivering.decision(session, course.learner, figures=[figure("CRIT", "75")])
    passback.after_award(session, delivering.award(session, decision), RATIFIED)
    assert [(score.value, score.comment) for score in course.scores()] == [(Decimal(62), "Merit")]


def test_what_the_column_was_asked_to_show_is_not_asked_again(session: Session, course: Course) -> None:
    part = course.part("CRIT")
    course.column(part)
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    passback.after_outcome(session, course.mark(part, "15", delivery="again"), RATIFIED)
    assert len(course.scores()) == 1


def test_a_mark_taken_back_empties_the_column_and_none_is_sent_before_there_was_one(
    session: Session, course: Course
) -> None:
    part = course.part("CRIT")
    course.column(part)
    passback.after_outcome(session, course.mark(part, None, status="pending"), RATIFIED)
    assert course.scores() == []
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    passback.after_outcome(session, course.mark(part, None, status="absent", delivery="a"), RATIFIED)
    assert [score.value for score in course.scores()] == [Decimal(15), None]


def test_a_learner_who_is_not_in_the_course_gets_no_score_there(session: Session, course: Course) -> None:
    part = course.part("CRIT")
    course.column(part)
    session.query(Membership).update({"is_active": False})
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    assert course.scores() == []


def test_a_column_that_is_opened_after_the_marks_is_filled(session: Session, course: Course) -> None:
    """The LMS tells the address of a column only when somebody opens the link; marks may well be there before."""
    part = course.part("CRIT")
    column = course.column(part, state="planned", url="")
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    assert passback.catch_up(session, RATIFIED) == 0
    assert course.scores() == []
    column.state, column.url = "open", "https://lms.example/1"
    assert passback.catch_up(session, RATIFIED) == 1
    assert [(score.value, score.maximum) for score in course.scores()] == [(Decimal(15), Decimal(20))]
    assert passback.catch_up(session, RATIFIED) == 0, "once"


def test_an_account_that_is_known_after_the_marks_gets_them(session: Session, course: Course) -> None:
    part = course.part("CRIT")
    course.column(part)
    course.column(course.part(""), holds="overall", release="when_ratified")
    course.user.person_id = None
    session.flush()
    passback.after_outcome(session, course.mark(part, "15"), RATIFIED)
    made = delivering.award(session, delivering.decision(session, course.learner, figures=[figure("CRIT", "75")]))
    passback.after_award(session, made, RATIFIED)
    assert passback.catch_up(session, RATIFIED) == 0
    course.user.person_id = course.learner.person_id
    session.flush()
    passback.catch_up(session, RATIFIED)
    assert sorted(score.value for score in course.scores() if score.value is not None) == [15, 62]


@pytest.mark.parametrize("fields", [{"release": "when_ratified"}, {"is_ours_to_fill": False}, {"state": "gone"}])
def test_nothing_is_caught_up_before_its_release_or_where_the_lms_marks(
    session: Session, course: Course, fields: dict[str, Any]
) -> None:
    part = course.part("CRIT")
    course.column(part, **fields)
    course.mark(part, "15")
    course.column(course.part("PORT", "lms"), url="https://lms.example/2")
    course.mark(course.part("PORT", "lms"), "12")
    assert (passback.catch_up(session, RATIFIED), course.scores()) == (0, [])


def taken_back(course: Course) -> None:
    """What was ratified does not stand any more."""
    made = course.award()
    passback.after_award(course.session, made, RATIFIED)
    course.take_back(made)
    passback.after_revocation(course.session, made, RATIFIED)


def deferred_since(course: Course) -> None:
    """What stands has no figure any more."""
    for fields in ({}, {"number": 2, "mark": None, "kind": "DEFERRED"}):
        passback.after_award(course.session, course.award(**fields), RATIFIED)


def mark_gone(course: Course) -> None:
    """There was a mark; there is none now."""
    for raw in ("15", None):
        passback.after_outcome(course.session, course.mark(course.part("CRIT"), raw), RATIFIED)


@pytest.mark.parametrize(("code", "column", "happens"), [
    pytest.param("", {"holds": "overall", "release": "when_ratified"}, taken_back, id="overall taken back"),
    pytest.param("", {"holds": "overall", "release": "when_ratified"}, deferred_since, id="deferred since"),
    pytest.param("CRIT", {}, mark_gone, id="mark gone"),
])
def test_where_there_is_no_figure_any_more_nothing_waits_to_be_filled(
    session: Session, course: Course, code: str, column: dict[str, Any], happens: Callable[[Course], None]
) -> None:
    """Another account of the same learner is seen only then."""
    course.column(course.part(code), **column)
    happens(course)
    course.account()
    assert [score.value is None for score in course.scores()] == [False, True]
    assert (passback.is_behind(session), passback.catch_up(session, RATIFIED)) == (False, 0)


def test_a_component_that_waited_for_the_award_is_cleared_once_that_is_taken_back(course: Course) -> None:
    course.column(course.part("CRIT"), release="when_ratified")
    course.mark(course.part("CRIT"), "15")
    taken_back(course)
    course.account()
    assert [score.value for score in course.scores()] == [75, None]
    assert not passback.is_behind(course.session)


def test_an_account_put_right_shows_no_award_that_was_taken_back(session: Session, course: Course) -> None:
    """It showed another learner's result, and its own person has none that stands."""
    course.column(course.part(""), holds="overall", release="when_ratified")
    passback.after_award(session, course.award(), RATIFIED)
    course.learner = delivering.learner(session, course.world, 2)
    course.take_back(course.award())
    course.user.person_id = course.learner.person_id
    session.flush()
    session.expire(course.user)
    passback.after_rematch(session, course.user, RATIFIED)
    assert [score.value for score in course.scores()] == [62, None]


def test_nothing_is_asked_of_a_column_for_who_was_erased(session: Session, course: Course) -> None:
    """It could not be sealed, and the account has no name that the LMS knows any more."""
    part = course.part("CRIT")
    course.column(part)
    outcome = course.mark(part, "15")
    registry = factories.person(session, course.world.institution, "Dana")
    dana = Actor(institution_id=registry.institution_id, person_id=registry.id, roles=frozenset({Role.REGISTRY}))
    erasure.erase(session, dana, course.learner.person.key, RATIFIED)
    passback.after_outcome(session, outcome, RATIFIED)
    assert (passback.is_behind(session), passback.catch_up(session, RATIFIED), course.scores()) == (False, 0, [])
