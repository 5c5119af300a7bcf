"""Marks made in Cairn go into the demo LMS through its own Assignment and Grade Services, stale timestamps included.

The LMS keeps the time of the last score of each learner, and answers 409 to one that is not later (AGS 2.0 §3.4.5).
Then the column decides: what stands there already is delivered, over our own older figure it is sent again with a later
time, and over anybody else's nothing is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import worker
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, reading
from lti_tool.domain import retries
from lti_tool.domain.ratification import Role
from lti_tool.lti import ags
from lti_tool.lti.service import LINE_ITEM
from lti_tool.models.delivery import DeliveryAttempt, Discrepancy, OutboxMessage
from lti_tool.models.people import Membership
from lti_tool.models.platform import LineItem, Registration
from lti_tool.services import columns, lms_results, marksheet, marksheet_lines, registrations, shown_scores
from lti_tool.services.actors import Actor
from lti_tool.services.connecting import Connectors
from lti_tool.services.marksheet import Entry
from tests import factories
from tests.demo.lms import running_lms
from tests.demo.lms.site import Site
from tests.logs import as_written
from tests.services import delivering
from tests.services.taking_in import Intake
from tests.test_worker import SETTINGS, until

ISLA, COURSE = "1001", "IL5101"


@dataclass
class Passing:
    """Isla's mark for the portfolio, made in Cairn, and the column in the LMS that shows it at once."""

    sessions: Sessions
    connectors: Connectors
    lms: Site
    bob: Actor
    part_key: str
    enrolment_key: str

    def mark(self, raw: str) -> None:
        """Bob writes it on the marksheet."""
        with self.sessions.begin() as session:
            sheet = marksheet_lines.sheet(session, self.bob, self.part_key)
            entry = Entry(enrolment_key=self.enrolment_key, text=raw, seen=sheet.lines[0].seen)
            marksheet.apply(session, self.bob, self.part_key, [entry], utcnow())

    def send(self, after: float = 0) -> None:
        """One round of a worker, so many seconds from now."""
        delivering.drain(self.sessions, self.connectors, utcnow() + timedelta(seconds=after))

    def stands(self) -> tuple[str, str, str]:
        """The newest message: its state, error class and code."""
        with reading(self.sessions) as session:
            newest = select(OutboxMessage).order_by(OutboxMessage.version.desc())
            message = session.scalars(newest).first()
            assert message is not None
            return message.state, message.error_class, message.error_code

    def attempts(self) -> list[tuple[str, str]]:
        with reading(self.sessions) as session:
            rows = session.execute(select(DeliveryAttempt.result, DeliveryAttempt.code).order_by(DeliveryAttempt.id))
            return [(result, code) for result, code in rows.tuples()]

    @property
    def column_id(self) -> str:
        return next(each.id for each in self.lms.state.columns_of(COURSE) if each.label == "Portfolio")

    def shown(self) -> str:
        """What the gradebook of the LMS shows for Isla."""
        grade = self.lms.state.grades.get((self.column_id, ISLA))
        return grade.score if grade else ""

    def received(self) -> list[tuple[float, bool]]:
        """Every score that came to the LMS, and whether it was stored."""
        return [(each["score"]["scoreGiven"], each["stored"]) for each in self.lms.state.received]

    def later_there(self, **span: float) -> None:
        """The LMS holds a later time for Isla than Cairn remembers, as after a restored copy of Cairn's database."""
        self.lms.state.last_score[self.column_id, ISLA] = (utcnow() + timedelta(**span)).isoformat()


@pytest.fixture
def passing(sessions: Sessions, now: datetime) -> Iterator[Passing]:
    connectors = Connectors(sessions)
    with running_lms() as lms:
        with sessions.begin() as session:
            made = _furnish(session, sessions, connectors, lms, now)
        _make_column(made)
        yield made
    connectors.close()


def _furnish(session: Session, sessions: Sessions, connectors: Connectors, lms: Site, now: datetime) -> Passing:
    home = Intake(session, now)
    figures = lms.figures()
    platform = registrations.add_platform(session, home.institution.id, registrations.NewPlatform(
        name="Demo", issuer=figures["issuer"], client_id=figures["client_id"], auth_url=figures["auth_url"],
        token_url=figures["token_url"], jwks_url=figures["jwks_url"], deployments=[figures["deployment_id"]],
    ), now)
    registrations.ensure_keys(session, home.institution.id, now)
    lms.registration.set_tool_key_set({"keys": registrations.published_keys(session, now)})
    enrolment, part, context = home.learner("Isla"), home.part("PORT"), factories.context(session, platform, COURSE)
    part.authority = "cairn"
    context.lineitems_url = f"{lms.issuer}/services/courses/{COURSE}/lineitems"
    isla = factories.lti_user(session, platform, ISLA, person_id=enrolment.person_id)
    session.add(Membership(
        institution_id=home.institution.id, context_id=context.id, lti_user_id=isla.id, role="learner", seen_at=now,
    ))
    session.add(LineItem(
        institution_id=home.institution.id, context_id=context.id, run_component_id=part.id, label="Portfolio",
        url="", resource_id=columns.resource_id_of(part), maximum=Decimal(100), is_ours_to_fill=True, release="at_once",
    ))
    return Passing(
        sessions=sessions, connectors=connectors, lms=lms, bob=home.actor("bob", Role.INSTRUCTOR), part_key=part.key,
        enrolment_key=enrolment.key,
    )


