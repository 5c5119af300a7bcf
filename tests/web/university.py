"""A university with work on every desk: boards open and decided, a minute, messages in every state, accounts unknown.

Alice chairs, Femi is external, Gwen is secretary, Hari sits on the board, Dana and Erin are at the registry, Quinn
audits, Iris looks after the machines. Charlie is in every role, at another university.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import utcnow
from lti_tool.db import Sessions, new_key
from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.delivery import Destination, Discrepancy, OutboxMessage, ReconciliationRun
from lti_tool.models.institution import Institution
from lti_tool.models.outcome import CaptureRun, HeldResult
from lti_tool.models.people import LtiUser, Membership, Person, StaffAccount, StaffRole
from lti_tool.models.platform import LaunchSession, LineItem, ResourceLink, TeachingRequest
from lti_tool.services import amendments, boards, decisions, launch_sessions, minutes, staff, vault
from lti_tool.services.held import _place as place_of_held
from tests import factories
from tests.services.ratifying import University

DESKS = {
    "alice": {Role.CHAIR}, "gwen": {Role.SECRETARY}, "femi": {Role.EXTERNAL}, "hari": {Role.BOARD_MEMBER},
    "dana": {Role.REGISTRY}, "erin": {Role.REGISTRY}, "quinn": {Role.AUDITOR}, "iris": {Role.IT_ADMIN},
}
LEARNERS = ("Lena Łukasiewicz", "Mo O'Neil", "Nour النجار", "Ola 小林", "Pat Twin", "Ravi", "Sina")
MARKERS_OF_DATA = ("Łukasiewicz", "O&#39;Neil", "O'Neil", "النجار", "小林", "Unmatched Account", "INV-DATA", "INV-OLD")
LAUNCH_SECRET = "launch-secret"


@dataclass
class Desks:
    """What the tests sign in as and aim at: secrets by name, keys by the names that routes give them."""

    sessions: Sessions
    institution_id: int
    other_id: int
    secrets: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def populate(sessions: Sessions, now: datetime) -> Desks:
    """Fill an empty database."""
    with sessions.begin() as session:
        home = University(session, now)
        home.people["quinn"] = factories.person(session, home.institution, "Quinn")
        away = factories.institution(session, "elsewhere")
        desks = Desks(sessions=sessions, institution_id=home.institution.id, other_id=away.id)
        for name, roles in DESKS.items():
            desks.secrets[name] = account(session, home.people[name], name, roles)
        charlie = factories.person(session, away, "Charlie")
        desks.secrets["charlie"] = account(session, charlie, "charlie", set(staff.INSTITUTIONAL))
        _boards(session, home, desks)
        _minute(session, home, desks)
        _queue(session, home, desks)
        _amendment(session, home, desks)
        _lms(session, home, desks)
        _rest(session, home, desks)
    return desks


def account(session: Session, person: Person, login: str, roles: set[Role]) -> str:
    """A staff account and a signed-in browser's secret."""
    made = StaffAccount(institution_id=person.institution_id, person_id=person.id, login=login)
    session.add(made)
    session.flush()
    for role in sorted(roles):
        session.add(StaffRole(institution_id=person.institution_id, account_id=made.id, role=role))
    return staff.open_session(session, made, utcnow(), timedelta(hours=8))


def _boards(session: Session, home: University, desks: Desks) -> None:
    run = home.run("IL5101")
    marks = (("70", "62"), ("40", "44"), ("48", "49"), ("80", "75"), ("55", None))
    for name, (critique, portfolio) in zip(LEARNERS, marks, strict=False):
        enrolment = home.learner(run, name)
        home.mark(enrolment, "CRIT", critique)
        if portfolio:
            home.mark(enrolment, "PORT", portfolio)
        decisions.decide(session, enrolment, home.now)
    board = home.board(run)
    old = home.run("IL5104")
    first = board.cases[0]
    desks.keys |= {"board_key": board.key, "case_key": first.key, "enrolment_key": first.enrolment.key}
    ratified = (("Ravi", "60", "64"), ("Sina", "52", "49"), ("Tam", "71", "77"), ("Uma", "66", "58"))
    for name, critique, portfolio in ratified:
        home.marked(old, critique, portfolio, name)
    free = home.run("IL5105")
    home.marked(free, "63", "67", "Xenia")
    decided = _decided(home, old)
    desks.keys["decided_board"] = decided.key


