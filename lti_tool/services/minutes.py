"""The minute of a board held elsewhere: entered by one person, confirmed by another over the very same list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lti_tool.domain import ratification as rules
from lti_tool.domain.ratification import Authority
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard, Ratification
from lti_tool.services import audit, boards, cases
from lti_tool.services.actors import Actor
from lti_tool.services.cases import Case
from lti_tool.services.duties import as_domain, person_of, require
from lti_tool.services.errors import Refused


@dataclass(frozen=True, kw_only=True)
class MinuteList:
    """The list that a minute is about: what it would ratify, what stays for the next board, and its digest."""

    ready: tuple[Case, ...]
    left_out: tuple[Case, ...]
    digest: str


def list_for(session: Session, actor: Actor, run_keys: Sequence[str]) -> MinuteList:
    """What a minute on these runs would ratify now; nothing is written."""
    require(rules.may_enter_minute(as_domain(actor)))
    return _as_list(cases.awaiting(session, cases.runs_for(session, actor.institution_id, run_keys, Authority.MINUTED)))


def list_of(session: Session, institution_id: int, minute_key: str) -> MinuteList:
    """The list of a minute that was entered, as it stands now."""
    return _as_list(cases.listed(session, boards.find(session, institution_id, minute_key, Authority.MINUTED)))


def enter(
    session: Session, actor: Actor, *, run_keys: Sequence[str], reference: str, held_on: date, seen_digest: str,
    now: datetime, title: str = "",
) -> ExamBoard:
    """Enter reference, date and list of a board's minute; nothing is ratified before a second person confirms it."""
    require(rules.may_enter_minute(as_domain(actor)))
    runs = cases.runs_for(session, actor.institution_id, run_keys, Authority.MINUTED)
    if not reference.strip():
        raise Refused("reference", "A minute needs its reference: the record is found by it.")
    if held_on > now.date():
        raise Refused("date", "The board cannot have met in the future; check the date of the minute.")
    minute = ExamBoard(
        institution_id=actor.institution_id, kind=str(Authority.MINUTED), title=title, reference=reference.strip(),
        held_on=held_on, entered_by=person_of(actor), created_at=now,
    )
    session.add(minute)
    session.flush()
    cases.put_on(session, minute, runs, now)
    found = _as_list(cases.listed(session, minute))
    if found.digest != seen_digest:
        raise Refused("changed_since_seen", "The results changed since you saw this list; compare them again.")
    if not found.ready:
        raise Refused("nothing_ready", "Nothing on this list can be ratified; every case on it is kept back.")
    minute.list_digest = found.digest
    _note(session, actor, minute, "minute.enter", now, listed=len(found.ready))
    return minute


def confirm(session: Session, actor: Actor, minute_key: str, seen_digest: str, now: datetime) -> list[Award]:
    """A second person confirms the minute over an unchanged list: the results it names are ratified."""
    minute = boards.find_open(session, actor.institution_id, minute_key, Authority.MINUTED)
    cases.decide_again(session, minute, now)
    found = cases.listed(session, minute)
    digest = cases.digest_of(found)
    require(rules.may_confirm_minute(
        as_domain(actor), entered_by=str(minute.entered_by), seen=seen_digest, current=digest,
        learners={str(case.enrolment.person_id) for case in found if case.is_ready},
    ))
    if digest != minute.list_digest:
        raise Refused("changed_since_seen", "The list changed since the minute was entered; enter it again.")
    ratification = Ratification(
        institution_id=minute.institution_id, authority=minute.kind, board_id=minute.id, reference=minute.reference,
        held_on=minute.held_on, list_digest=digest, by_person_id=person_of(actor), ratified_at=now,
    )
    session.add(ratification)
    session.flush()
    granted = cases.conclude(session, minute, found, ratification, now)
    _note(session, actor, minute, "minute.confirm", now, awards=len(granted))
    return granted


def withdraw(session: Session, actor: Actor, minute_key: str, *, reason: str, now: datetime) -> None:
    """Put a minute away that was entered wrongly or no longer fits its list; nothing was ratified by it."""
    require(rules.may_enter_minute(as_domain(actor)))
    minute = boards.find_open(session, actor.institution_id, minute_key, Authority.MINUTED)
    minute.state, minute.note = "refused", reason.strip()
    session.flush()
    _note(session, actor, minute, "minute.withdraw", now, reason=reason.strip())


def _as_list(found: Sequence[Case]) -> MinuteList:
    return MinuteList(
        ready=tuple(case for case in found if case.is_ready),
        left_out=tuple(case for case in found if not case.is_ready), digest=cases.digest_of(found),
    )


def _note(
    session: Session, actor: Actor, minute: ExamBoard, action: str, now: datetime, **details: str | int,
) -> None:
    audit.record(
        session, institution_id=minute.institution_id, action=action, subject=f"board:{minute.key}", now=now,
        actor=actor.person_id,
        details={
            "reference": minute.reference, "held_on": minute.held_on.isoformat(), "list": minute.list_digest, **details,
        },
    )
