"""Separation of duties on a board, learner by learner: conflicts, sole markers, and the quorum that is left."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain import ratification
from lti_tool.domain.ratification import Authority, RatificationFacts, ResultState, Role
from lti_tool.models.board import Decision, ExamBoard
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.services import board_members, cases
from lti_tool.services.cases import Case, Reason


def judged(session: Session, board: ExamBoard, listed: Iterable[Case]) -> list[Case]:
    """The cases, with those kept back that this chair and this attendance may not decide (I16, I17)."""
    chair = ratification.Actor(person=str(board_members.chair_of(board).person_id), roles=frozenset({Role.CHAIR}))
    attendance, conflicts = board_members.attendance_of(board), board_members.conflicts_of(session, board)
    found = []
    for case in listed:
        learner = case.enrolment.person_id
        answer = ratification.may_ratify(chair, RatificationFacts(
            authority=Authority.CAIRN, state=ResultState.PROVISIONAL, seen="", current="",
            markers=markers_of(session, case.decision), learner=str(learner),
            conflicted=frozenset(str(member) for member in conflicts[learner]), attendance=attendance,
        ))
        if isinstance(answer, ratification.Refused):
            case = cases.also(case, Reason(code=str(answer.why), text=answer.text))
        found.append(case)
    return found


def markers_of(session: Session, decision: Decision, besides: Collection[int] = ()) -> frozenset[str]:
    """The persons whose marks or judgements a decision rests on, ``besides`` those rows."""
    model = Judgement if decision.enrolment.run.version.kind == "outcomes" else Outcome
    found = session.scalars(select(model.marked_by).where(model.id.in_(set(decision.evidence) - set(besides))))
    return frozenset(str(person) for person in found if person is not None)
