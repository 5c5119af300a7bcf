"""Explain an award: from the line on a transcript back to every reading behind it, as plain values.

The page of the auditor and ``cairn explain`` show the same chain.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Amendment, Decision, ExamBoard, Ratification
from lti_tool.models.catalogue import RegulationSet
from lti_tool.models.delivery import DeliveryAttempt, OutboxMessage
from lti_tool.models.outcome import CaptureRun, Judgement, Outcome
from lti_tool.models.people import Person
from lti_tool.services import audit, courses, standing
from lti_tool.services.errors import NotFound
from lti_tool.services.explanations import Act, Chain, Entry, Line, Reading, Reckoning, Sending


def chain(session: Session, institution_id: int, award_key: str) -> Chain:
    """The chain of one version of an award. Raises :class:`NotFound`."""
    award = session.scalar(select(Award).where(Award.institution_id == institution_id, Award.key == award_key))
    if award is None:
        raise NotFound("There is no such award.")
    amendment = _amendment(session, award)
    return Chain(
        line=_line(session, award), act=_act(session, award.ratification, amendment),
        reckoning=_reckoning(session, award.decision), readings=_readings(session, award.decision),
        sendings=_sendings(session, award), entries=_entries(session, award, amendment),
    )


def _line(session: Session, award: Award) -> Line:
    enrolment, version = award.enrolment, award.enrolment.run.version
    versions = {row.id: row for row in standing.history(session, enrolment)}
    before = versions.get(award.supersedes_id) if award.supersedes_id else None
    after = next((row for row in versions.values() if row.supersedes_id == award.id), None)
    revocation = session.scalar(select(Revocation).where(Revocation.award_id == award.id))
    return Line(
        key=award.key, learner=_name(session, enrolment.person_id), registration=enrolment.registration,
        code=version.achievement.code, title=version.title, descriptor_version=version.version, level=version.level,
        credit_scheme=version.credit_scheme,
        run=courses.name_of(enrolment.run),
        version=award.version, kind=award.kind, mark="" if award.mark is None else str(award.mark), grade=award.grade,
        credit=award.credit, code_of_award=award.code, awarded_on=award.awarded_on,
        is_standing=after is None and revocation is None, supersedes=before.key if before else "",
        superseded_by=after.key if after else "", taken_back=_taken_back(session, revocation) if revocation else "",
    )


def _taken_back(session: Session, revocation: Revocation) -> str:
    """Why it does not stand any more, and on whose word."""
    return f"{revocation.reason} ({session.get_one(Ratification, revocation.ratification_id).reference})"


def _act(session: Session, ratification: Ratification, amendment: Amendment | None) -> Act:
    board = session.get(ExamBoard, ratification.board_id) if ratification.board_id else None
    members = [member for member in board.members if member.is_present] if board else []
    return Act(
        authority=ratification.authority, reference=ratification.reference, held_on=ratification.held_on,
        ratified_at=ratification.ratified_at, by=_name(session, ratification.by_person_id) or "the record system",
        list_digest=ratification.list_digest, board=board.title if board else "",
        present=tuple(f"{member.person.display_name} ({member.part})" for member in members),
        amendment=amendment.reason if amendment else "",
        proposed_by=_name(session, amendment.proposed_by) if amendment else "",
    )


def _amendment(session: Session, award: Award) -> Amendment | None:
    return session.scalar(select(Amendment).where(
        Amendment.decision_id == award.decision_id, Amendment.state == "approved",
        Amendment.authority_reference == award.ratification.reference,
    ))


def _reckoning(session: Session, decision: Decision) -> Reckoning:
    pinned = decision.enrolment.regulation_set_id
    regulations = session.get(RegulationSet, pinned) if pinned else None
    return Reckoning(
        number=decision.number, board_number=decision.board_number, kind=decision.kind,
        overall_exact=decision.overall_exact, overall="" if decision.overall is None else str(decision.overall),
        findings=tuple(decision.findings), figures=tuple(decision.figures), regulations=decision.regulations,
        regulations_digest=regulations.digest if regulations else "", facts_digest=decision.inputs_digest,
        decided_at=decision.decided_at,
    )


def _readings(session: Session, decision: Decision) -> tuple[Reading, ...]:
    if decision.enrolment.run.version.kind == "outcomes":
        judged = session.scalars(select(Judgement).where(Judgement.id.in_(decision.evidence)).order_by(Judgement.id))
        return tuple(_judgement(session, row) for row in judged)
    seen = session.scalars(select(Outcome).where(Outcome.id.in_(decision.evidence)).order_by(Outcome.id))
    return tuple(_outcome(session, row) for row in seen)


def _outcome(session: Session, row: Outcome) -> Reading:
    component = row.run_component.component
    figure = row.gate if row.raw is None else f"{row.raw} of {row.out_of}" if row.out_of is not None else str(row.raw)
    capture = session.get(CaptureRun, row.capture_run_id) if row.capture_run_id else None
    return Reading(
        of=component.code if component else "overall", attempt=row.attempt, board_number=row.board_number,
        said=" ".join(part for part in (row.status, figure) if part), source=row.source, source_at=row.source_at,
        read_at=row.read_at, delivery=row.delivery, marked_by=_name(session, row.marked_by),
        capture=capture.key if capture else "",
    )


def _judgement(session: Session, row: Judgement) -> Reading:
    said = ("met" if row.is_met else "not met") if row.is_agreed else "assessors differ"
    return Reading(
        of=row.outcome, attempt=1, board_number=row.board_number, said=said, source="judgement", source_at=None,
        read_at=row.judged_at, delivery="", marked_by=_name(session, row.marked_by), capture="",
    )


def _sendings(session: Session, award: Award) -> tuple[Sending, ...]:
    mine = select(OutboxMessage).where(OutboxMessage.award_id == award.id).order_by(OutboxMessage.id)
    return tuple(
        Sending(
            key=message.key, destination=message.destination.name, record_key=message.record_key,
            version=message.version, state=message.standing, remote_id=message.remote_id, sent_at=message.sent_at,
            confirmed_at=message.confirmed_at, attempts=_attempts(session, message),
        ) for message in session.scalars(mine)
    )


def _attempts(session: Session, message: OutboxMessage) -> tuple[tuple[int, datetime, str, str], ...]:
    tries = select(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id).order_by(DeliveryAttempt.number)
    return tuple((row.number, row.started_at, row.result, row.code) for row in session.scalars(tries))


def _entries(session: Session, award: Award, amendment: Amendment | None) -> tuple[Entry, ...]:
    board_id = award.ratification.board_id
    board = session.get(ExamBoard, board_id) if board_id else None
    subjects = [f"award:{award.key}"]
    subjects += [f"board:{board.key}"] if board else []
    subjects += [f"amendment:{amendment.key}"] if amendment else []
    messages = select(OutboxMessage.key).where(OutboxMessage.award_id == award.id)
    subjects += [f"message:{key}" for key in session.scalars(messages)]
    concerning = or_(AuditEntry.person_id.is_(None), AuditEntry.person_id == award.enrolment.person_id)
    found = select(AuditEntry).where(
        AuditEntry.institution_id == award.institution_id, AuditEntry.subject.in_(subjects), concerning,
    ).order_by(AuditEntry.number)
    return tuple(
        Entry(
            number=row.number, at=row.at, action=row.action, by=_name(session, row.actor_id), clause=row.clause,
            details=audit.details_of(session, row), hash=row.hash,
        ) for row in session.scalars(found)
    )


def _name(session: Session, person_id: int | None) -> str:
    """What somebody is called, or once erased the key that is left of them."""
    person = session.get(Person, person_id) if person_id is not None else None
    return "" if person is None else person.display_name or person.key