def _decided(home: University, run: Run) -> ExamBoard:
    board = boards.convene(
        home.session, home.actor("gwen"), title="Spring board", reference="INV-OLD 2026/1", held_on=date(2026, 5, 4),
        run_keys=[run.key], now=home.now,
        members={home.people[name].key: part for name, part in
                 {"alice": "chair", "hari": "internal", "femi": "external", "gwen": "secretary"}.items()},
    )
    boards.attend(home.session, home.actor("gwen"), board.key, {m.person.key for m in board.members}, home.now)
    boards.ratify(home.session, home.actor("alice"), board.key, home.pack(board).digest, home.now)
    return board


def _minute(session: Session, home: University, desks: Desks) -> None:
    run = home.run("IL5102", authority="minuted")
    home.marked(run, "60", "60", "Vera")
    home.marked(run, "51", "53", "Wim")
    found = minutes.list_for(session, home.actor("dana"), [run.key])
    minute = minutes.enter(
        session, home.actor("dana"), run_keys=[run.key], reference="FAC 2026/12", held_on=date(2026, 5, 28),
        seen_digest=found.digest, now=home.now, title="Faculty board",
    )
    desks.keys["minute_key"] = minute.key


def _queue(session: Session, home: University, desks: Desks) -> None:
    final = select(OutboxMessage).where(OutboxMessage.is_final.is_(True)).order_by(OutboxMessage.id)
    messages = list(session.scalars(final))
    rejected, sent, confirmed, waiting = messages[:4]
    rejected.state, rejected.attempts, rejected.tries = "on_hold", 1, 1
    rejected.error_class, rejected.error_code = "fix_there", "unknown_run"
    rejected.error_text, rejected.error_words = "The record system knows no such run.", "MAV not found"
    sent.state, sent.sent_at, sent.theirs_mark, sent.theirs_state = "sent", utcnow(), Decimal(51), "final"
    confirmed.state, confirmed.sent_at, confirmed.confirmed_at = "confirmed", utcnow(), utcnow()
    confirmed.theirs_mark, confirmed.theirs_state = Decimal(75), "final"
    award = waiting.award_id
    assert award is not None
    desks.keys |= {"message_key": rejected.key, "waiting_message": waiting.key}
    session.flush()
    desks.keys["award_key"] = session.get_one(Award, award).key
    desks.keys["person_key"] = session.get_one(Award, award).enrolment.person.key
    system = session.get_one(Destination, rejected.destination_id)
    desks.keys["system_key"] = system.key
    run = ReconciliationRun(
        institution_id=home.institution.id, destination_id=system.id, started_at=utcnow(), finished_at=utcnow(),
        totals={"sent": 4, "held": 4, "equal": 2, "loaded": 1, "different": 1, "missing": 0, "unreadable": 0},
        digest="d" * 64,
    )
    failed = ReconciliationRun(
        institution_id=home.institution.id, destination_id=system.id, started_at=utcnow(), tries=1,
        problem="records.example could not be reached.",
    )
    session.add_all((run, failed))
    session.flush()
    difference = Discrepancy(
        institution_id=home.institution.id, kind="record_differs", enrolment_id=sent.enrolment_id, message_id=sent.id,
        reconciliation_id=run.id, ours="50 Pass", theirs="51 (final)", opened_at=home.now,
    )
    session.add(difference)
    session.flush()
    desks.keys |= {"run_key": run.key, "discrepancy_key": difference.key, "failed_key": failed.key}