def _make_column(made: Passing) -> None:
    """In the LMS, by its line item service."""
    with made.sessions.begin() as session:
        item = session.scalars(select(LineItem)).one()
        service = made.connectors.lms(session.scalars(select(Registration.id).where(Registration.name == "Demo")).one())
        wanted = ags.NewColumn(label=item.label, maximum=item.maximum, resource_id=item.resource_id)
        item.url = ags.find_or_create(service, item.context.lineitems_url, {LINE_ITEM}, wanted).url


def test_a_mark_made_here_stands_in_the_column_and_is_seen_there(passing: Passing) -> None:
    passing.mark("61.5")
    assert passing.shown() == "", "it is queued with the mark, and sent by the worker"
    passing.send()
    assert (passing.shown(), passing.stands()) == ("61.5", ("sent", "", ""))
    with reading(passing.sessions) as session:
        [item] = session.scalars(select(LineItem.id))
    shown_scores.look(passing.sessions, lms_results.AgsResults(passing.connectors.lms), item, utcnow)
    assert passing.stands() == ("confirmed", "", "")


def test_a_corrected_mark_follows_with_a_later_time(passing: Passing) -> None:
    for raw in ("55", "61.5"):
        passing.mark(raw)
        passing.send()
    assert passing.received() == [(55, True), (61.5, True)]
    assert passing.shown() == "61.5"


def test_stale_and_equal_there_already_is_delivered(passing: Passing) -> None:
    """The answer to the first sending was lost, and the message went out a second time."""
    passing.mark("61.5")
    passing.send()
    with passing.sessions.begin() as session:
        message = session.scalars(select(OutboxMessage)).one()
        message.state, message.due_at = "ready", utcnow()
    passing.send()
    assert passing.received() == [(61.5, True), (61.5, False)]
    assert passing.attempts() == [("delivered", ""), ("found", "")]
    assert passing.stands() == ("confirmed", "", "")


def test_stale_over_our_own_older_figure_is_sent_again_with_a_later_time(passing: Passing) -> None:
    passing.mark("55")
    passing.send()
    passing.later_there(seconds=5)
    passing.mark("61.5")
    passing.send(after=10)
    assert passing.stands() == ("ready", "retry", "stale"), "at once, not after a pause"
    assert passing.shown() == "55"
    passing.send(after=10)
    assert passing.received() == [(55, True), (61.5, False), (61.5, True)]
    assert (passing.shown(), passing.stands()) == ("61.5", ("sent", "", ""))


def test_stale_again_and_again_it_takes_its_time_and_arrives_when_the_clocks_have_met(passing: Passing) -> None:
    passing.mark("55")
    passing.send()
    passing.later_there(minutes=30)
    passing.mark("61.5")
    for _ in range(4):
        passing.send(after=10)
    assert passing.received() == [(55, True), (61.5, False), (61.5, False)], "once more at once, then after a pause"
    assert passing.stands() == ("ready", "retry", "stale")
    for hours in (1, 2):
        passing.send(after=hours * 3600)
    assert passing.received()[3:] == [(61.5, False), (61.5, True)]
    assert passing.shown() == "61.5"


def test_stale_over_a_teacher_s_figure_is_left_and_shown_to_a_person(passing: Passing) -> None:
    passing.mark("55")
    passing.send()
    state = passing.lms.state
    state.mark_by_hand(state.columns[passing.column_id], state.users[ISLA], "70")
    passing.later_there(days=1)
    passing.mark("61.5")
    for _ in range(2):
        passing.send(after=10)
    assert passing.shown() == "70"
    assert passing.stands() == ("on_hold", "decide", "overridden")
    with reading(passing.sessions) as session:
        found = session.scalars(select(Discrepancy)).one()
        assert (found.kind, found.ours, found.theirs) == ("other_side", "61.5 of 100", "70.0 of 100")


def test_what_the_lms_cannot_take_now_is_tried_again(passing: Passing) -> None:
    passing.mark("61.5")
    passing.lms.faults.status, passing.lms.faults.count = 503, 5
    passing.send()
    assert passing.stands()[:2] == ("ready", "retry")
    passing.lms.faults.count = 0
    passing.send(after=3600)
    assert passing.shown() == "61.5"


def test_the_log_of_it_tells_no_learner_and_no_mark(passing: Passing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE", timedelta(milliseconds=200))
    passing.mark("55.37")
    passing.send()
    passing.later_there(seconds=1)
    passing.mark("61.37")
    passing.lms.faults.status, passing.lms.faults.count = 503, 2
    with as_written() as written:
        dispatcher = worker.Dispatcher(passing.sessions, SETTINGS, passing.connectors)
        dispatcher.start()
        try:
            until(passing.sessions, lambda _: passing.shown() == "61.37")
        finally:
            dispatcher.stop()
    text = written.getvalue()
    assert "attempt retry kind=score" in text and "attempt delivered kind=score" in text
    for word in ("Isla", f"user_id={ISLA}", "55.37", "61.37", "eyJ", "Bearer"):
        assert word not in text, word
