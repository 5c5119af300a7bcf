"""What was decided, in the words that a record system is told: translated once, when it is queued."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.base import record_key
from connectors.contract import (
    AchievementReference,
    AwardRecord,
    BoardReference,
    LearnerIdentity,
    RunReference,
    SourceTag,
)
from lti_tool.domain.figures import text_of
from lti_tool.domain.regulations import Regulations
from lti_tool.models.award import Award
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import AchievementVersion, Enrolment, RunComponent
from lti_tool.models.delivery import Destination, OutboxMessage
from lti_tool.models.institution import Institution
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import credits_given, rulebook, standing
from lti_tool.services.errors import Refused

OVERALL, COMPONENT_RAW, COMPONENT_FINAL = "overall", "component_raw", "component_final"
SENDS = (OVERALL, COMPONENT_FINAL, COMPONENT_RAW)
CAIRN, RECORD_SYSTEM = "cairn", "record_system"
WITHOUT_FIGURE = frozenset({"absent", "deferred", "exempt", "pending", "unagreed"})
# Of a learner of whom nothing was said yet, these say nothing either.
NO_NEWS = frozenset({"pending", "unagreed", "deferred", "withdrawn"})
STATUS_OF_KIND = {
    "INCOMPLETE": "pending", "DEFERRED": "deferred", "NOT_YET": "pending", "WITHDRAWN": "withdrawn",
}
PASSING = frozenset({"PASS", "CREDIT_REFUSED"})
CAPPED = "Capped, as a reassessment."
NEVER_RATIFIED = frozenset({"INCOMPLETE", "WITHDRAWN"})  # told as final only to take back what was
WITHDRAWN_NOTE = "Withdrawn: what was ratified does not stand."
HUNDREDTHS = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class _Figure:
    """One result as it travels."""

    component: str  # our code; empty for the overall result
    attempt: int
    status: str
    mark: Decimal | None
    grade: str = ""
    credit: int = 0
    is_capped: bool = False
    note: str = ""


def records_for(session: Session, what: Award | Decision, destination: Destination) -> list[AwardRecord]:
    """One record for the overall result or for each component, as the destination wants them.

    Those of a decision are provisional. The same result always has the same key, and each call a version above any
    that was ever queued under it. An amendment keeps the places that its board's first result took, also where it rests
    on another attempt: a second record would be a second result.
    """
    decision = what.decision if isinstance(what, Award) else what
    common = _common(session, what, destination)
    institution = session.get_one(Institution, destination.institution_id)
    runs = {part.component.code if part.component else "": part for part in decision.enrolment.run.components}
    places, given_before = _places(session, what), _is_given_before(session, what)
    made = []
    for figure in _figures(what, decision, destination, given_before):
        figure = replace(figure, attempt=places.get(figure.component, figure.attempt))
        key = record_key(
            institution=institution.key, award=decision.enrolment.key, component=figure.component,
            attempt=figure.attempt, destination=destination.key,
        )
        made.append(AwardRecord(
            key=key, version=next_version(session, destination.id, key), attempt=figure.attempt, status=figure.status,
            mark=figure.mark, grade=figure.grade, credit=Decimal(figure.credit), is_capped=figure.is_capped,
            note=figure.note, run=_run_reference(decision.enrolment, runs.get(figure.component)), **common,
        ))
    return made


def withdrawn(told: AwardRecord, decision: Decision, ratification: Ratification, version: int) -> AwardRecord:
    """The next version of a record whose result does not stand any more: no mark, no credit, and on whose word.

    It is final, as only what is final replaces what is (:func:`connectors.base.refuse_overwriting`).
    """
    return replace(
        told, version=version, status=STATUS_OF_KIND[decision.kind], mark=None, grade="", credit=Decimal(0),
        is_capped=False, is_final=True, decision=decision.kind, board=_board(ratification),
        source=replace(told.source, authority=ratification.reference), decided_on=ratification.held_on,
        changed_at=ratification.ratified_at, note=WITHDRAWN_NOTE,
    )


def is_no_news(record: AwardRecord) -> bool:
    """Whether it says nothing of a learner of whom nothing was said before."""
    return record.mark is None and record.status in NO_NEWS


def require_readable(version: AchievementVersion, destination: Destination) -> None:
    """Raises :class:`Refused` where what the record system agrees could not be told from another figure.

    It caps, and it decides: what it then shows is a figure that it was never sent.
    """
    if destination.caps_by == RECORD_SYSTEM and version.authority == RECORD_SYSTEM:
        text = (
            f"{destination.name} applies the cap itself, and decides on {version.title} as well: a capped figure that "
            "it agrees could not be told from another one. Let Cairn apply the cap there (caps_by: cairn)."
        )
        raise Refused("caps_by", text)


def next_version(session: Session, destination_id: int, key: str) -> int:
    """One above the newest version that was queued under a key, provisional ones counted."""
    newest = session.scalar(
        select(func.max(OutboxMessage.version))
        .where(OutboxMessage.destination_id == destination_id, OutboxMessage.record_key == key)
    )
    return (newest or 0) + 1


RESULT = ("key", "attempt", "status", "mark", "grade", "decision", "is_capped", "run")


def is_same_result(ours: AwardRecord, other: AwardRecord) -> bool:
    """Whether two versions say the same of the learner, whoever ratified it and when."""
    return has_same_figure(ours, other) and (ours.credit, ours.is_final) == (other.credit, other.is_final)


def has_same_figure(ours: AwardRecord, other: AwardRecord) -> bool:
    """The same, whatever credit it gives: that may have been given elsewhere meanwhile."""
    return all(getattr(ours, name) == getattr(other, name) for name in RESULT)


def is_withdrawal(record: AwardRecord) -> bool:
    """Whether it says that what was ratified does not stand."""
    return record.is_final and record.decision in NEVER_RATIFIED


def called_back(told: AwardRecord, decision: Decision, version: int) -> AwardRecord:
    """The next version of a provisional figure that there is no more."""
    return replace(
        told, version=version, status=STATUS_OF_KIND.get(decision.kind, "pending"), mark=None, grade="",
        credit=Decimal(0), is_capped=False, decision=decision.kind, decided_on=decision.decided_at.date(),
        changed_at=decision.decided_at, note="",
    )


def _places(session: Session, what: Award | Decision) -> dict[str, int]:
    """The attempt by component under which a board's result is known, where this award amends it."""
    if not isinstance(what, Award) or what.supersedes_id is None:
        return {}
    first = standing.of_same_board(session, what)[0].decision
    return {"": first.attempt} | {str(figure["component"]): _attempt(figure) for figure in first.figures}


