"""Amendments: a ratified result changes only by a new version, on authority, proposed by one and approved by another.

The new figure is always derived from the facts by the regulations. Nobody types it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.domain import ratification as rules
from lti_tool.models.award import Award
from lti_tool.models.board import Amendment, Conflict, Ratification
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.models.delivery import Discrepancy
from lti_tool.services import audit, awards, credits_given, decisions, late, separation
from lti_tool.services.actors import Actor
from lti_tool.services.duties import as_domain, person_of, require
from lti_tool.services.errors import NotFound, Refused

PROPOSED = "proposed", "An amendment of this result is waiting for the chair already."
ERASED = "erased", "This person was erased: the result stays as it is, and nothing new can be recorded for them."


def propose(
    session: Session, actor: Actor, enrolment: Enrolment, *, reason: str, authority_reference: str, now: datetime,
) -> Amendment:
    """Propose that a ratified result follow the facts as they are now."""
    if enrolment.institution_id != actor.institution_id:
        raise NotFound("There is no such registration.")
    require(rules.may_propose_amendment(as_domain(actor), state=awards.state_of(session, enrolment)))
    _require_somebody(enrolment)
    if not reason.strip() or not authority_reference.strip():
        raise Refused("reason", "An amendment needs its reason and its authority, such as Chair's action 2026/07.")
    if _is_proposed(session, enrolment):
        raise Refused(*PROPOSED)
    decision = late.differing(session, enrolment)
    if decision is None:
        raise Refused("no_difference", "The facts give the ratified result; correct the mark where it is kept first.")
    amendment = Amendment(
        institution_id=enrolment.institution_id, enrolment_id=enrolment.id, enrolment=enrolment,
        decision_id=decision.id, decision=decision, reason=reason.strip(),
        authority_reference=authority_reference.strip(), proposed_by=person_of(actor), created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(amendment)
    except IntegrityError as error:  # somebody else proposed at the same instant
        raise Refused(*PROPOSED) from error
    _note(session, actor, amendment, "amendment.propose", now)
    return amendment


@dataclass(frozen=True, kw_only=True)
class Approved:
    """What came of an approval: the next version of the award, or the version that was taken back."""

    award: Award
    is_revoked: bool


def approve(session: Session, actor: Actor, amendment_key: str, now: datetime) -> Approved:
    """The chair, not the proposer, approves: the next version of the award, and the late score is settled.

    Where the facts give no result any more (a mark was taken back, the learner had withdrawn before the board), nothing
    can be ratified in its place: the award is taken back, and a board decides anew once there is something to decide.
    """
    amendment = _find_open(session, actor, amendment_key)
    enrolment = amendment.enrolment
    _require_chair(session, actor, amendment)
    _require_somebody(enrolment)
    decisions.decide(session, enrolment, now)
    decision = late.differing(session, enrolment)
    if decision is None or decision.id != amendment.decision_id:
        raise Refused("changed_since_seen", "The facts changed since this was proposed; it must be proposed again.")
    ratification = Ratification(
        institution_id=enrolment.institution_id, authority=enrolment.run.version.authority,
        reference=amendment.authority_reference, held_on=now.date(), list_digest=decision.inputs_digest,
        by_person_id=person_of(actor), ratified_at=now,
    )
    session.add(ratification)
    session.flush()
    is_revoked = decision.kind not in awards.RATIFIABLE
    said = "taken back" if is_revoked else "amended"
    _settle(session, actor, amendment, "approved", f"{said} by {amendment.authority_reference}", now)
    if is_revoked:
        fallen = decisions.fallen(session, enrolment)
        award = awards.revoke(session, ratification, decision, amendment.reason, now, also=fallen)
        decisions.decide(session, enrolment, now)
    else:
        award = awards.grant(session, ratification, decision, now)
    _free_credit(session, enrolment, now)
    return Approved(award=award, is_revoked=is_revoked)


def refuse(session: Session, actor: Actor, amendment_key: str, *, reason: str, now: datetime) -> None:
    """The ratified result stands; the late score is settled with the reason."""
    amendment = _find_open(session, actor, amendment_key)
    _require_chair(session, actor, amendment)
    if not reason.strip():
        raise Refused("reason", "Say why the result stands as it was ratified.")
    _settle(session, actor, amendment, "refused", reason.strip(), now)


def waiting(session: Session, institution_id: int) -> Sequence[Amendment]:
    """Proposals that the chair has not answered, oldest first."""
    mine = select(Amendment).where(Amendment.institution_id == institution_id, Amendment.state == "proposed")
    return session.scalars(mine.order_by(Amendment.id)).all()


def amendments_since(
    session: Session, institution_id: int, since: datetime | None, *, achievement_ids: Collection[int] | None = None,
) -> Sequence[Amendment]:
    """Approved amendments that the next board must be told of, oldest first."""
    approved = (
        select(Amendment).join(Enrolment, Amendment.enrolment_id == Enrolment.id).join(Run, Enrolment.run_id == Run.id)
        .join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .where(Amendment.institution_id == institution_id, Amendment.state == "approved").order_by(Amendment.id)
    )
    if since is not None:
        approved = approved.where(Amendment.decided_at > since)
    if achievement_ids is not None:
        approved = approved.where(AchievementVersion.achievement_id.in_(achievement_ids))
    return session.scalars(approved).all()


def _find_open(session: Session, actor: Actor, amendment_key: str) -> Amendment:
    amendment = session.scalars(select(Amendment).where(
        Amendment.institution_id == actor.institution_id, Amendment.key == amendment_key,
    )).first()
    if amendment is None:
        raise NotFound("There is no such amendment.")
    session.refresh(amendment, ["state"], with_for_update=True)
    if amendment.state != "proposed":
        raise Refused("decided", "This amendment has been decided.")
    return amendment


def _is_proposed(session: Session, enrolment: Enrolment) -> bool:
    mine = select(Amendment.id).where(Amendment.enrolment_id == enrolment.id, Amendment.state == "proposed")
    return session.scalar(mine.limit(1)) is not None


def _require_chair(session: Session, actor: Actor, amendment: Amendment) -> None:
    """A chair who neither proposed it, nor is the learner, nor has a conflict, nor alone gave the new marks (I16)."""
    enrolment, award = amendment.enrolment, awards.current(session, amendment.enrolment)
    known = award.decision.evidence if award else []
    require(rules.may_approve_amendment(
        as_domain(actor), proposed_by=str(amendment.proposed_by), learner=str(enrolment.person_id),
        conflicted=_conflicted(session, enrolment),
        markers=separation.markers_of(session, amendment.decision, besides=known),
    ))


def _require_somebody(enrolment: Enrolment) -> None:
    """What is granted or taken back is written and sent under the person's key, which went with them."""
    if enrolment.person.erased_at is not None:
        raise Refused(*ERASED)


