"""What is queued, what supersedes what, and what a person may do with a message."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from connectors.errors import ErrorClass, Rejected
from lti_tool.db import Sessions
from lti_tool.models.platform import LineItem
from lti_tool.services import bodies, outbox
from lti_tool.services.results import Settled
from tests import factories
from tests.services import delivering
from tests.services.delivering import RATIFIED, figure


def test_a_ratified_result_is_queued_once_for_every_record_system(session: Session) -> None:
    world = delivering.world(session)
    factories.destination(session, world.institution, world.version, name="archive")
    factories.destination(session, world.institution, None, name="elsewhere")
    award = delivering.award(session, delivering.decision(session, delivering.learner(session, world)))
    assert len(outbox.enqueue_award(session, award, RATIFIED)) == 2
    assert outbox.enqueue_award(session, award, RATIFIED) == [], "the very same need not be told twice"


def test_the_document_is_sealed_and_stays_as_it_was_ratified(session: Session) -> None:
    world = delivering.world(session)
    message = delivering.queued(session, world)
    assert b"S0000001" not in message.body
    world.version.title = "Another title"
    session.flush()
    assert bodies.record_of(session, message).achievement.title == "Seeing the Evidence"


def test_an_amendment_supersedes_what_was_not_sent_yet(session: Session) -> None:
    world = delivering.world(session)
    enrolment = delivering.learner(session, world)
    first = delivering.award(session, delivering.decision(session, enrolment, "49"))
    (old,) = outbox.enqueue_award(session, first, RATIFIED)
    amended = delivering.award(session, delivering.decision(session, enrolment, "51", number=2), version=2)
    (new,) = outbox.enqueue_award(session, amended, RATIFIED)
    assert (old.state, new.state, new.version) == ("superseded", "ready", 2)


@pytest.mark.parametrize("kind", ["DEFERRED", "NOT_YET"])
def test_what_a_board_notes_without_a_result_is_not_told(session: Session, kind: str) -> None:
    world = delivering.world(session)
    decision = delivering.decision(session, delivering.learner(session, world), None, kind=kind, grade="", credit=0)
    assert outbox.enqueue_award(session, delivering.award(session, decision), RATIFIED) == []


@pytest.mark.parametrize(("kind", "status"), [("DEFERRED", "deferred"), ("NOT_YET", "pending")])
@pytest.mark.parametrize("state", ["ready", "confirmed", "failed"])
def test_unless_a_result_was_told_before_which_it_takes_back(
    session: Session, kind: str, status: str, state: str
) -> None:
    world = delivering.world(session)
    enrolment = delivering.learner(session, world)
    first = delivering.award(session, delivering.decision(session, enrolment))
    (told,) = outbox.enqueue_award(session, first, RATIFIED)
    told.state = state
    decision = delivering.decision(session, enrolment, None, number=2, kind=kind, grade="", credit=0)
    (message,) = outbox.enqueue_award(session, delivering.award(session, decision, 2), RATIFIED)
    record = bodies.record_of(session, message)
    assert (message.record_key, message.version) == (told.record_key, 2)
    assert (record.status, record.mark, record.grade, record.credit, record.is_final) == (status, None, "", 0, True)
    assert told.state == ("superseded" if state == "ready" else state), "what was not sent yet stays here"


def test_a_resit_sends_no_component_that_nobody_touched(session: Session) -> None:
    world = delivering.world(session, sends="component_final")
    enrolment = delivering.learner(session, world)
    parts = [figure("CRIT", "70"), figure("PORT", "40")]
    first = delivering.decision(session, enrolment, "49", kind="PASS", figures=parts)
    assert len(outbox.enqueue_award(session, delivering.award(session, first), RATIFIED)) == 2
    resat = [figure("CRIT", "70"), figure("PORT", "50", attempt=2)]
    second = delivering.decision(session, enrolment, "56", number=2, attempt=2, figures=resat)
    (only,) = outbox.enqueue_award(session, delivering.award(session, second, 2), RATIFIED)
    assert bodies.record_of(session, only).run.component == "002"


def test_provisional_figures_go_to_a_waiting_room_only(session: Session) -> None:
    world = delivering.world(session, authority="record_system")
    decision = delivering.decision(session, delivering.learner(session, world))
    assert outbox.enqueue_provisional(session, decision, RATIFIED) == []
    world.destination.takes_provisional = True
    (message,) = outbox.enqueue_provisional(session, decision, RATIFIED)
    assert not message.is_final
    assert not bodies.record_of(session, message).is_final


@pytest.mark.parametrize("authority", ["cairn", "minuted"])
def test_I1_a_waiting_room_is_for_what_the_record_system_ratifies(session: Session, authority: str) -> None:
    world = delivering.world(session, authority=authority, takes_provisional=True)
    decision = delivering.decision(session, delivering.learner(session, world))
    assert outbox.enqueue_provisional(session, decision, RATIFIED) == []


def test_nothing_provisional_is_said_over_a_final_result_or_before_there_is_a_mark(session: Session) -> None:
    world = delivering.world(session, authority="record_system", takes_provisional=True)
    enrolment = delivering.learner(session, world)
    empty = delivering.decision(session, enrolment, None, kind="INCOMPLETE", grade="", credit=0)
    assert outbox.enqueue_provisional(session, empty, RATIFIED) == []
    ratified = delivering.decision(session, enrolment, "62", number=2)
    outbox.enqueue_award(session, delivering.award(session, ratified), RATIFIED)
    late = delivering.decision(session, enrolment, "65", number=3)
    assert outbox.enqueue_provisional(session, late, RATIFIED) == []


def test_what_a_record_system_agreed_itself_is_not_sent_back_to_it(session: Session) -> None:
    world = delivering.world(session, authority="record_system", takes_provisional=True)
    decision = delivering.decision(session, delivering.learner(session, world))
    (message,) = outbox.enqueue_provisional(session, decision, RATIFIED)
    message.state, message.theirs_state = "confirmed", "agreed"
    award = delivering.award(session, decision, authority="record_system")
    assert outbox.enqueue_award(session, award, RATIFIED) == []


def test_a_version_in_flight_settles_before_the_next_is_sent(sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        enrolment = delivering.learner(session, world)
        first = delivering.award(session, delivering.decision(session, enrolment, "49"))
        outbox.enqueue_award(session, first, RATIFIED)
    (flying,) = delivering.claim(sessions)
    with sessions.begin() as session:
        amended = delivering.decision(session, session.merge(enrolment), "51", number=2)
        outbox.enqueue_award(session, delivering.award(session, amended, version=2), RATIFIED)
    assert delivering.claim(sessions, "w2") == [], "the newer version waits"
    delivering.settle(sessions, Settled(message=flying, result=Rejected("no", error_class=ErrorClass.FIX_THERE)))
    (next_one,) = delivering.claim(sessions, "w2")
    assert (next_one.version, next_one.body.mark) == (2, Decimal(51))  # type: ignore[union-attr]
    assert [each.state for each in delivering.messages(sessions)] == ["superseded", "sending"]


def test_a_score_is_queued_for_the_lms_of_the_learner(session: Session) -> None:
    world = delivering.world(session)
    registration = factories.registration(session, world.institution)
    context = factories.context(session, registration)
    user = factories.lti_user(session, registration)
    line_item = LineItem(
        institution_id=world.institution.id, context_id=context.id, url="https://lms.example/1", resource_id="r1",
        label="Portfolio", maximum=Decimal(100),
    )
    session.add(line_item)
    session.flush()
    first, second = (
        outbox.enqueue_score(session, line_item, user, bodies.ScoreFigure(value=value, maximum=Decimal(100)), RATIFIED)
        for value in (Decimal(40), Decimal(55))
    )
    assert (first.state, second.version) == ("superseded", 2), "a newer score supersedes the one that was not sent"
    assert first.destination.registration_id == registration.id
    score = bodies.open_sealed(session, second.kind, second.key, second.body, None)
    assert isinstance(score, bodies.ScoreMessage)
    assert (score.user, score.previous, score.figure.value) == ("user-1", Decimal(40), Decimal(55))


@pytest.mark.parametrize("kind", ["INCOMPLETE", "DEFERRED", "WITHDRAWN"])
def test_a_learner_without_a_figure_is_no_news_to_a_waiting_room(session: Session, kind: str) -> None:
    world = delivering.world(session, authority="record_system", takes_provisional=True)
    decision = delivering.decision(session, delivering.learner(session, world), None, kind=kind, grade="", credit=0)
    assert outbox.enqueue_provisional(session, decision, RATIFIED) == []


def test_a_figure_that_is_there_no_more_is_news_to_a_waiting_room(session: Session) -> None:
    world = delivering.world(session, authority="record_system", takes_provisional=True)
    enrolment = delivering.learner(session, world)
    outbox.enqueue_provisional(session, delivering.decision(session, enrolment, "62"), RATIFIED)
    gone = delivering.decision(session, enrolment, None, kind="WITHDRAWN", grade="", credit=0, number=2)
    (message,) = outbox.enqueue_provisional(session, gone, RATIFIED)
    assert bodies.record_of(session, message).status == "withdrawn"