def _attempt(figure: Mapping[str, Any]) -> int:
    return int(figure.get("attempt") or 1)


def _is_given_before(session: Session, what: Award | Decision) -> bool:
    """Whether its credit was given on another registration; of a provisional figure, whether it would be (I9)."""
    if isinstance(what, Award):
        return bool(what.code)
    return bool(what.credit) and credits_given.elsewhere(session, what.enrolment) is not None


def _figures(
    what: Award | Decision, decision: Decision, destination: Destination, given_before: bool
) -> Iterator[_Figure]:
    if destination.sends == OVERALL:
        yield _overall(what, decision, destination.caps_by, given_before)
        return
    for figure in decision.figures:
        yield _component(figure, is_raw=destination.sends == COMPONENT_RAW, caps_by=destination.caps_by)


def _overall(what: Award | Decision, decision: Decision, caps_by: str, given_before: bool) -> _Figure:
    """The overall result. Where the record system caps, it is given a pass before any cap and finds its own grade.

    What fails is sent as reported: no cap reaches below the pass mark, and a missed threshold must not look passed.
    """
    mark, status = (what.mark if isinstance(what, Award) else what.overall), STATUS_OF_KIND.get(decision.kind, "marked")
    is_uncapped = caps_by == RECORD_SYSTEM and decision.kind in PASSING and decision.uncapped is not None
    is_capped = what.is_capped and not is_uncapped
    notes = [
        CAPPED if is_capped else "", f"Code {decision.code}." if decision.code else "",
        "Credit for this was given before." if given_before else "",
    ]
    return _Figure(
        component="", attempt=decision.attempt, status=status, mark=decision.uncapped if is_uncapped else mark,
        grade="" if is_uncapped else what.grade, credit=0 if given_before else what.credit, is_capped=is_capped,
        note=" ".join(note for note in notes if note),
    )


