"""The newest figure that the LMS gave, told again: how a status that was typed on a wrong line is undone."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import RunComponent
from lti_tool.models.outcome import Outcome
from lti_tool.services.outcome_values import IDENTITY, LMS_SOURCES, NewOutcome
from lti_tool.services.repetitions import COUNTED, is_same_figure


def newest(session: Session, part: RunComponent, enrolment_ids: Sequence[int] | None = None) -> dict[int, Outcome]:
    """What the LMS said last of the attempt that stands, by registration; of some, or of everybody on a component."""
    rows = select(Outcome).where(Outcome.run_component_id == part.id, Outcome.standing == COUNTED).order_by(Outcome.id)
    if enrolment_ids is not None:
        rows = rows.where(Outcome.enrolment_id.in_(enrolment_ids))
    found: dict[int, Outcome] = {}
    for row in session.scalars(rows):
        said = found.get(row.enrolment_id)
        if row.source in LMS_SOURCES:
            found[row.enrolment_id] = row
        elif row.source == IDENTITY or (said is not None and said.attempt != row.attempt):
            found.pop(row.enrolment_id, None)  # it was another person's, or is of an earlier attempt
    return found


def again(said: Outcome, marked_by: int | None) -> NewOutcome:
    """The same once more, with where and when it was read, and who asked for it."""
    return NewOutcome(
        source=said.source, status=said.status, read_at=said.read_at, source_at=said.source_at, raw=said.raw,
        out_of=said.out_of, gate=said.gate, attempt=said.attempt, board_number=said.board_number,
        is_first_sit=said.is_first_sit, capture_run_id=said.capture_run_id, lti_user_id=said.lti_user_id,
        marked_by=marked_by, is_older=False,
    )


def stands(said: Outcome, now_stands: Outcome | None) -> bool:
    """Whether what stands is what the LMS said."""
    return now_stands is not None and now_stands.attempt == said.attempt and is_same_figure(now_stands, said)
