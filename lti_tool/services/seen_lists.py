"""What changed on a list since somebody looked at it, in sentences: a refusal alone would leave them searching."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.board import Decision, ExamBoard
from lti_tool.models.catalogue import Enrolment
from lti_tool.services import cases
from lti_tool.services.cases import Case

Seen = Mapping[str, str]  # enrolment key → decision key, as the page showed them


def of(listed: Iterable[Case]) -> dict[str, str]:
    """What a page shows, to be sent along with its form."""
    return {case.enrolment.key: case.decision.key for case in listed if case.is_ready}


def read(pairs: Sequence[str]) -> dict[str, str]:
    """The same, as a form brings it back: ``enrolment:decision``."""
    return dict(pair.split(":", 1) for pair in pairs if ":" in pair)


def changes(
    session: Session, board: ExamBoard, seen: Seen, now: datetime, listed: Sequence[Case] | None = None,
) -> list[str]:
    """One sentence for each learner whose case is no longer what was seen. New facts are taken note of first."""
    cases.decide_again(session, board, now)
    current = {case.enrolment.key: case for case in (cases.listed(session, board) if listed is None else listed)}
    gone = [f"{_known(session, board, key)} is no longer on this list." for key in seen if key not in current]
    found = [_change(session, case, seen.get(key)) for key, case in current.items()]
    return [*gone, *(sentence for sentence in found if sentence)]


def _change(session: Session, case: Case, seen: str | None) -> str:
    name = case.enrolment.person.display_name
    if not case.is_ready:
        return f"{name}: {' '.join(reason.text for reason in case.blockers)}" if seen else ""
    if seen is None:
        return f"{name} was not on the list that you saw."
    return "" if seen == case.decision.key else f"{name}: {_moved(session, case, seen)}"


def _moved(session: Session, case: Case, seen: str) -> str:
    before = session.scalar(select(Decision).where(
        Decision.enrolment_id == case.enrolment.id, Decision.key == seen,
    ))
    return f"{_figure(before)} when you looked, {_figure(case.decision)} now." if before else "the facts changed."


def _figure(decision: Decision) -> str:
    mark = "no mark" if decision.overall is None else f"{decision.overall:f}"
    return f"{mark}, {decision.kind.replace('_', ' ').lower()}"


def _known(session: Session, board: ExamBoard, enrolment_key: str) -> str:
    found = session.scalar(select(Enrolment).where(
        Enrolment.institution_id == board.institution_id, Enrolment.key == enrolment_key,
    ))
    return found.person.display_name if found else "Somebody"