def _component(figure: Mapping[str, Any], *, is_raw: bool, caps_by: str) -> _Figure:
    """One component: raw is before the late penalty, final after it; a cap travels only where it is ours to apply."""
    status = str(figure["status"])
    is_capped = bool(figure.get("is_capped")) and caps_by == CAIRN
    which = "mark" if is_capped else "unpenalised" if is_raw else "uncapped"
    text = figure.get(which)
    return _Figure(
        component=str(figure["component"]), attempt=_attempt(figure), status=status,
        mark=None if text is None or status in WITHOUT_FIGURE else _hundredths(Decimal(text)),
        grade=str(figure.get("outcome") or ""), is_capped=is_capped,
        note=CAPPED if is_capped else "",
    )


def _hundredths(mark: Decimal) -> Decimal:
    """Component marks are never rounded inside; what leaves has hundredths at most: no record system takes thirds."""
    exponent = mark.as_tuple().exponent
    return mark if isinstance(exponent, int) and exponent >= -2 else mark.quantize(HUNDREDTHS, ROUND_HALF_UP)


def _common(session: Session, what: Award | Decision, destination: Destination) -> dict[str, Any]:
    """What all records of one award have in common."""
    award = what if isinstance(what, Award) else None
    decision = what.decision if isinstance(what, Award) else what
    enrolment, version = decision.enrolment, decision.enrolment.run.version
    return {
        "award": what.key,
        "learner": learner_of(session, enrolment),
        "achievement": AchievementReference(
            code=version.achievement.code, title=version.title, version=version.version, credit=Decimal(version.credit),
            credit_scheme=version.credit_scheme, level="" if version.level is None else str(version.level),
        ),
        "scale_max": scale_maximum(rulebook.regulations_of(session, enrolment)),
        "is_final": award is not None,
        "decision": decision.kind,
        "source": _source(session, award),
        "board": _board(award.ratification) if award else None,
        "decided_on": award.awarded_on if award else decision.decided_at.date(),
        "changed_at": award.ratified_at if award else decision.decided_at,
    }


def scale_maximum(regulations: Regulations | None) -> Decimal:
    """The top of the scale that marks are on; percent where there are no regulations."""
    return Decimal(text_of(regulations.scale.maximum)) if regulations else Decimal(100)


def learner_of(session: Session, enrolment: Enrolment) -> LearnerIdentity:
    """Who the record is about, by the registration extract."""
    person = enrolment.person
    number = session.scalar(
        select(PersonIdentifier.value).where(
            PersonIdentifier.person_id == person.id, PersonIdentifier.kind == "student_number",
        ).order_by(PersonIdentifier.id)
    )
    return LearnerIdentity(
        student_number=number or "", registration=enrolment.registration, family_name=person.family_name,
        given_name=person.given_name, display_name=person.display_name, remote_id=enrolment.remote_person,
    )


def _run_reference(enrolment: Enrolment, part: RunComponent | None) -> RunReference:
    run = enrolment.run
    return RunReference(
        code=run.code, occurrence=run.occurrence, period=run.period, title=run.title,
        component=part.remote_component if part else "", scale=part.scale if part else "",
    )


def _board(ratification: Ratification) -> BoardReference:
    return BoardReference(
        reference=ratification.reference, held_on=ratification.held_on, authority=ratification.authority
    )


def _source(session: Session, award: Award | None) -> SourceTag:
    if award is None:
        return SourceTag(authority="provisional")
    by = award.ratification.by_person_id
    user = session.get_one(Person, by).key if by is not None else ""
    return SourceTag(user=user, authority=award.ratification.reference)
