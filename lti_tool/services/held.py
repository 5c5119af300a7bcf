"""Quarantine of results: of whom they are is not known, or what they say cannot be used; nothing is lost or guessed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.db import new_key
from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import HeldResult, Outcome
from lti_tool.models.people import LtiUser
from lti_tool.services import audit, duties, follow_up, outcomes, standing, vault
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.outcome_values import NewOutcome, from_document, to_document

UNKNOWN, AMBIGUOUS, UNCLEAR = "unknown", "ambiguous", "unclear"


def hold(
    session: Session, run_component: RunComponent, result: NewOutcome, reason: str, now: datetime, *,
    lti_user: LtiUser | None = None, hints: dict[str, str] | None = None, before: str = "",
) -> HeldResult | None:
    """Keep a result sealed until somebody says whose it is. None when this very one is held, or was.

    Without an account, ``before`` names the reading and row, and ``hints`` how the source called the learner.
    """
    delivery = _new_delivery(session, run_component, result, lti_user, before)
    if delivery is None:
        return None
    held = HeldResult(
        institution_id=run_component.institution_id, key=new_key(), run_component_id=run_component.id, reason=reason,
        lti_user_id=lti_user.id if lti_user else None, delivery=delivery, held_at=now,
    )
    body = {"result": to_document(result), "hints": hints or {}}
    held.body = vault.seal_secret(session, body, _place(held))
    session.add(held)
    session.flush()
    return held


def waiting(session: Session, institution_id: int) -> list[HeldResult]:
    """What is still held, oldest first."""
    return list(session.scalars(
        select(HeldResult).where(HeldResult.institution_id == institution_id, HeldResult.resolved_at.is_(None))
        .order_by(HeldResult.id)
    ))


def hints_of(session: Session, held: HeldResult) -> dict[str, str]:
    """How the source named the learner, for the eyes of whoever resolves it."""
    if held.body is None:
        return {}
    hints: dict[str, str] = vault.open_secret(session, held.body, _place(held))["hints"]
    return hints


def take_up_held(session: Session, lti_user: LtiUser, now: datetime) -> list[Outcome]:
    """Append what was held of an account whose person is now known; what is of nobody on the run is forgotten."""
    if lti_user.person_id is None:
        return []
    rows = session.scalars(
        select(HeldResult).where(
            HeldResult.lti_user_id == lti_user.id, HeldResult.resolved_at.is_(None), HeldResult.reason != UNCLEAR
        ).order_by(HeldResult.id)
    ).all()
    taken = [_take_up(session, held, lti_user.person_id, now) for held in rows]
    return [outcome for outcome in taken if outcome is not None]


def enrolment_of(session: Session, run_id: int, person_id: int) -> Enrolment | None:
    """The one registration that this person's results go to. Raises :class:`Refused` when there are two to choose from.

    Two registrations of one person are normal (an instance each); of two on one run, the one still open is meant.
    """
    return the_one(session.scalars(
        select(Enrolment).where(Enrolment.run_id == run_id, Enrolment.person_id == person_id).order_by(Enrolment.id)
    ).all())


def the_one(registrations: Sequence[Enrolment]) -> Enrolment | None:
    """Of one person's registrations on a run the one that is meant, as in :func:`enrolment_of`."""
    live = [enrolment for enrolment in registrations if enrolment.status != "withdrawn"]
    if len(live) > 1 or (not live and len(registrations) > 1):
        raise Refused(AMBIGUOUS, "This person has two registrations on this run. Registry must withdraw one of them.")
    return next(iter(live or registrations), None)


def forget(session: Session, lti_user: LtiUser, now: datetime) -> None:
    """Let go of what was held of an account that is none of ours; a mark of a degree student is not kept."""
    for row in session.scalars(select(HeldResult).where(
        HeldResult.lti_user_id == lti_user.id, HeldResult.resolved_at.is_(None)
    )):
        row.body, row.resolved_at = None, now