def _amendment(session: Session, home: University, desks: Desks) -> None:
    """After ratification a mark of Uma's was corrected, and of Tam's too; Dana proposes for Uma."""
    enrolments = {row.person.display_name: row for row in session.scalars(select(Enrolment))}
    home.later(days=2)
    for name, portfolio in (("Uma", "61"), ("Tam", "79")):
        home.mark(enrolments[name], "PORT", portfolio, board=1)
        decisions.decide(session, enrolments[name], home.now)
    proposed = amendments.propose(
        session, home.actor("dana"), enrolments["Uma"], reason="A page was not marked.",
        authority_reference="Chair's action 2026/07", now=home.now,
    )
    desks.keys |= {"amendment_key": proposed.key, "differing_enrolment": enrolments["Tam"].key}


def _lms(session: Session, home: University, desks: Desks) -> None:
    registration = factories.registration(session, home.institution)
    context = factories.context(session, registration)
    run = session.scalars(select(Run).where(Run.code == "IL5101")).one()
    part = run.components[0]
    session.add(LineItem(
        institution_id=home.institution.id, context_id=context.id, run_component_id=part.id, resource_id="r", url="",
        label="Critique", maximum=Decimal(100),
    ))
    session.add(ResourceLink(
        institution_id=home.institution.id, context_id=context.id, resource_link_id="link", run_component_id=part.id,
    ))
    lena = session.scalars(select(Person).where(Person.display_name == LEARNERS[0])).one()
    lena.email = "lena@home.example"
    unknown = factories.lti_user(
        session, registration, "u-9", name="Unmatched Account", email="lena@home.example",
        match_reason="no_number",
    )
    session.add(Membership(
        institution_id=home.institution.id, context_id=context.id, lti_user_id=unknown.id, role="learner",
        seen_at=home.now,
    ))
    capture = CaptureRun(
        institution_id=home.institution.id, run_component_id=part.id, source="moodle_csv", started_at=home.now,
    )
    session.add(capture)
    session.flush()
    held = HeldResult(
        institution_id=home.institution.id, run_component_id=part.id, delivery="x" * 64, reason="unknown",
        held_at=home.now,
    )
    session.add(held)
    session.flush()
    held.body = vault.seal_secret(session, {"result": {}, "hints": {"name": "Nobody Known"}}, place_of_held(held))
    asking = TeachingRequest(
        institution_id=home.institution.id, context_id=factories.context(session, registration, "course-2").id,
        run_id=run.id, asked_at=home.now,
    )
    session.add(asking)
    launch = _launch(session, home.institution, registration.id, context.deployment_id, context.id, unknown)
    desks.keys |= {
        "platform_key": registration.key, "registration_key": registration.key, "account_key": unknown.key,
        "held_key": held.key, "component_key": part.key, "run_component_key": part.key, "launch_key": launch.key,
        "teaching_run": run.key, "request_key": asking.key, "capture_key": capture.key,
    }


def _launch(
    session: Session, institution: Institution, registration_id: int, deployment_id: int, context_id: int,
    user: LtiUser,
) -> LaunchSession:
    made = LaunchSession(
        institution_id=institution.id, secret_hash=launch_sessions.secret_hash(LAUNCH_SECRET), nonce_hash=new_key(),
        registration_id=registration_id, deployment_id=deployment_id, context_id=context_id, lti_user_id=user.id,
        role="instructor", message_type="LtiResourceLinkRequest", claims={}, created_at=utcnow(),
        expires_at=utcnow() + timedelta(hours=1),
    )
    session.add(made)
    session.flush()
    return made


def _rest(session: Session, home: University, desks: Desks) -> None:
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert entry is not None
    desks.keys |= {"entry_hash": entry.hash, "token": "no-such-token", "filename": "cairn.css"}