def _conflicted(session: Session, enrolment: Enrolment) -> frozenset[str]:
    """A conflict declared on any board stays one when the chair acts alone."""
    found = session.scalars(select(Conflict.member_id).where(
        Conflict.institution_id == enrolment.institution_id, Conflict.learner_id == enrolment.person_id,
    ))
    return frozenset(str(member) for member in found)


def _free_credit(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Credit that is not given here any more may be due to a later award of the same: somebody must look (I9)."""
    due = next(iter(credits_given.without_credit(session, enrolment)), None)
    if due is not None and credits_given.is_due(session, due):
        late.note_due_credit(session, due, now)


def _settle(session: Session, actor: Actor, amendment: Amendment, state: str, resolution: str, now: datetime) -> None:
    amendment.state, amendment.decided_by, amendment.decided_at = state, person_of(actor), now
    open_ones = select(Discrepancy).where(
        Discrepancy.enrolment_id == amendment.enrolment_id, Discrepancy.kind == late.LATE_SCORE,
        Discrepancy.closed_at.is_(None),
    )
    for discrepancy in session.scalars(open_ones):
        discrepancy.closed_at, discrepancy.closed_by, discrepancy.resolution = now, person_of(actor), resolution
    session.flush()
    _note(session, actor, amendment, f"amendment.{state}", now, resolution=resolution)


def _note(session: Session, actor: Actor, amendment: Amendment, action: str, now: datetime, **details: str) -> None:
    audit.record(
        session, institution_id=amendment.institution_id, action=action, subject=f"amendment:{amendment.key}", now=now,
        actor=actor.person_id, person=amendment.enrolment.person_id, clause=amendment.decision.regulations,
        details={"reason": amendment.reason, "authority": amendment.authority_reference,
                 "decision": amendment.decision.key, **details},
    )