def give(session: Session, actor: Actor, held_key: str, enrolment_key: str, now: datetime) -> Outcome | None:
    """Somebody from registry says whose result this is."""
    person_id = duties.require_role(actor, "Only registry says whose a result is.", Role.REGISTRY)
    held = _own(session, actor, held_key)
    enrolment = session.scalar(select(Enrolment).where(
        Enrolment.institution_id == actor.institution_id, Enrolment.key == enrolment_key
    ))
    if enrolment is None:
        raise NotFound("registration")
    if held.resolved_at is not None or held.reason == UNCLEAR:
        raise Refused("resolved", "This result is no longer waiting for a name.")
    part = session.get_one(RunComponent, held.run_component_id)
    if part.run_id != enrolment.run_id:
        raise Refused("other_run", "This result is of another run than that registration.")
    outcome = _append(session, held, enrolment, now)
    follow_up.after(session, [outcome] if outcome else [], now)
    audit.record(
        session, institution_id=actor.institution_id, action="give_held_result", subject=f"held_result:{held.key}",
        now=now, actor=person_id, person=enrolment.person_id, details={"enrolment": enrolment.key},
    )
    return outcome


def _new_delivery(
    session: Session, part: RunComponent, result: NewOutcome, lti_user: LtiUser | None, before: str
) -> str | None:
    """The digest of this delivery, or None when it is there. The account is part of it, as nobody is named."""
    known = list(session.scalars(
        select(HeldResult.delivery).where(
            HeldResult.run_component_id == part.id, HeldResult.lti_user_id == (lti_user.id if lti_user else None)
        ).order_by(HeldResult.id)
    ))
    who = lti_user.key if lti_user else before
    if lti_user is None or result.source_at is not None:
        delivery = _named(who, result, before)
        return None if delivery in known else delivery
    last = _named(who, result, known[-2] if len(known) > 1 else "")
    return None if known and known[-1] == last else _named(who, result, known[-1] if known else "")


def _named(who: str, result: NewOutcome, before: str) -> str:
    return sha256(f"{who}\n{result.digest(before)}".encode()).hexdigest()


def set_aside(session: Session, actor: Actor, held_key: str, reason: str, now: datetime) -> None:
    """Somebody from registry says that a result is to be no further business of ours, and why."""
    person_id = duties.require_role(actor, "Only registry sets a result aside.", Role.REGISTRY)
    held = _own(session, actor, held_key)
    if held.resolved_at is not None:
        raise Refused("resolved", "This result is no longer waiting.")
    if not reason.strip():
        raise Refused("reason", "Say why this result is set aside.")
    held.body, held.resolved_at = None, now
    audit.record(
        session, institution_id=actor.institution_id, action="set_aside_held_result", subject=f"held_result:{held.key}",
        now=now, actor=person_id, details={"reason": reason.strip()},
    )


def _own(session: Session, actor: Actor, held_key: str) -> HeldResult:
    held = session.scalar(select(HeldResult).where(
        HeldResult.institution_id == actor.institution_id, HeldResult.key == held_key
    ))
    if held is None:
        raise NotFound("held result")
    return held


def _take_up(session: Session, held: HeldResult, person_id: int, now: datetime) -> Outcome | None:
    part = session.get_one(RunComponent, held.run_component_id)
    try:
        enrolment = enrolment_of(session, part.run_id, person_id)
    except Refused:
        held.reason = AMBIGUOUS
        return None
    if enrolment is None:  # a degree student in the same course: the mark is none of ours
        held.body, held.resolved_at = None, now
        return None
    return _append(session, held, enrolment, now)


def _of_its_sitting(session: Session, enrolment: Enrolment, part: RunComponent, result: NewOutcome) -> NewOutcome:
    """What was read before a result was ratified belongs to the attempt of then, and is no resit of it."""
    award = standing.current(session, enrolment)
    if award is None or result.read_at >= award.ratified_at or result.attempt is not None:
        return result
    then = session.scalar(select(func.max(Outcome.attempt)).where(
        Outcome.enrolment_id == enrolment.id, Outcome.run_component_id == part.id,
        Outcome.standing == outcomes.COUNTED, Outcome.board_number <= award.decision.board_number,
    ))
    return replace(result, attempt=then or 1)


def _append(session: Session, held: HeldResult, enrolment: Enrolment, now: datetime) -> Outcome | None:
    if held.body is None:
        return None
    part = session.get_one(RunComponent, held.run_component_id)
    result = from_document(vault.open_secret(session, held.body, _place(held))["result"])
    result = _of_its_sitting(session, enrolment, part, result)
    if outcomes.is_overtaken(session, enrolment, part, result):
        result = replace(result, is_older=True)
    outcome = outcomes.append(session, enrolment, part, result, now)
    held.body, held.resolved_at = None, now
    return outcome


def _place(held: HeldResult) -> str:
    return f"held_result:{held.key}"
