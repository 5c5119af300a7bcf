"""Awards: what was ratified, granted once, sent once, and never written over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Mapper, Session, object_session

from lti_tool.domain.ratification import ResultState, Why
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import Person
from lti_tool.services import audit, credits_given, late, outbox, passback
from lti_tool.services.errors import Refused
from lti_tool.services.standing import current as current
from lti_tool.services.standing import history as history

RATIFIABLE = frozenset({"PASS", "CREDIT_REFUSED", "FAIL_FINAL", "RESIT", "DEFERRED", "NOT_YET"})


def grant(session: Session, ratification: Ratification, decision: Decision, now: datetime) -> Award:
    """The next version of a learner's award, its audit entry and its messages, in the transaction of the ratification.

    The same decision granted again is the award that it gave.
    """
    enrolment = decision.enrolment
    # One learner at a time: two boards must not each give the credit of one micro-credential (I9).
    session.get_one(Person, enrolment.person_id, with_for_update=True)
    before = current(session, enrolment)
    if before is not None and before.decision_id == decision.id and not credits_given.is_due(session, before):
        return before
    if before and decision.board_number <= before.decision.board_number and ratification.by_person_id is None:
        raise Refused(str(Why.RATIFIED), "This sitting is ratified already; only people amend it.")
    if decision.kind not in RATIFIABLE:
        raise Refused("incomplete", "An incomplete result, or that of somebody who withdrew, is not ratified.")
    if enrolment.regulation_set_id is None:
        raise Refused("no_credit", "This gives no credit: there is nothing to ratify and nothing to record.")
    session.add(ratification)
    award = _version(session, ratification, decision, now)
    _write_down(session, award, before)
    # Whoever ratified, a board of this run has met: its next sitting may begin.
    enrolment.run.board_number = max(enrolment.run.board_number, decision.board_number + 1)
    outbox.enqueue_award(session, award, now)
    passback.after_award(session, award, now)
    if award.credit:  # where it had fallen due meanwhile, it is not any more
        for other in credits_given.without_credit(session, enrolment):
            late.close_if_same(session, other.enrolment, now)
    return award


def revoke(
    session: Session, ratification: Ratification, decision: Decision, reason: str, now: datetime,
    also: Sequence[Award] = (),
) -> Award:
    """Take back the award that stands, since the facts give no result any more, and tell whoever was told of it.

    ``also``: what earlier boards gave and falls with it. All stays readable for ever (I2), and the learner comes before
    the next board anew. Returns the award taken back; raises :class:`Refused` where none stands.
    """
    enrolment = decision.enrolment
    session.get_one(Person, enrolment.person_id, with_for_update=True)
    award = current(session, enrolment)
    if award is None:
        raise Refused(str(Why.NOT_RATIFIED), "No ratified result stands, so there is nothing to take back.")
    session.add(ratification)
    session.flush()
    for one in (*also, award):
        _take_back(session, one, ratification, decision, reason, now)
    passback.after_revocation(session, award, now)
    return award


def _take_back(
    session: Session, award: Award, ratification: Ratification, decision: Decision, reason: str, now: datetime
) -> None:
    session.add(Revocation(
        institution_id=award.institution_id, award_id=award.id, ratification_id=ratification.id, reason=reason,
        code=decision.kind, revoked_at=now,
    ))
    session.flush()
    audit.record(
        session, institution_id=award.institution_id, action="award.revoke", subject=f"award:{award.key}", now=now,
        actor=ratification.by_person_id, person=award.enrolment.person_id, clause=decision.regulations,
        details={
            "version": award.version, "reason": reason, "kind": decision.kind, "decision": decision.key,
            "facts": decision.inputs_digest, "authority": ratification.authority, "reference": ratification.reference,
        },
    )
    outbox.enqueue_withdrawal(session, award, decision, ratification)


def state_of(session: Session, enrolment: Enrolment) -> ResultState:
    """Where a learner's result stands, as the rules of ratification call it."""
    versions = history(session, enrolment)
    if not versions:
        return ResultState.PROVISIONAL
    if current(session, enrolment) is None:
        return ResultState.RESCINDED
    return ResultState.AMENDED if len(versions) > 1 else ResultState.RATIFIED


def _version(session: Session, ratification: Ratification, decision: Decision, now: datetime) -> Award:
    enrolment = decision.enrolment
    versions = history(session, enrolment)
    given_before = bool(decision.credit) and credits_given.elsewhere(session, enrolment) is not None
    award = Award(
        institution_id=enrolment.institution_id, enrolment=enrolment, version=len(versions) + 1, decision=decision,
        ratification=ratification, supersedes_id=versions[-1].id if versions else None, kind=decision.kind,
        mark=decision.overall, grade=decision.grade, credit=0 if given_before else decision.credit,
        is_capped=decision.is_capped, code=credits_given.GIVEN_BEFORE if given_before else "",
        awarded_on=ratification.held_on, ratified_at=now,
    )
    session.add(award)
    session.flush()
    return award


def _write_down(session: Session, award: Award, before: Award | None) -> None:
    ratification, decision = award.ratification, award.decision
    audit.record(
        session, institution_id=award.institution_id, action="award.grant", subject=f"award:{award.key}",
        now=award.ratified_at, actor=ratification.by_person_id, person=award.enrolment.person_id,
        clause=decision.regulations,
        details={
            "version": award.version, "kind": award.kind, "mark": None if award.mark is None else str(award.mark),
            "grade": award.grade, "credit": award.credit, "code": award.code, "decision": decision.key,
            "facts": decision.inputs_digest, "authority": ratification.authority, "reference": ratification.reference,
            "list": ratification.list_digest, "supersedes": before.key if before else None,
        },
    )


@event.listens_for(Award, "before_update")
@event.listens_for(Decision, "before_update")
@event.listens_for(Ratification, "before_update")
def _never_overwrite(_mapper: Mapper[Any], _connection: Any, row: Award | Decision | Ratification) -> None:
    """A ratified result is never overwritten, whoever tries: a correction is a new version (I2)."""
    session = object_session(row)
    if session is not None and session.is_modified(row, include_collections=False):
        raise Refused(str(Why.RATIFIED), "This result is written down for good; propose an amendment instead.")
